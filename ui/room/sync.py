"""Keeps a phone's part in a room up to date, with as few questions to the database as that needs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from ui.room import changes, store
from ui.room.send import AWAY, deliver
from ui.room.visit import RoomVisit
from ui.shared import session

if TYPE_CHECKING:
    from rooms.state import RoomState

FRESH = 1.5  # seconds in which the room is not asked again, as each stroke draws the strip too
OWN_AGAIN = 8.0  # seconds after which one looks again whether the host has approved or hidden one's drawing
GONE = "The room is closed, and all that was in it is deleted."


def come_back(visit: RoomVisit, code: str) -> None:
    """Finds the participant that a link names, after a reload or on another copy of the page."""
    from rooms import joining
    from rooms.limits import Forbidden, RoomError

    visit.leave()
    token = st.query_params.get(session.PARTICIPANT, "")
    if not token:
        return
    try:
        visit.member, visit.code = joining.rejoin(store.database(), code, token), code
    except Forbidden:
        del st.query_params[session.PARTICIPANT]
    except RoomError as error:
        visit.looked_code, visit.problem = code, str(error)


def sync(visit: RoomVisit) -> str:
    """Brings the visit up to date; returns what is wrong, in a sentence, or nothing."""
    from rooms import wall
    from rooms.limits import RoomError, UnknownRoom

    if (member := visit.member) is None:
        return GONE
    if visit.state is not None and not visit.outbox and time.monotonic() - visit.followed < FRESH:
        return ""
    try:
        database = store.database()
        before, visit.state = visit.state, store.recent().state(database, member.room_id, changes.SHARED)
        deliver(visit)
        if _own_may_differ(visit, before):
            visit.own = wall.own(database, member.room_id, member.participant_id)
            visit.own_version, visit.own_at = visit.state.version, time.monotonic()
            visit.own_drawings = (visit.member or member).drawings
        visit.followed = time.monotonic()
    except UnknownRoom as error:
        visit.leave()
        st.query_params.pop(session.PARTICIPANT, None)
        st.query_params.pop(session.ROOM, None)
        return str(error)
    except RoomError:
        return AWAY
    return AWAY if visit.outbox and visit.word == AWAY else ""


def _own_may_differ(visit: RoomVisit, before: RoomState | None) -> bool:
    """Whether to ask for one's own drawing: after sending, after a reveal or a next round, and now and then."""
    state, member = visit.state, visit.member
    if state is None or member is None:
        return False
    if before is None or member.drawings != visit.own_drawings:
        return True
    if (state.revealed, state.round) != (before.revealed, before.round) and visit.own and not visit.own.revealed:
        return True
    return state.version != visit.own_version and time.monotonic() - visit.own_at >= OWN_AGAIN
