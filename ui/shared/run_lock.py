"""Runs of the page take turns: a few at once, in the order in which they come.

Streamlit gives each run a thread of its own. More of them than there are cores only hinder one another, at the
interpreter's lock and at the one around Streamlit's settings, which is taken for every message: all are late then.
"""

from __future__ import annotations

import threading
from types import TracebackType

AT_ONCE = 1  # runs
PATIENCE = 2.0  # seconds after which a run goes on all the same, as what is before it may take very long

_free = threading.Semaphore(AT_ONCE)
_mine = threading.local()  # whether this thread has its turn


class RunLock:
    """Waits for its turn, as a context manager; nothing within another turn of the same thread."""

    def __enter__(self) -> RunLock:
        self._held = not getattr(_mine, "held", False) and _free.acquire(timeout=PATIENCE)
        _mine.held = self._held or getattr(_mine, "held", False)
        return self

    def end(self) -> None:
        """Lets others go on before the block ends: what follows may take long."""
        if self._held:
            self._held = _mine.held = False
            _free.release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
