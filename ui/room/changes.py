"""GET /api/room/KEY: a short word that is another one when what a phone shows of its room has changed.

Phones ask for it every few seconds and run the page only when it differs, as a run costs the server far more.

MERGED: Lets a phone's browser look at its room again and again, and run the page's strip when something has changed.
"""

from __future__ import annotations

import asyncio
import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse

from ui.room import store
from ui.room.visit import RoomVisit
from ui.shared import session

if TYPE_CHECKING:
    from rooms.state import RoomState

PATH = "api/room/{key}"  # relative, as the page may be served below a prefix
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


def etag(state: RoomState) -> str:
    """What stands for all that a phone shows of a room, except for its own drawing."""
    flags = (state.revealed, state.paused, state.training, state.ended)
    return f"{state.round}-{''.join(str(int(flag)) for flag in flags)}"


async def answer(request: Request) -> JSONResponse:
    """Answers {"word": ...}; 404 for a key that was not given here, 503 while the database does not answer."""
    from rooms.limits import RoomError, UnknownRoom

    room_id = _rooms.get(request.path_params["key"])
    if room_id is None:
        return JSONResponse({"error": "This key is not known here; reload the page."}, 404)
    try:
        state = await asyncio.to_thread(_state, room_id)
    except UnknownRoom:
        return JSONResponse({"word": "closed"})
    except RoomError as error:
        return JSONResponse({"error": str(error)}, 503)
    return JSONResponse({"word": etag(state)})


def _state(room_id: int) -> RoomState:
    return store.recent().state(store.database(), room_id, SHARED)


EVERY = 4.0  # seconds from one look at the room to the next; a hundred phones look 25 times a second
SOON = 8.0  # seconds after which a drawing that waits for the host or the database is asked for again

SCRIPT = """
export default function ({ data, parentElement, setTriggerValue }) {
  const [address, word, every, again] = data;
  const listening = new AbortController();
  let quiet = 0, due = performance.now() + 1000 * again;

  function run(now) {
    quiet = now + 10_000; // until the page has run, or, where that was lost, must be told again
    due = now + 1000 * again;
    setTriggerValue("changed", true);
  }

  async function look() {
    const now = performance.now();
    if (document.hidden || now < quiet) return;
    if (again && now >= due) return run(now);
    try {
      const answer = await fetch(address);
      if (answer.ok && (await answer.json()).word !== word && !listening.signal.aborted) run(now);
    } catch { } // the server is gone; the page says so itself
  }

  parentElement.stopLooking?.();
  const timer = setInterval(look, 1000 * every);
  document.addEventListener("visibilitychange", look, { signal: listening.signal });
  parentElement.stopLooking = () => { clearInterval(timer); listening.abort(); };
  return parentElement.stopLooking;
}
"""


@cache
def _component() -> Any:
    return st.components.v2.component("draw_a_digit_room", js=SCRIPT, isolate_styles=False)


def poll(visit: RoomVisit) -> None:
    """Draws what looks; nothing is seen of it."""
    if visit.state is None:
        return
    visit.watch = watch(visit.state.id, visit.watch)
    waits = bool(visit.outbox) or (visit.own is not None and visit.own.status == "waiting")
    address = PATH.format(key=visit.watch)
    _component()(
        data=[address, etag(visit.state), EVERY, SOON if waits else 0],
        key=session.ROOM_LOOK,
        on_changed_change=lambda: None,
    )
