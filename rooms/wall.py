"""The drawings of a room as everybody may see them: without the networks' answers until the host reveals them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from rooms.database import Database
from rooms.schema import REMOVED, SHOWN, WAITING, Answer, DrawingRow, Participant, Round

NEWEST = 200  # drawings that a wall shows; the others are in the export
BATCH = 500  # drawings whose answers are asked for together


@dataclass(frozen=True, eq=False)
class Tile:
    """One drawing. answers: the digit of each network; empty while they are hidden.

    place: 1, 2, 3 ... in the room. digit: 784 bytes. meant: 0 to 9 or None.
    """

    id: int
    place: int
    participant_id: int
    name: str
    colour: str
    round: int
    meant: int | None
    digit: bytes
    outlier: bool
    status: str
    revealed: bool
    answers: dict[str, int] = field(default_factory=dict)


def tiles(
    database: Database, room_id: int, statuses: Collection[str] = (SHOWN,), newest: int | None = NEWEST
) -> list[Tile]:
    """The newest drawings with one of these statuses, oldest first."""
    with database.reading() as session:
        return _tiles(session, room_id, statuses, newest)


def waiting(database: Database, room_id: int) -> list[Tile]:
    """What the host has to approve, oldest first."""
    return tiles(database, room_id, (WAITING,), NEWEST)


def own(database: Database, room_id: int, participant_id: int) -> Tile | None:
    """A participant's newest drawing that was not removed, whatever became of it; None before the first."""
    with database.reading() as session:
        newest = session.scalar(
            select(DrawingRow.id)
            .where(
                DrawingRow.room_id == room_id, DrawingRow.participant_id == participant_id, DrawingRow.status != REMOVED
            )
            .order_by(DrawingRow.place.desc())
            .limit(1)
        )
        return None if newest is None else _tile(session, newest)


def tile(database: Database, room_id: int, drawing_id: int) -> Tile | None:
    """One drawing of a room, whatever became of it; None where it is not in this room or was removed."""
    with database.reading() as session:
        found = session.scalar(
            select(DrawingRow.id).where(
                DrawingRow.room_id == room_id, DrawingRow.id == drawing_id, DrawingRow.status != REMOVED
            )
        )
        return None if found is None else _tile(session, found)


def _tile(session: Session, drawing_id: int) -> Tile:
    ((row),) = session.execute(_columns().where(DrawingRow.id == drawing_id)).all()
    answers = _answers(session, [drawing_id] if row.revealed else [])
    return Tile(**row._mapping, answers=answers.get(drawing_id, {}))


def _tiles(session: Session, room_id: int, statuses: Collection[str], newest: int | None) -> list[Tile]:
    query = (
        _columns()
        .where(DrawingRow.room_id == room_id, DrawingRow.status.in_(statuses))
        .order_by(DrawingRow.place.desc())
    )
    rows = session.execute(query.limit(newest) if newest else query).all()[::-1]
    answers = _answers(session, [row.id for row in rows if row.revealed])
    return [Tile(**row._mapping, answers=answers.get(row.id, {})) for row in rows]


def _columns() -> Select[*tuple[Any, ...]]:
    """By the names of Tile's fields."""
    return (
        select(
            DrawingRow.id,
            DrawingRow.place,
            DrawingRow.participant_id,
            Participant.name,
            Participant.colour,
            DrawingRow.round,
            DrawingRow.meant,
            DrawingRow.digit,
            DrawingRow.outlier,
            DrawingRow.status,
            Round.revealed,
        )
        .join(Participant, Participant.id == DrawingRow.participant_id)
        .join(Round, (Round.room_id == DrawingRow.room_id) & (Round.number == DrawingRow.round))
    )


def _answers(session: Session, ids: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for batch in _batches(ids):
        query = select(Answer.drawing_id, Answer.network, Answer.digit).where(Answer.drawing_id.in_(batch))
        for drawing_id, network, digit in session.execute(query):
            found.setdefault(drawing_id, {})[network] = digit
    return found


def _batches(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
