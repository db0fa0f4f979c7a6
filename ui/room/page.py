"""The page "Room": its host's view with the wall and the scoreboard, what looks on, and the way into a room.

MERGED: The two ways into a room: opening one, and joining one by the code on its wall.
"""

from __future__ import annotations

from html import escape

import segno
import streamlit as st

from ui import navigation
from ui.room import store, strip
from ui.room.controls import controls, picked_tile, picked_tile_changed
from ui.room.scoreboard import room_scores
from ui.room.visit import RoomVisit, room_visit
from ui.room.wall import room_wall
from ui.shared import session
from ui.shared.share_link import plain, reachable

WALL_EVERY = 1.0  # seconds from one look at the room to the next
VIEWS = ("Wall", "Scoreboard")


def page() -> None:
    """A room's wall for its host and for who looks on; without a room, the two ways into one."""
    from rooms.limits import RoomError, Unavailable

    st.html(strip.STYLE)
    visit = room_visit()
    code = st.query_params.get(session.ROOM, "")
    try:
        _enter(visit, code, st.query_params.get(session.HOST, ""))
    except RoomError as error:
        visit.problem = str(error)
        if not isinstance(error, Unavailable):  # looked at again, a wrong code would count as another guess
            _forget_link()
    if visit.watched:
        _room(visit)
    elif ways_in(visit):
        _go_and_draw(visit)


def _enter(visit: RoomVisit, code: str, token: str) -> None:
    """Finds the room that the link names, or that was open before another page was looked at."""
    from rooms import hosting, identity, joining

    code = identity.cleaned(code) or code
    if token and (visit.hosted is None or visit.hosted.token != token):
        _close(visit)
        visit.hosted = hosting.host(store.database(), code, token)
        visit.watched, visit.watched_code = visit.hosted.room_id, code
    elif code and not token and code != visit.watched_code:
        _close(visit)
        if visit.looked is None or visit.looked_code != code:
            invitation = st.query_params.get(session.ROOM_KEY, "")
            visit.looked, visit.looked_code = joining.look(store.database(), code, invitation), code
        visit.watched, visit.watched_code = visit.looked.id, code
    if visit.watched:
        _remember_in_link(visit)


def _remember_in_link(visit: RoomVisit) -> None:
    wanted = {session.ROOM: visit.watched_code} | ({session.HOST: visit.hosted.token} if visit.hosted else {})
    for name, value in wanted.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def _forget_link() -> None:
    for name in (session.ROOM, session.HOST, session.ROOM_KEY):
        st.query_params.pop(name, None)


def _close(visit: RoomVisit) -> None:
    """Forgets the room that one hosted or looked on."""
    visit.hosted, visit.watched, visit.watched_code = None, 0, ""
    visit.tiles, visit.tiles_version, visit.picked = [], 0, None


def _go_and_draw(visit: RoomVisit) -> None:
    """Opens the first page, with the link of a participant."""
    if visit.member is not None:
        parameters = {session.ROOM: visit.code, session.PARTICIPANT: visit.member.token}
        navigation.go("draw", parameters)


def _room(visit: RoomVisit) -> None:
    """Wall or scoreboard on the left; how to join, and the host's controls, on the right."""
    left, right = st.columns([3.4, 1], gap="medium")
    with left:
        _wall()
    with right, st.container(key="room_side"):
        _how_to_join(visit)
        if visit.hosted is not None:
            controls()


def _how_to_join(visit: RoomVisit) -> None:
    """The code, large, beside the QR code and the address, all the time."""
    opened = (st.context.url or "").partition("?")[0].rstrip("/").removesuffix("/room")
    base = reachable(opened)
    code = visit.watched_code
    if base is None:
        st.html(f'<section class="room-code"><b>{escape(code)}</b></section>')
        st.write("This machine is on no network that phones could reach it by; join one, and reload this page.")
        return
    key = f"&{session.ROOM_KEY}={visit.hosted.key}" if visit.hosted else ""
    link = f"{base}?{session.ROOM}={code}{key}"
    image = segno.make(link, micro=False, error="m").svg_data_uri(scale=6, border=3, light="white")
    address = base.split("://", 1)[-1] + "room"
    near = "" if base == plain(opened) else ", on this network"
    st.html(
        f'<section class="room-code"><b>{escape(code)}</b>'
        f'<img src="{image}" alt="QR code of {escape(link, quote=True)}">'
        f"<p>or open <code>{escape(address)}</code>{near}</p></section>"
    )


@st.fragment(run_every=WALL_EVERY)
def _wall() -> None:
    """Looks at the room, and draws what is new."""
    from rooms import state, wall
    from rooms.limits import RoomError, UnknownRoom

    visit = room_visit()
    if not visit.watched:
        return
    problem = ""
    try:
        database = store.database()
        visit.room = state.state(database, visit.watched)
        if visit.room.version != visit.tiles_version:
            visit.tiles = wall.tiles(database, visit.watched)
            visit.tiles_version = visit.room.version
    except UnknownRoom as error:
        _close(visit)
        _forget_link()
        visit.problem = str(error)
        st.rerun()
    except RoomError as error:
        problem = str(error)
    if visit.room is None:
        st.warning(problem)
        return
    _head(visit, problem)
    if visit.hosted is not None:
        picked_tile(visit)
    if st.session_state.get(session.ROOM_VIEW) == VIEWS[1]:
        room_scores(visit)
    elif visit.tiles:
        room_wall(visit.tiles, picked_tile_changed if visit.hosted else None)
    else:
        st.html('<p class="room-empty">The wall fills as drawings are sent.</p>')


def _head(visit: RoomVisit, problem: str) -> None:
    """The prompt, and how many are there; wall or scoreboard."""
    room = visit.room
    assert room is not None
    notes = [f"{room.participants} joined", f"{room.drawings} drawings", f"round {room.round}"]
    notes += ["ended"] if room.ended else ["paused"] if room.paused else []
    notes += [] if room.revealed else ["answers hidden"]
    with st.container(horizontal=True, vertical_alignment="center", key="room_head"):
        st.html(
            f'<header class="room-head" data-version="{room.version}"><h1 role="status">'
            f"{escape(room.prompt.sentence())}</h1><p>{escape(problem or ' · '.join(notes))}</p></header>"
        )
        st.segmented_control(
            "View", VIEWS, default=VIEWS[0], required=True, key=session.ROOM_VIEW, label_visibility="collapsed"
        )


def ways_in(visit: RoomVisit) -> bool:
    """Opens a room, or joins one by its code; returns whether one was joined."""
    joined = False
    st.html('<header class="masthead"><h1>Room</h1><p>Everybody draws, one wall.</p></header>')
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        st.subheader("Open a room")
        st.write(
            "Everybody draws on their own phone, and all drawings come together on one wall, with what the networks "
            "make of them. Show this page on a projector."
        )
        st.button("Open a room", type="primary", on_click=_open, args=(visit,))
    with right, st.container(border=True):
        st.subheader("Join a room")
        code = st.text_input("The code on the wall", key=session.ROOM_CODE, max_chars=12, placeholder="six characters")
        if st.button("Join", key="join_by_code") and code:
            visit.problem = ""
            joined = _join(visit, code)
    if visit.problem:
        st.warning(visit.problem)
    return joined


def _open(visit: RoomVisit) -> None:
    from rooms import hosting
    from rooms.limits import RoomError

    visit.problem = ""
    try:
        database = store.database()
        opened = hosting.open_room(database)
        visit.hosted = hosting.host(database, opened.code, opened.token)
        visit.watched, visit.watched_code = opened.room_id, opened.code
    except RoomError as error:
        visit.problem = str(error)


def _join(visit: RoomVisit, code: str) -> bool:
    """Whether the room with this code was joined; if not, the visit says why."""
    from rooms import joining
    from rooms.limits import RoomError

    try:
        visit.looked = joining.look(store.database(), code)
        visit.looked_code = visit.looked.code
        visit.leave()
        strip.join(visit)
    except RoomError as error:
        visit.problem = str(error)
    return visit.member is not None
