"""Maintenance on a timer: free the visits that have ended, and keep the log bounded."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import signal
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakSet

import streamlit as st
import uvicorn
from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state import SessionState

from server import limits

log = logging.getLogger(__name__)

FEW_VISITORS = 100  # fewer than that come with advice
STOP_SECONDS = 3  # that requests and visits have to end after the server is told to stop; supervisors wait 10 and more
PERIOD_SECONDS = 20.0  # a collection stops the server for some hundredths of a second


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Run maintenance from the server's start to its end; the lifespan of st.App."""
    visitors = limits.max_visitors()
    advice = f"; for more, start the page after: ulimit -n {limits.FILES_WANTED}" if visitors < FEW_VISITORS else ""
    print(f"  Room for {visitors:,} visitors at once{advice}.", flush=True)
    limits.limit_log()
    bound_stop()
    gc.freeze()  # without a collection, for which the first visitor would wait
    timer = asyncio.create_task(_repeat())
    try:
        yield
    finally:
        timer.cancel()


def bound_stop() -> None:
    """Let no visitor keep the server from stopping, with a request that never ends; Streamlit leaves that unbounded."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, uvicorn.Server) and server.config.timeout_graceful_shutdown is None:
        server.config.timeout_graceful_shutdown = STOP_SECONDS


async def _repeat() -> None:
    frozen = gc.get_freeze_count()
    sessions: WeakSet[AppSession] = WeakSet()
    while True:
        await asyncio.sleep(PERIOD_SECONDS)
        try:
            limits.limit_log()
            frozen = collect(frozen, idle=forget_expired_visits(sessions) == 0)
            return_free_memory()
        except Exception:
            log.exception("maintenance failed")


def forget_expired_visits(known: WeakSet[AppSession]) -> int:
    """Empty the visits that can no longer come back; Streamlit drops them only when the next one leaves.

    It also leaves their uploads in memory. known: sessions of the last call; updated. Returns how many there are now.
    """
    manager: Any = runtime.get_instance()._session_mgr
    manager._session_storage._cache.expire()
    sessions = WeakSet(info.session for info in manager.list_sessions())
    for session in known - sessions:
        session.shutdown()
        session._session_state = SessionState()  # Streamlit's event loop keeps the session that it served last
    known.clear()
    known |= sessions
    return len(sessions)


def collect(frozen: int, idle: bool) -> int:
    """Collect garbage, which Streamlit is told not to do; return how many objects are frozen now.

    frozen: objects left out of collections since the server is up. idle: no session exists. Only then unfreeze, do a
    full collection and freeze what was loaded meanwhile, such as networks; a live session would be frozen forever.
    """
    if not idle or gc.get_freeze_count() == frozen:
        gc.collect()
        return frozen
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return gc.get_freeze_count()


def return_free_memory() -> None:
    """Return free memory to the system, where the C library is glibc, which would keep it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
