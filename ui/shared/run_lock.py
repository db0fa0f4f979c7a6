"""Limits how many script runs execute at once, first come, first served.

Streamlit runs each script in a thread. More threads than cores contend for the interpreter's lock and for the one
around Streamlit's settings, which every message takes, so that all of them are late.
"""

from __future__ import annotations

import threading
from types import TracebackType

MAX_CONCURRENT = 1  # runs
MAX_WAIT_SECONDS = 2.0  # after which a run goes on all the same, because the one before it may take very long

_free = threading.Semaphore(MAX_CONCURRENT)
_mine = threading.local()  # whether this thread holds the lock


class RunLock:
    """A context manager that waits for the lock; it does nothing within another one of the same thread."""

    def __enter__(self) -> RunLock:
        self._held = not getattr(_mine, "held", False) and _free.acquire(timeout=MAX_WAIT_SECONDS)
        _mine.held = self._held or getattr(_mine, "held", False)
        return self

    def end(self) -> None:
        """Release the lock before the block ends, because the rest may take long."""
        if self._held:
            self._held = _mine.held = False
            _free.release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
