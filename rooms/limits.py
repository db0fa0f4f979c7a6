"""Limits of rooms, the errors that say which one was met, and the token bucket behind every rate limit.

The text of each error is a sentence for the person whose request was refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of a database, of one room, one participant and one drawing; the page's settings may change the first two.

    hours: after which a room is deleted with everything in it. most_rooms: on one database at once.
    """

    hours: float = 24.0
    most_rooms: int = 200
    most_participants: int = 500
    most_drawings: int = 5000
    most_bytes: int = 40_000_000  # of all strokes of a room, compressed
    most_rounds: int = 500
    drawings_each: int = 500
    seconds_between: float = 1.0  # two drawings of one participant
    most_strokes: int = 200
    most_points: int = 6000
    most_stroke_bytes: int = 32_000  # of one drawing's strokes, compressed
    most_networks: int = 16
    wrong_codes: int = 60  # a minute, for each process; as many at once after a pause
    unused: float = 3600.0  # seconds after which a room that nobody joined may be deleted to make room for another

    def __post_init__(self) -> None:
        if not 0 < self.hours <= 24:
            raise ValueError(f"expected between 0 and 24 hours until a room is deleted, got {self.hours}")
        if not 0 < self.most_rooms <= 200:
            raise ValueError(f"expected between 1 and 200 rooms, got {self.most_rooms}")


DEFAULT = Limits()
FREE_TRIES = 3  # wrong codes of a visit, after which it shares half of wrong_codes with others like it


class RoomError(Exception):
    """A room refused something."""


class Unavailable(RoomError):
    """The database does not answer, is locked, or cannot be written; the same call may work later."""


class UnknownRoom(RoomError):
    """No room has this code or id, or no longer."""


class Forbidden(RoomError):
    """The token gives no right to this."""


class Refused(RoomError):
    """A limit or a setting of the room is against it; nothing was stored."""


class RateLimited(Refused):
    """The participant sent their last drawing less than a second ago; the same call works a moment later."""


class TokenBucket:
    """A token bucket, safe to use from several threads.

    rate: tokens that come back in a second. most: tokens that may be used at once, after a pause.
    """

    def __init__(self, rate: float, most: float, clock: Callable[[], float] = time.monotonic):
        self.rate, self.most, self.clock = rate, most, clock
        self.left, self.at = most, clock()
        self._lock = threading.Lock()

    def use(self, amount: float) -> float:
        """Take tokens, also more than are left; return the seconds to wait until that debt is paid."""
        with self._lock:
            now = self.clock()
            self.left = min(self.most, self.left + self.rate * (now - self.at)) - amount
            self.at = now
            return max(0.0, -self.left / self.rate)
