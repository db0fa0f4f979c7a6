"""How much a room takes, and for how long: against mistakes and against people who try.

MERGED: Why a room refuses something: the text of each error is a sentence for the person who asked.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """All limits; the page's settings may change the first two.

    hours: after which a room is deleted with all that is in it; most_rooms: on one database at once.
    The others are for one room, one participant, or one drawing.
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
    wrong_codes: int = 60  # within a minute, for each process
    unused: float = 3600.0  # seconds after which a room that nobody joined makes place where there are too many

    def __post_init__(self) -> None:
        if not 0 < self.hours <= 24:
            raise ValueError(f"expected between 0 and 24 hours until a room is deleted, got {self.hours}")
        if not 0 < self.most_rooms <= 200:
            raise ValueError(f"expected between 1 and 200 rooms, got {self.most_rooms}")


DEFAULT = Limits()


class RoomError(Exception):
    """The text says what was expected, what came, or what to do."""


class Unavailable(RoomError):
    """The database does not answer, is locked, or cannot be written; the same call may work later."""


class UnknownRoom(RoomError):
    """There is no such room, or no longer."""


class Forbidden(RoomError):
    """The token is not one that may do this."""


class Refused(RoomError):
    """A limit or a rule of the room stands against it; nothing was stored."""


class RateLimited(Refused):
    """The participant's last drawing is too fresh; the same call works a moment later."""
