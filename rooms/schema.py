"""The tables of rooms with their version, and how strokes are stored: compressed, to a tenth of a pixel.

All times are seconds since 1970 by the database's clock, so that several copies of the page agree on them.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from language import _, number
from rooms.limits import Limits, Refused

VERSION = 3  # goes up with every change of a table; rooms.database brings older ones to it, and refuses newer ones
UPGRADES = {  # statements that bring tables of a version to the next
    1: (
        "ALTER TABLE rooms ADD COLUMN stage VARCHAR(40) NOT NULL DEFAULT ''",
        "ALTER TABLE rounds ADD COLUMN begun FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE rounds ADD COLUMN seconds INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE rounds ADD COLUMN show_at FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE drawings ADD COLUMN removed FLOAT NOT NULL DEFAULT 0",
    ),
    2: (),  # a new table alone, which is made when the database is opened
}
SHOWN, WAITING, HIDDEN, REMOVED = "shown", "waiting", "hidden", "removed"  # a drawing's status
MAX_COORDINATE = 10_000.0  # pixels from the canvas's corner; strokes may leave it


class Base(DeclarativeBase):
    """Base of all tables."""


class SchemaVersion(Base):
    """The version of the tables: one row."""

    __tablename__ = "schema_version"
    version: Mapped[int] = mapped_column(primary_key=True)


class Room(Base):
    """A room. Its row is locked while anything in the room is written; each such change raises its version.

    hide_answers: of rounds to come. participants, drawings, stroke_bytes: counted here because they are limited.
    stage: what the host has put on all walls, see rooms.state.RoomState.
    """

    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    host_hash: Mapped[str] = mapped_column(String(64))
    opened: Mapped[float]
    expires: Mapped[float] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=1)
    hide_answers: Mapped[bool] = mapped_column(default=True)
    approve_all: Mapped[bool] = mapped_column(default=False)
    approve_outliers: Mapped[bool] = mapped_column(default=True)
    training: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[bool] = mapped_column(default=False)
    ended: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    participants: Mapped[int] = mapped_column(default=0)
    drawings: Mapped[int] = mapped_column(default=0)
    stroke_bytes: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str] = mapped_column(String(40), default="")


class Round(Base):
    """A round's prompt, and whether the networks' predictions for its drawings are shown.

    begun: when it began. seconds: how long it shall take, 0 where nobody counts. show_at: when its reveal is shown.
    """

    __tablename__ = "rounds"
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    digit: Mapped[int | None]
    revealed: Mapped[bool]
    begun: Mapped[float] = mapped_column(default=0.0)
    seconds: Mapped[int] = mapped_column(default=0)
    show_at: Mapped[float] = mapped_column(default=0.0)


class Participant(Base):
    """A participant. last_sent: 0 before the first drawing."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("room_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    colour: Mapped[str] = mapped_column(String(7))
    drawings: Mapped[int] = mapped_column(default=0)
    last_sent: Mapped[float] = mapped_column(default=0.0)


class DrawingRow(Base):
    """A drawing. client_id: made on the phone, so that a drawing is stored once however often it is sent.

    place: 1, 2, 3 ... in the room. label: the digit that was meant, 0 to 9, or None. digit: 784 bytes, white ink.
    removed: when it was removed; shortly after, only the row is left, without digit, strokes, label and predictions: it
    must not be sent again.
    """

    __tablename__ = "drawings"
    __table_args__ = (UniqueConstraint("participant_id", "client_id"), Index("drawings_of_room", "room_id", "place"))
    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"))
    client_id: Mapped[str] = mapped_column(String(64))
    place: Mapped[int]
    round: Mapped[int]
    label: Mapped[int | None] = mapped_column("meant")
    digit: Mapped[bytes] = mapped_column(LargeBinary)
    strokes: Mapped[bytes] = mapped_column(LargeBinary)
    recipe: Mapped[str] = mapped_column(String(40))
    outlier: Mapped[bool]
    status: Mapped[str] = mapped_column(String(8))
    sent: Mapped[float]
    removed: Mapped[float] = mapped_column(default=0.0)


class PredictionRow(Base):
    """One network's prediction for a drawing. probabilities: ten numbers, separated by spaces."""

    __tablename__ = "answers"
    drawing_id: Mapped[int] = mapped_column(ForeignKey("drawings.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[str] = mapped_column(String(40), primary_key=True)
    digit: Mapped[int]
    confidence: Mapped[float]
    probabilities: Mapped[str] = mapped_column(String(200))


class RoomNetworkRow(Base):
    """The network that a room trains on its drawings; each training replaces the one before.

    number: of trainings so far. running, stopping: the newest one runs; the host has stopped it. updated: when its
    server was last heard of. progress: a rooms.teaching.Teaching, as JSON.
    ready: the number of the training that the network came of, 0 before the first. exported, description: see
    rooms.teaching.TaughtNetwork.
    """

    __tablename__ = "room_networks"
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int]
    running: Mapped[bool]
    stopping: Mapped[bool] = mapped_column(default=False)
    updated: Mapped[float]
    progress: Mapped[str] = mapped_column(Text)
    ready: Mapped[int] = mapped_column(default=0)
    exported: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    description: Mapped[str] = mapped_column(Text, default="")


Stroke = Sequence[tuple[float, float]]


def pack_strokes(strokes: Sequence[Stroke], limits: Limits) -> bytes:
    """Compress strokes; raises Refused for more than the limits allow, or for anything else than points."""
    if len(strokes) > limits.most_strokes or sum(map(len, strokes)) > limits.most_points:
        words = _(
            "A room takes drawings of at most {strokes} strokes and {points} points; "
            "clear the canvas and draw a simpler one."
        )
        raise Refused(words.format(strokes=number(limits.most_strokes), points=number(limits.most_points)))
    try:
        points = [[[round(10 * _coordinate(value)) for value in (x, y)] for x, y in stroke] for stroke in strokes]
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused(_("The strokes could not be read; clear the canvas and draw it again.")) from error
    data = zlib.compress(json.dumps(points, separators=(",", ":")).encode("ascii"), 6)
    if len(data) > limits.most_stroke_bytes:
        raise Refused(_("The drawing is too large for a room; clear the canvas and draw a simpler one."))
    return data


def unpack_strokes(data: bytes) -> list[list[tuple[float, float]]]:
    """Return the strokes in pixels of the canvas; none of a removed drawing."""
    if not data:
        return []
    return [[(x / 10, y / 10) for x, y in stroke] for stroke in json.loads(zlib.decompress(data))]


def _coordinate(value: float) -> float:
    value = float(value)
    if not math.isfinite(value) or abs(value) > MAX_COORDINATE:
        raise ValueError(f"expected a place on the canvas, got {value}")
    return value
