"""Limits of one server process: bytes uploaded, visitors at once, and records in the log."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

try:
    import resource
except ImportError:  # Windows, where sockets are not counted as files
    resource = None  # type: ignore[assignment]

MAX_UPLOAD_BYTES = 21_000_000  # of one upload with its envelope
MAX_VISIT_UPLOAD_BYTES = 50_000_000  # stored for one visit; a photo that replaces another frees its bytes
MAX_VISIT_UPLOADS = 10  # files of one visit
MAX_TOTAL_UPLOAD_BYTES = 400_000_000  # stored for all visits

MAX_VISITORS = 5_000  # with a websocket open at the same time
FILES_PER_VISITOR = 5  # a websocket, three for its event loop in Streamlit, and one for what the browser fetches
FILES_OF_SERVER = 60  # its own, and connections that are no visit
FILES_WANTED = 10_240  # macOS refuses more, whatever its hard limit says

MAX_RECORDS_PER_MINUTE = 20  # from one line of code
MAX_RECORD = 500  # characters of a record
MAX_TRACEBACK = 4_000  # characters, of its end; each line is cut like a record


class Uploads:
    """The bytes that each visit has stored, as Streamlit counts them, and those that have come of others."""

    def __init__(self) -> None:
        self._arriving: Counter[str] = Counter()  # bytes, by visit
        self._requests: Counter[str] = Counter()

    @contextlib.contextmanager
    def arriving(self, visit: str) -> Iterator[Callable[[int], bool]]:
        """Count an upload while it comes; yields a function that takes bytes, or returns False where a bound is met."""
        own = 0

        def take(size: int) -> bool:
            nonlocal own
            stored = _stored_sizes()  # anew: others of the same visit may have been stored meanwhile
            mine = sum(stored.get(visit, [])) + self._arriving[visit] + size
            everybodys = sum(map(sum, stored.values())) + self._arriving.total() + size
            number = len(stored.get(visit, [])) + self._requests[visit]
            if mine > MAX_VISIT_UPLOAD_BYTES or everybodys > MAX_TOTAL_UPLOAD_BYTES or number > MAX_VISIT_UPLOADS:
                return False
            own += size
            self._arriving[visit] += size
            return True

        self._requests[visit] += 1
        try:
            yield take
        finally:
            self._arriving[visit] -= own
            self._requests[visit] -= 1
            if not self._requests[visit]:
                del self._arriving[visit], self._requests[visit]


def _stored_sizes() -> dict[str, list[int]]:
    """Return the size in bytes of each stored file, by visit."""
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        return {}
    return {visit: [len(file.data) for file in [*files.values()]] for visit, files in [*manager.file_storage.items()]}


def max_visitors() -> int:
    """Raise a low limit on open files, and return how many visitors it allows at the same time."""
    if resource is None:
        return MAX_VISITORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    if soft == resource.RLIM_INFINITY:
        return MAX_VISITORS
    return max(1, min(MAX_VISITORS, (soft - FILES_OF_SERVER) // FILES_PER_VISITOR))


class LogLimit(logging.Filter):
    """Bound the log, since visitors can cause errors as fast as they like, and some repeat what a visitor sent.

    Drops records of a line of code beyond so many a minute, and cuts long ones.
    """

    def __init__(self) -> None:
        super().__init__()
        self._minute, self._written = 0, Counter[tuple[str, int]]()

    def filter(self, record: logging.LogRecord) -> bool:
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute, self._written = minute, Counter()
        self._written[record.pathname, record.lineno] += 1
        if self._written[record.pathname, record.lineno] > MAX_RECORDS_PER_MINUTE:
            return False
        text = record.getMessage()
        if len(text) > MAX_RECORD:
            record.msg, record.args = _cut(text), None
        if record.exc_info and not record.exc_text:
            lines = logging.Formatter().formatException(record.exc_info).splitlines()
            record.exc_text = "\n".join(map(_cut, lines))[-MAX_TRACEBACK:]
        return True


def _cut(text: str) -> str:
    return text if len(text) <= MAX_RECORD else f"{text[:MAX_RECORD]} ... ({len(text):,} characters)"


_log_limit = LogLimit()


def limit_log() -> None:
    """Add LogLimit to every handler; to be repeated, because Streamlit makes a handler for each of its modules."""
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = [handler for logger in loggers if isinstance(logger, logging.Logger) for handler in logger.handlers]
    for handler in filter(None, [*handlers, logging.lastResort]):
        handler.addFilter(_log_limit)  # a filter that is there already is not added again
