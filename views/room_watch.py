"""GET /api/room/KEY: a short word that is another one when what a phone shows of its room has changed.

Phones ask for it every few seconds and run the page only when it differs, as a run costs the server far more.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse

from views import room_store

if TYPE_CHECKING:
    from rooms.state import RoomState

PATH = "/api/room/{key}"
MOST = 5_000  # keys; the oldest are forgotten, and their phones are given others when their page runs again
SHARED = 1.0  # seconds that what one phone has learned of the room is good for all others

_rooms: dict[str, int] = {}  # by key, in the order in which they were given


def watch(room_id: int, key: str = "") -> str:
    """Makes a key to ask for a room with, which cannot be guessed, or keeps the one there is; returns it."""
    key = key or secrets.token_urlsafe(12)
    _rooms[key] = room_id
    while len(_rooms) > MOST:
        _rooms.pop(next(iter(_rooms)), None)
    return key


def word(state: RoomState) -> str:
    """What stands for all that a phone shows of a room, except for its own drawing."""
    flags = (state.revealed, state.paused, state.training, state.ended)
    return f"{state.round}-{''.join(str(int(flag)) for flag in flags)}"


async def answer(request: Request) -> JSONResponse:
    """Answers {"word": ...}; 404 for a key that was not given here, 503 while the database does not answer."""
    from rooms.errors import RoomError, UnknownRoom

    room_id = _rooms.get(request.path_params["key"])
    if room_id is None:
        return JSONResponse({"error": "This key is not known here; reload the page."}, 404)
    try:
        state = await asyncio.to_thread(_state, room_id)
    except UnknownRoom:
        return JSONResponse({"word": "closed"})
    except RoomError as error:
        return JSONResponse({"error": str(error)}, 503)
    return JSONResponse({"word": word(state)})


def _state(room_id: int) -> RoomState:
    return room_store.recent().state(room_store.database(), room_id, SHARED)
