"""GET api/room/KEY: the ETag of a room's state, and the script with which a phone polls it.

Phones ask every few seconds and run the page only when the ETag differs: a run costs the server far more.
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
from ui.room.visit import Participation
from ui.shared import session

if TYPE_CHECKING:
    from rooms.state import RoomState

PATH = "api/room/{key}"  # relative: the page may be served below a prefix
MAX_KEYS = 5_000  # the longest unused are forgotten, and their phones get others when their page runs again
STATE_SECONDS = 1.0  # that a state which was read for one phone is good for all others
POLL_SECONDS = 4.0  # between two requests of a phone; a hundred phones ask 25 times a second
RERUN_SECONDS = 8.0  # after which the page runs in any case while a drawing waits for the host or the database

_room_ids: dict[str, int] = {}  # by key, the longest unused first

SCRIPT = """
export default function ({ data, parentElement, setTriggerValue }) {
  const [address, etag, every, rerun] = data;
  const listening = new AbortController();
  let quiet = 0, due = performance.now() + 1000 * rerun;

  function run(now) {
    quiet = now + 10_000; // until the page has run, or, where that was lost, must be told again
    due = now + 1000 * rerun;
    setTriggerValue("changed", true);
  }

  async function poll() {
    const now = performance.now();
    if (document.hidden || now < quiet) return;
    if (rerun && now >= due) return run(now);
    try {
      const answer = await fetch(address);
      if (answer.ok && (await answer.json()).etag !== etag && !listening.signal.aborted) run(now);
    } catch { } // the server is gone; the page says so itself
  }

  parentElement.stopPolling?.();
  const timer = setInterval(poll, 1000 * every);
  document.addEventListener("visibilitychange", poll, { signal: listening.signal });
  parentElement.stopPolling = () => { clearInterval(timer); listening.abort(); };
  return parentElement.stopPolling;
}
"""


def poll(part: Participation) -> None:
    """Let the visitor's browser poll their room, and rerun the page when it changes; nothing is seen of it."""
    if part.state is None:
        return
    part.poll_key = issue_key(part.state.id, part.poll_key)
    waits = bool(part.outbox) or (part.own is not None and part.own.status == "waiting")
    _component()(
        data=[PATH.format(key=part.poll_key), part.state.etag, POLL_SECONDS, RERUN_SECONDS if waits else 0],
        key=session.ROOM_POLL,
        on_changed_change=lambda: None,
    )


def issue_key(room_id: int, key: str = "") -> str:
    """Make an unguessable key to poll a room with, or renew the given one; return it."""
    key = key or secrets.token_urlsafe(12)
    _room_ids.pop(key, None)
    _room_ids[key] = room_id
    while len(_room_ids) > MAX_KEYS:
        _room_ids.pop(next(iter(_room_ids)), None)
    return key


async def answer(request: Request) -> JSONResponse:
    """Answer {"etag": ...}; 404 for a key that was not issued here, 503 while the database does not answer."""
    from rooms.limits import RoomError, UnknownRoom

    key = request.path_params["key"]
    room_id = _room_ids.get(key)
    if room_id is None:
        return JSONResponse({"error": "This key is not known here; reload the page."}, 404)
    issue_key(room_id, key)
    try:
        state = await asyncio.to_thread(_state, room_id)
    except UnknownRoom:
        return JSONResponse({"etag": "closed"})
    except RoomError as error:
        return JSONResponse({"error": str(error)}, 503)
    return JSONResponse({"etag": state.etag})


def _state(room_id: int) -> RoomState:
    return store.states().get(store.database(), room_id, STATE_SECONDS)


@cache
def _component() -> Any:
    return st.components.v2.component("draw_a_digit_room", js=SCRIPT, isolate_styles=False)
