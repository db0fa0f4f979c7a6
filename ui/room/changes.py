"""GET api/room/KEY: the ETag of a room's state, which a phone polls; and the keys with which browsers ask.

Phones ask every few seconds and run the page only when the ETag differs: a run costs the server far more.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ui.room import store
from ui.room.visit import Participation
from ui.shared import modules, session

if TYPE_CHECKING:
    from rooms.hosting import Hosted
    from rooms.state import RoomState

PATH = "api/room/{key}"  # relative: the page may be served below a prefix
MAX_KEYS = 5_000  # the longest unused are forgotten, and their browsers get others when their page runs again
STATE_SECONDS = 1.0  # that a state which was read for one phone is good for all others
POLL_SECONDS = 4.0  # between two requests of a phone; a hundred phones ask 25 times a second
RERUN_SECONDS = 8.0  # after which the page runs in any case while a drawing waits for the host or the database
UNKNOWN_KEY = "This key is not known here; reload the page."


@dataclass(frozen=True)
class Right:
    """The right that a key gives. hosted: the host's right, with a key that was issued to a host."""

    room_id: int
    hosted: Hosted | None = None


_rights: dict[str, Right] = {}  # by key, the longest unused first


def poll(part: Participation, show: dict[str, Any] | None) -> None:
    """Let browser/room/phone.js poll the participant's room, and show how their drawing was read.

    show: what that module calls Data.show.
    """
    if part.state is None:
        return
    part.poll_key = issue_key(part.state.id, part.poll_key)
    waits = bool(part.outbox) or (part.own is not None and part.own.status == "waiting")
    data = {
        "address": PATH.format(key=part.poll_key),
        "etag": part.state.etag,
        "every": POLL_SECONDS,
        "rerun": RERUN_SECONDS if waits else 0,
        "code": part.code,
        "token": part.member.token,
        "name": part.member.name,
        "show": show,
    }
    told = {"on_changed_change": lambda: None, "on_begun_change": lambda: None}
    modules.mount("room", "room/phone.js", data, key=session.ROOM_POLL, **told)


def begun_round() -> int | None:
    """Return the round that the phone showed when the drawing on its canvas was begun, as its browser says."""
    begun = (st.session_state.get(session.ROOM_POLL) or {}).get("begun")
    return begun if isinstance(begun, int) else None


def issue_key(room_id: int, key: str = "", hosted: Hosted | None = None) -> str:
    """Make an unguessable key to ask for a room with, or renew the given one; return it."""
    key = key or secrets.token_urlsafe(12)
    _rights.pop(key, None)
    _rights[key] = Right(room_id, hosted)
    while len(_rights) > MAX_KEYS:
        _rights.pop(next(iter(_rights)), None)
    return key


async def answer(request: Request) -> Response:
    """Answer {"etag": ...}; 404 for a key that was not issued here, 503 while the database does not answer."""
    return await answered(request, lambda right: JSONResponse({"etag": state_of(right, STATE_SECONDS).etag}))


async def answered(request: Request, respond: Callable[[Right], Response]) -> Response:
    """Call a function, in a thread, with what the request's key opens; where the room refuses, say why."""
    from rooms.limits import Forbidden, RoomError, UnknownRoom

    key = request.path_params["key"]
    right = _rights.get(key)
    if right is None:
        return JSONResponse({"error": UNKNOWN_KEY}, 404)
    issue_key(right.room_id, key, right.hosted)
    try:
        return await asyncio.to_thread(respond, right)
    except UnknownRoom:
        return JSONResponse({"etag": "closed"})
    except Forbidden as error:
        return JSONResponse({"error": str(error)}, 403)
    except RoomError as error:
        return JSONResponse({"error": str(error)}, 503)


def state_of(right: Right, max_age: float) -> RoomState:
    """Return the state of the room that a key opens, at most so many seconds old."""
    return store.states().get(store.database(), right.room_id, max_age)
