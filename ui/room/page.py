"""The page "Room": the wall, how to join, the host's controls; without a room, the ways into one."""

from __future__ import annotations

from html import escape
from typing import Any

import segno
import streamlit as st

from language import _
from rooms import hosting, identity, state
from rooms.limits import RoomError, Unavailable, UnknownRoom
from ui import navigation
from ui.room import store, strip
from ui.room.controls import controls, run_command
from ui.room.visit import RoomVisit, WatchedRoom, remember_in_link, room_visit
from ui.room.wall import room_wall
from ui.shared import session
from ui.shared.share_link import NO_NETWORK, UNREADABLE, plain, reachable


def page() -> None:
    """Draw a room for its host and for onlookers; without a room, the two ways into one."""
    for style in strip.STYLES:
        st.html(style)
    visit = room_visit()
    try:
        _enter(visit, st.query_params.get(session.ROOM, ""), st.query_params.get(session.HOST, ""))
    except RoomError as error:
        visit.problem = str(error)
        if not isinstance(error, Unavailable):  # looked up again, a wrong code would count as another guess
            _forget_link()
    if visit.watched is not None:
        _room(visit.watched)
    elif _lobby(visit) and visit.participation is not None:
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
            visit.found, visit.found_code = visit.find(code, key), code
        visit.watched = WatchedRoom(visit.found.id, code, invited=st.query_params.get(session.ROOM_KEY, ""))
    if watched := visit.watched:
        right = {session.HOST: watched.hosted.token} if watched.hosted else {}
        invited = {session.ROOM_KEY: watched.invited} if watched.invited else {}
        remember_in_link({session.ROOM: watched.code} | right | invited)


def _forget_link() -> None:
    for name in (session.ROOM, session.HOST, session.ROOM_KEY, session.PROJECTOR):
        st.query_params.pop(name, None)


def _room(watched: WatchedRoom) -> None:
    """Draw the wall on the left, how to join and the host's controls on the right; for a projector the wall alone."""
    try:
        watched.state = state.state(store.database(), watched.id)
    except UnknownRoom as error:
        visit = room_visit()
        visit.stop_watching()
        _forget_link()
        visit.problem = str(error)
        st.rerun()
    except RoomError as error:
        if watched.state is None:
            st.warning(str(error))
            return
    join = _join_link(watched)
    if session.PROJECTOR in st.query_params:
        room_wall(watched, join, run_command)
        return
    left, right = st.columns([3.4, 1], gap="medium")
    with left:
        room_wall(watched, join, run_command)
    with right, st.container(key="room_side"):
        _how_to_join(watched, join)
        if watched.hosted is not None:
            controls()


def _join_link(watched: WatchedRoom) -> dict[str, Any]:
    """Return the link to join by, its QR code, and the address to type; without a link, why there is none."""
    opened = (st.context.url or "").partition("?")[0].rstrip("/").removesuffix("/room")
    try:
        base = reachable(opened)
    except ValueError:
        return {"problem": _(UNREADABLE)}
    if base is None:
        return {"problem": _(NO_NETWORK)}
    key = watched.hosted.key if watched.hosted else watched.invited
    link = f"{base}?{session.ROOM}={watched.code}" + (f"&{session.ROOM_KEY}={key}" if key else "")
    return {
        "link": link,
        "image": segno.make(link, micro=False, error="m").svg_data_uri(scale=6, border=3, light="white"),
        "address": base.split("://", 1)[-1] + "room",
        "near": base != plain(opened),
    }


def _how_to_join(watched: WatchedRoom, join: dict[str, Any]) -> None:
    """Draw the code, large, with the QR code and the address below it."""
    code = f"<b>{escape(watched.code)}</b>"
    if "problem" in join:
        st.html(f'<section class="room-code">{code}</section>')
        st.write(join["problem"])
        return
    words = escape(_("QR code of {link}").format(link=join["link"]), quote=True)
    other = escape(_("or open {address}, on this network") if join["near"] else _("or open {address}"))
    other = other.format(address=f"<code>{escape(join['address'])}</code>")
    st.html(f'<section class="room-code">{code}<img src="{join["image"]}" alt="{words}"><p>{other}</p></section>')


def _lobby(visit: RoomVisit) -> bool:
    """Offer to open a room, or to join one by its code; return whether one was joined."""
    joined = False
    title, words = escape(_("Room")), escape(_("Everybody draws, one wall."))
    st.html(f'<header class="masthead"><h1>{title}</h1><p>{words}</p></header>')
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        st.subheader(_("Open a room"))
        st.write(
            _(
                "Everybody draws on their own phone, and all drawings appear on one wall, with the networks' answers. "
                "Show this page on a projector."
            )
        )
        st.button(_("Open a room"), type="primary", on_click=_open, args=(visit,))
    with right, st.container(border=True):
        st.subheader(_("Join a room"))
        code = st.text_input(
            _("The code on the wall"), key=session.ROOM_CODE, max_chars=12, placeholder=_("six characters")
        )
        if st.button(_("Join"), key=session.JOIN_BY_CODE) and code:
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
        found = visit.find(code)
        visit.leave()
        visit.found, visit.found_code = found, found.code
        strip.join(visit)
    except RoomError as error:
        visit.problem = str(error)
    return visit.participation is not None
