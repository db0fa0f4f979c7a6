"""The wall: a room's drawings as everybody may see them, without predictions until the host reveals them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from rooms.database import Database
from rooms.prompts import Prompt
from rooms.schema import REMOVED, SHOWN, DrawingRow, Participant, PredictionRow, Round

MAX_TILES = 600  # the newest drawings, shown on a wall; the others are in the export
IDS_PER_QUERY = 500


@dataclass(frozen=True, eq=False)
class Tile:
    """A drawing on the wall.

    place: 1, 2, 3 ... in the room. label: the digit that was meant, or None. digit: 784 bytes.
    predictions, confidences: each network's digit and its probability, by its key; empty while they are hidden.
    """

    id: int
    place: int
    participant_id: int
    name: str
    colour: str
    round: int
    label: int | None
    digit: bytes
    outlier: bool
    status: str
    revealed: bool
    predictions: dict[str, int] = field(default_factory=dict)
    confidences: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Chapter:
    """A round on the wall. shown: its drawings on the wall. sent: participants who have sent at least one drawing."""

    number: int
    prompt: Prompt
    revealed: bool
    begun: float
    seconds: int
    show_at: float
    shown: int
    sent: int


def tiles(
    database: Database, room_id: int, statuses: Collection[str] = (SHOWN,), newest: int | None = MAX_TILES
) -> list[Tile]:
    """Return the newest drawings with one of these statuses, oldest first; newest: at most so many, None for all."""
    wanted = _of_room(room_id).where(DrawingRow.status.in_(statuses))
    with database.reading() as session:
        return _tiles(session, wanted.limit(newest) if newest else wanted)


def chapters(database: Database, room_id: int) -> list[Chapter]:
    """Return the rounds of a room, the first one first."""
    kept = (DrawingRow.room_id == Round.room_id) & (DrawingRow.round == Round.number) & (DrawingRow.status != REMOVED)
    query = (
        select(
            Round,
            func.count(DrawingRow.id).filter(DrawingRow.status == SHOWN),
            func.count(DrawingRow.participant_id.distinct()),
        )
        .outerjoin(DrawingRow, kept)
        .where(Round.room_id == room_id)
        .group_by(Round.room_id, Round.number)
        .order_by(Round.number)
    )
    with database.reading() as session:
        return [
            Chapter(
                number=row.number,
                prompt=Prompt(row.kind, row.digit),
                revealed=row.revealed,
                begun=row.begun,
                seconds=row.seconds,
                show_at=row.show_at,
                shown=shown,
                sent=sent,
            )
            for row, shown, sent in session.execute(query).all()
        ]


def pictures(database: Database, room_id: int, drawing_ids: Collection[int]) -> dict[int, bytes]:
    """Return the pixels of some drawings on a room's wall, by their ids; of others nothing."""
    query = select(DrawingRow.id, DrawingRow.digit).where(
        DrawingRow.room_id == room_id, DrawingRow.status == SHOWN, DrawingRow.id.in_(drawing_ids)
    )
    with database.reading() as session:
        return {row.id: row.digit for row in session.execute(query)}


def own(database: Database, room_id: int, participant_id: int, round_number: int | None = None) -> Tile | None:
    """Return a participant's newest drawing, or that of a round, whatever its status; None for one that was removed."""
    wanted = _of_room(room_id).where(DrawingRow.participant_id == participant_id, DrawingRow.status != REMOVED)
    if round_number is not None:
        wanted = wanted.where(DrawingRow.round == round_number)
    with database.reading() as session:
        return next(iter(_tiles(session, wanted.limit(1))), None)


def tile(database: Database, room_id: int, drawing_id: int) -> Tile | None:
    """Return a drawing of a room, whatever its status; None where it is not in this room or was removed."""
    wanted = _of_room(room_id).where(DrawingRow.id == drawing_id, DrawingRow.status != REMOVED)
    with database.reading() as session:
        return next(iter(_tiles(session, wanted)), None)


def _of_room(room_id: int) -> Select[*tuple[Any, ...]]:
    """Select a room's drawings, newest first, in columns with the names of Tile's fields."""
    return (
        select(
            DrawingRow.id,
            DrawingRow.place,
            DrawingRow.participant_id,
            Participant.name,
            Participant.colour,
            DrawingRow.round,
            DrawingRow.label,
            DrawingRow.digit,
            DrawingRow.outlier,
            DrawingRow.status,
            Round.revealed,
        )
        .join(Participant, Participant.id == DrawingRow.participant_id)
        .join(Round, (Round.room_id == DrawingRow.room_id) & (Round.number == DrawingRow.round))
        .where(DrawingRow.room_id == room_id)
        .order_by(DrawingRow.place.desc())
    )


def _tiles(session: Session, wanted: Select[*tuple[Any, ...]]) -> list[Tile]:
    """Return what a query of _of_room finds, oldest first, with the predictions that are revealed."""
    rows = session.execute(wanted).all()[::-1]
    predictions: dict[int, dict[str, int]] = {row.id: {} for row in rows}
    confidences: dict[int, dict[str, float]] = {row.id: {} for row in rows}
    revealed = [row.id for row in rows if row.revealed]
    for start in range(0, len(revealed), IDS_PER_QUERY):
        ids = revealed[start : start + IDS_PER_QUERY]
        query = select(
            PredictionRow.drawing_id, PredictionRow.network, PredictionRow.digit, PredictionRow.confidence
        ).where(PredictionRow.drawing_id.in_(ids))
        for drawing_id, network, digit, confidence in session.execute(query):
            predictions[drawing_id][network] = digit
            confidences[drawing_id][network] = confidence
    return [Tile(**row._mapping, predictions=predictions[row.id], confidences=confidences[row.id]) for row in rows]
