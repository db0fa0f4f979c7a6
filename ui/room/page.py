"""The page "Room": the wall and the scoreboard, how to join, the host's controls; without a room, the ways into one."""

from __future__ import annotations

from html import escape

import segno
import streamlit as st

from rooms import hosting, identity, joining, state, wall
from rooms.limits import RoomError, Unavailable, UnknownRoom
from rooms.state import RoomState
from ui import navigation
from ui.room import store, strip
from ui.room.controls import controls, picked_drawing, remember_picked
from ui.room.scoreboard import show_scoreboard
from ui.room.visit import RoomVisit, WatchedRoom, remember_in_link, room_visit
from ui.room.wall import room_wall
from ui.shared import session
from ui.shared.share_link import NO_NETWORK, UNREADABLE, plain, reachable

WALL_SECONDS = 1.0  # from one look at the room to the next
WALL, SCOREBOARD = "Wall", "Scoreboard"


def page() -> None:
    """Draw a room for its host and for onlookers; without a room, the two ways into one."""
    st.html(strip.STYLE)
    visit = room_visit()
    try:
        _enter(visit, st.query_params.get(session.ROOM, ""), st.query_params.get(session.HOST, ""))
    except RoomError as error:
        visit.problem = str(error)
        if not isinstance(error, Unavailable):  # looked up again, a wrong code would count as another guess
            _forget_link()
    if visit.watched is not None:
        _room(visit.watched)
    elif _ways_in(visit) and visit.participation is not None:
        part = visit.participation
        navigation.go("draw", {session.ROOM: part.code, session.PARTICIPANT: part.member.token})


def _enter(visit: RoomVisit, code: str, token: str) -> None:
    """Find the room that the link names; without one, stay in the room that was open before."""
    code = identity.cleaned(code) or code
    watched = visit.watched
    if token and (watched is None or watched.hosted is None or watched.hosted.token != token):
        visit.watched = None
        hosted = hosting.host(store.database(), code, token)
        visit.watched = WatchedRoom(hosted.room_id, hosted.code, hosted)
    elif code and not token and (watched is None or code != watched.code):
        visit.watched = None
        if visit.found is None or visit.found_code != code:
            key = st.query_params.get(session.ROOM_KEY, "")
            visit.found, visit.found_code = joining.find_room(store.database(), code, key), code
        visit.watched = WatchedRoom(visit.found.id, code)
    if watched := visit.watched:
        right = {session.HOST: watched.hosted.token} if watched.hosted else {}
        remember_in_link({session.ROOM: watched.code} | right)


def _forget_link() -> None:
    for name in (session.ROOM, session.HOST, session.ROOM_KEY):
        st.query_params.pop(name, None)


def _room(watched: WatchedRoom) -> None:
    """Draw wall or scoreboard on the left, how to join and the host's controls on the right."""
    left, right = st.columns([3.4, 1], gap="medium")
    with left:
        _wall()
    with right, st.container(key="room_side"):
        _how_to_join(watched)
        if watched.hosted is not None:
            controls()


def _how_to_join(watched: WatchedRoom) -> None:
    """Draw the code, large, with the QR code and the address below it."""
    opened = (st.context.url or "").partition("?")[0].rstrip("/").removesuffix("/room")
    code = f"<b>{escape(watched.code)}</b>"
    base, problem = None, NO_NETWORK
    try:
        base = reachable(opened)
    except ValueError:
        problem = UNREADABLE
    if base is None:
        st.html(f'<section class="room-code">{code}</section>')
        st.write(problem)
        return
    key = f"&{session.ROOM_KEY}={watched.hosted.key}" if watched.hosted else ""
    link = f"{base}?{session.ROOM}={watched.code}{key}"
    image = segno.make(link, micro=False, error="m").svg_data_uri(scale=6, border=3, light="white")
    address = base.split("://", 1)[-1] + "room"
    near = "" if base == plain(opened) else ", on this network"
    st.html(
        f'<section class="room-code">{code}<img src="{image}" alt="QR code of {escape(link, quote=True)}">'
        f"<p>or open <code>{escape(address)}</code>{near}</p></section>"
    )


@st.fragment(run_every=WALL_SECONDS)
def _wall() -> None:
    """Read the room, and draw what is new."""
    visit = room_visit()
    if (watched := visit.watched) is None:
        return
    problem = ""
    try:
        database = store.database()
        watched.state = state.state(database, watched.id)
        if watched.state.version != watched.tiles_version:
            watched.tiles = wall.tiles(database, watched.id)
            watched.tiles_version = watched.state.version
    except UnknownRoom as error:
        visit.stop_watching()
        _forget_link()
        visit.problem = str(error)
        st.rerun()
    except RoomError as error:
        problem = str(error)
    if watched.state is None:
        st.warning(problem)
        return
    _head(watched.state, problem)
    if watched.hosted is not None:
        picked_drawing(watched)
    if st.session_state.get(session.ROOM_VIEW) == SCOREBOARD:
        show_scoreboard(watched, watched.state)
    elif watched.tiles:
        room_wall(watched.tiles, remember_picked if watched.hosted else None)
    else:
        st.html('<p class="room-empty">The wall fills as drawings are sent.</p>')


def _head(room: RoomState, problem: str) -> None:
    """Draw the prompt with the counts, and let the visitor choose wall or scoreboard."""
    drawings = "1 drawing" if room.drawings == 1 else f"{room.drawings} drawings"
    notes = [f"{room.participants} joined", drawings, f"round {room.round}"]
    notes += ["ended"] if room.ended else ["paused"] if room.paused else []
    notes += [] if room.revealed else ["answers hidden"]
    with st.container(horizontal=True, vertical_alignment="center", key="room_head"):
        st.html(
            f'<header class="room-head" data-version="{room.version}"><h1 role="status">'
            f"{escape(room.prompt.sentence())}</h1><p>{escape(problem or ' · '.join(notes))}</p></header>"
        )
        st.segmented_control(
            "View",
            [WALL, SCOREBOARD],
            default=WALL,
            required=True,
            key=session.ROOM_VIEW,
            label_visibility="collapsed",
        )


def _ways_in(visit: RoomVisit) -> bool:
    """Offer to open a room, or to join one by its code; return whether one was joined."""
    joined = False
    st.html('<header class="masthead"><h1>Room</h1><p>Everybody draws, one wall.</p></header>')
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        st.subheader("Open a room")
        st.write(
            "Everybody draws on their own phone, and all drawings appear on one wall, with the networks' answers. "
            "Show this page on a projector."
        )
        st.button("Open a room", type="primary", on_click=_open, args=(visit,))
    with right, st.container(border=True):
        st.subheader("Join a room")
        code = st.text_input("The code on the wall", key=session.ROOM_CODE, max_chars=12, placeholder="six characters")
        if st.button("Join", key=session.JOIN_BY_CODE) and code:
            joined = _join(visit, code)
    if visit.problem:
        st.warning(visit.problem)
    return joined


def _open(visit: RoomVisit) -> None:
    visit.problem = ""
    try:
        hosted = hosting.open_room(store.database())
        visit.watched = WatchedRoom(hosted.room_id, hosted.code, hosted)
    except RoomError as error:
        visit.problem = str(error)


def _join(visit: RoomVisit, code: str) -> bool:
    """Join the room with a code; where that is refused, return False and keep the reason in the visit."""
    visit.problem = ""
    try:
        found = joining.find_room(store.database(), code)
        visit.leave()
        visit.found, visit.found_code = found, found.code
        strip.join(visit)
    except RoomError as error:
        visit.problem = str(error)
    return visit.participation is not None
