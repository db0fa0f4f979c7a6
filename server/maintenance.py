"""What the server does besides answering: forgets visits that have ended, and keeps the log bounded."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
from collections.abc import AsyncIterator

import streamlit as st
from streamlit import runtime
from streamlit.runtime import RuntimeState
from streamlit.runtime.state import SessionState

from server import limits

log = logging.getLogger(__name__)

EVERY = 20.0  # seconds; a collection stops the server for some hundredths of a second


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Runs from the server's start to its end; what st.App takes as its lifespan."""
    limits.raise_limit()
    print(f"  {limits.report()}", flush=True)
    limits.install()
    gc.freeze()  # without a collection, for which the first visitor would wait
    keeper = asyncio.create_task(_keep_up(gc.get_freeze_count()))
    try:
        yield
    finally:
        keeper.cancel()


async def _keep_up(frozen: int) -> None:
    """Repeats the upkeep for as long as the server runs.

    frozen: objects that are there for good, and left out of each collection.
    """
    while True:
        await asyncio.sleep(EVERY)
        try:
            limits.install()
            waiting = forget_expired_visits()
            here = runtime.get_instance().state == RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED
            frozen = collect(frozen, nobody=not here and not waiting)
            give_back()
        except Exception:
            log.exception("the upkeep failed")


def collect(frozen: int, nobody: bool) -> int:
    """Frees the visits that have ended, which are cycles of objects; Streamlit's own collections are turned off.

    frozen: objects that are there for good, and left out of each collection. Returns how many that are now.
    nobody: no visit is kept, so that nobody waits, and none would be frozen for good. Only then is looked through what
    was frozen since, with TensorFlow: it may hold visits.
    """
    if nobody and gc.get_freeze_count() != frozen:
        gc.unfreeze()
        return _freeze()
    gc.collect()  # nothing is frozen here: visits that are there would stay for good while others keep coming
    return frozen


def give_back() -> None:
    """Gives memory that is free again back to the system, where the C library is glibc, which would keep it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def forget_expired_visits() -> int:
    """Empties visits whose time to come back is over; Streamlit forgets them only when the next one leaves.

    Its loop still refers to the visit that it served last. Returns how many visits may still come back.
    """
    kept = runtime.get_instance()._session_mgr._session_storage._cache  # type: ignore[attr-defined]
    before = [info.session for info in kept._data.values()]
    left = len(kept)  # which lets go of the expired ones
    still = {id(info.session) for info in kept._data.values()}
    for session in before:
        if id(session) not in still:
            session.shutdown()
            session._session_state = SessionState()  # the old one's clear() keeps what the widgets call
    return left


def _freeze() -> int:
    """Collects, then leaves all there is out of later collections; returns how many objects that is."""
    gc.collect()
    gc.freeze()
    return gc.get_freeze_count()
