"""Lets a phone's browser look at its room again and again, and run the page's strip when something has changed."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from views import room_watch, session
from views.room_visit import RoomVisit

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


def look_again(visit: RoomVisit) -> None:
    """Draws what looks; nothing is seen of it."""
    if visit.state is None:
        return
    visit.watch = room_watch.watch(visit.state.id, visit.watch)
    waits = bool(visit.outbox) or (visit.own is not None and visit.own.status == "waiting")
    address = room_watch.PATH.format(key=visit.watch)
    _component()(
        data=[address, room_watch.word(visit.state), EVERY, SOON if waits else 0],
        key=session.ROOM_LOOK,
        on_changed_change=lambda: None,
    )
