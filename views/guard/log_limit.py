"""Keeps the log small: what one line of code has to say is written some times a minute, then counted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

WINDOW = 60.0  # seconds
MAX_RECORDS = 20  # records from one line of code in a window
MAX_TRACEBACKS = 2  # of these, with a traceback
MAX_LINES = 1_000  # lines of code that are remembered


class RepeatLimit(logging.Filter):
    """Lets through the first records from each line of code in a window; a later one tells how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        super().__init__()
        self.clock = clock
        self._seen: dict[tuple[str, int], tuple[float, int]] = {}  # since when, how many
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is to be written."""
        key, now = (record.pathname, record.lineno), self.clock()
        most = MAX_TRACEBACKS if record.exc_info else MAX_RECORDS
        with self._lock:
            if len(self._seen) > MAX_LINES:
                self._seen.clear()
            since, number = self._seen.get(key, (now, 0))
            if now - since >= WINDOW:
                if number > most:
                    record.msg = f"{record.getMessage()} ({number - most:,} more like this since)"
                    record.args = ()
                since, number = now, 0
            self._seen[key] = since, number + 1
        return number < most


_limit = RepeatLimit()


def install() -> None:
    """Puts the limit on all handlers there are; to be repeated, since Streamlit makes one for each of its modules."""
    loggers = [
        logging.getLogger(),
        *(x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)),
    ]
    handlers = [handler for logger in loggers for handler in logger.handlers]
    for handler in [*handlers, *([logging.lastResort] if logging.lastResort else [])]:
        handler.addFilter(_limit)  # a filter that is there already is not added again
