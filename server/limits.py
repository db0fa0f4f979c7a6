"""MERGED: How much visitors may upload: bounded for each visit and for all together, counting what is on its way.

MERGED: How many files this process may have open, which bounds its visitors; some laptops allow no more than 256.

MERGED: Keeps the log small: what one line of code has to say is written some times a minute, then counted.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MAX_UPLOAD_BYTES = 11_000_000  # bytes of one upload, its envelope included; assumed where the browser does not tell
MAX_PER_VISIT = 25_000_000  # bytes that a visit may have uploaded; replacing a photo removes the one before
MAX_FILES = 10  # of a visit
MAX_TOTAL = 400_000_000  # bytes of all visits


class Uploads:
    """What is stored, as Streamlit counts it, and what is on its way, by the visit's id."""

    def __init__(self) -> None:
        self._coming: Counter[str] = Counter()
        self._lines: Counter[str] = Counter()

    def begin(self, visit: str, size: int) -> bool:
        """Whether a visit may upload so many bytes; end() must follow where it may."""
        stored = _stored()
        mine = [*stored.get(visit, {}).values()]
        total = sum(map(sum, (files.values() for files in stored.values()))) + self._coming.total()
        fits = (
            size <= MAX_UPLOAD_BYTES
            and sum(mine) + self._coming[visit] + size <= MAX_PER_VISIT
            and len(mine) + self._lines[visit] < MAX_FILES
            and total + size <= MAX_TOTAL
        )
        if fits:
            self._coming[visit] += size
            self._lines[visit] += 1
        return fits

    def end(self, visit: str, size: int) -> None:
        """An upload is stored, or has failed."""
        self._coming[visit] -= size
        self._lines[visit] -= 1
        if not self._lines[visit]:
            del self._coming[visit], self._lines[visit]


def _stored() -> dict[str, dict[str, int]]:
    """For each visit the bytes of its files, by their ids."""
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        return {}
    return {
        visit: {name: len(file.data) for name, file in [*files.items()]}
        for visit, files in [*manager.file_storage.items()]
    }


try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

OF_A_VISIT = 5  # a websocket, the three of its event loop in Streamlit, and one for what the browser fetches
OF_THE_SERVER = 60  # its own files, and lines that are no visit
ENOUGH = 100  # visitors
AIMS = (65_536, 16_384, 10_240, 4_096)  # macOS refuses more than 10,240, whatever its hard limit says
UNLIMITED = 5_000  # visitors, where there is no limit


def raise_limit() -> None:
    """Raises the soft limit as far as the hard one lets it."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for aim in AIMS:
        aim = aim if hard == resource.RLIM_INFINITY else min(aim, hard)
        if aim <= soft or soft == resource.RLIM_INFINITY:
            return
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (aim, hard))
            return


def visitors() -> int:
    """How many visitors the limit bears at once."""
    soft = limit()
    return UNLIMITED if soft is None else max(1, min(UNLIMITED, (soft - OF_THE_SERVER) // OF_A_VISIT))


def limit() -> int | None:
    """How many files may be open now; None where there is no limit."""
    if resource is None:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def report() -> str:
    """The limit in a sentence, and what to do where it is low."""
    soft = limit()
    if soft is None:
        return f"No limit on open files: room for {visitors():,} visitors at once."
    text = f"At most {soft:,} open files: room for {visitors():,} visitors at once."
    if visitors() < ENOUGH:
        text += f" For more, start the page after: ulimit -n {OF_THE_SERVER + 10 * ENOUGH * OF_A_VISIT}"
    return text


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
