"""Let one script run execute at a time: the visit that used least processor time lately comes first.

Streamlit runs each script in a thread. More threads than cores contend for the interpreter's lock and for the one
around Streamlit's settings, which every message takes, so that all of them are late. A visit that draws now and then is
answered before those that send as much as they can, and before the first run of visits that have just arrived.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from types import TracebackType

from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

MAX_HOLD_SECONDS = 2.0  # after which others go on all the same, because a run may take very long
HALF_LIFE_SECONDS = 5.0  # after which processor time counts half
FIRST_RUN_SECONDS = 1.0  # of processor time, that a visit is taken to have used when it arrives
AGING = 0.1  # seconds of processor time that a second of waiting makes up for, so that nobody waits for ever
MAX_VISITS = 1_000  # whose use is remembered; the longest unseen are forgotten


class Turns:
    """Whose turn it is, and what each visit has used lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: _Turn | None = None
        self._waiting: list[_Turn] = []
        self._used: dict[str, tuple[float, float]] = {}  # seconds, and when they were counted; the longest unseen first

    def begin(self, visit: str) -> _Turn:
        """Wait for the turn of a visit."""
        turn = _Turn(visit, since=time.monotonic())
        with self._lock:
            if self._holder is None:
                return self._give(turn)
            self._waiting.append(turn)
        while not turn.given.wait(MAX_HOLD_SECONDS / 4):
            with self._lock:
                if self._holder is not None and time.monotonic() - self._holder.since > MAX_HOLD_SECONDS:
                    self._next()
        turn.cpu = time.thread_time()
        return turn

    def end(self, turn: _Turn) -> None:
        """End a turn, in the thread that began it, and give the next."""
        with self._lock:
            used = self._recent(turn.visit) + time.thread_time() - turn.cpu
            self._used.pop(turn.visit, None)
            self._used[turn.visit] = used, time.monotonic()
            if len(self._used) > MAX_VISITS:
                del self._used[next(iter(self._used))]
            if self._holder is turn:
                self._next()

    def _next(self) -> None:
        self._holder = None
        if self._waiting:
            first = min(self._waiting, key=self._rank)
            self._waiting.remove(first)
            self._give(first)

    def _give(self, turn: _Turn) -> _Turn:
        turn.since, turn.cpu = time.monotonic(), time.thread_time()
        self._holder = turn
        turn.given.set()
        return turn

    def _rank(self, turn: _Turn) -> float:
        """Tell how long a turn comes after others, now: while it waits, others use more."""
        return self._recent(turn.visit) - AGING * (time.monotonic() - turn.since)

    def _recent(self, visit: str) -> float:
        if visit not in self._used:
            return FIRST_RUN_SECONDS
        seconds, at = self._used[visit]
        return float(seconds * 0.5 ** ((time.monotonic() - at) / HALF_LIFE_SECONDS))


@dataclass(eq=False)
class _Turn:
    """since, cpu: when it was asked for, then when it was given, and its thread's processor time then."""

    visit: str
    since: float = 0.0
    cpu: float = 0.0
    given: threading.Event = field(default_factory=threading.Event)


_turns = Turns()
_mine = threading.local()  # whether this thread holds the lock


def one_at_a_time(function: Callable[[], None]) -> Callable[[], None]:
    """Make a page, or a fragment of one, run under the lock."""

    @wraps(function)
    def locked() -> None:
        with RunLock():
            function()

    return locked


class RunLock:
    """A context manager that waits for the lock; it does nothing within another one of the same thread."""

    def __enter__(self) -> RunLock:
        self._turn: _Turn | None = None
        if not getattr(_mine, "held", False):
            context = get_script_run_ctx(suppress_warning=True)
            self._turn = _turns.begin(context.session_id if context else "")
            _mine.held = True
        return self

    def end(self) -> None:
        """Release the lock before the block ends, because the rest may take long."""
        if self._turn is not None:
            _turns.end(self._turn)
            self._turn, _mine.held = None, False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
