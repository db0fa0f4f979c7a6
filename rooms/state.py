"""What everybody in a room may know of it, as one small value that pages ask for again and again.

MERGED: The newest states of rooms, read from the database once in a while for all who look, not for each of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rooms.database import Database
from rooms.limits import UnknownRoom
from rooms.prompts import Prompt
from rooms.schema import WAITING, DrawingRow, Room, Round


@dataclass(frozen=True)
class RoomState:
    """A room at one moment.

    version: goes up with every change. hours_left: until it is deleted. revealed: the networks' answers of this round
    are shown. hide_answers: those of rounds to come are not, until then. training: the host means to train on it.
    waiting: drawings that the host has to approve.
    """

    id: int
    code: str
    version: int
    hours_left: float
    round: int
    prompt: Prompt
    revealed: bool
    hide_answers: bool
    approve_all: bool
    approve_outliers: bool
    training: bool
    paused: bool
    ended: bool
    participants: int
    drawings: int
    waiting: int


def state(database: Database, room_id: int) -> RoomState:
    """The room as it is now; raises UnknownRoom if it was deleted or its time is over."""
    with database.reading() as session:
        return state_in(session, room_id, database.clock(session))


def state_in(session: Session, room_id: int, now: float) -> RoomState:
    """The same within a session."""
    found = session.execute(
        select(Room, Round)
        .join(Round, (Round.room_id == Room.id) & (Round.number == Room.round))
        .where(Room.id == room_id, Room.expires > now)
    ).one_or_none()
    if found is None:
        raise UnknownRoom("This room is closed, and all that was in it is deleted.")
    room, current = found
    waiting = select(func.count()).where(DrawingRow.room_id == room_id, DrawingRow.status == WAITING)
    return RoomState(
        id=room.id,
        code=room.code,
        version=room.version,
        hours_left=(room.expires - now) / 3600,
        round=room.round,
        prompt=Prompt(current.kind, current.digit),
        revealed=current.revealed,
        hide_answers=room.hide_answers,
        approve_all=room.approve_all,
        approve_outliers=room.approve_outliers,
        training=room.training,
        paused=room.paused,
        ended=room.ended,
        participants=room.participants,
        drawings=room.drawings,
        waiting=session.scalar(waiting) or 0,
    )


MOST = 400  # rooms that are remembered; a server has 200


class Recent:
    """Remembers states of rooms. clock: gives seconds; tests have their own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self._known: dict[tuple[Database, int], tuple[float, RoomState]] = {}

    def state(self, database: Database, room_id: int, age: float) -> RoomState:
        """The room as it was at most so many seconds ago, or, while somebody else is reading it, a little earlier.

        Raises UnknownRoom if it was deleted or its time is over, Unavailable where the database does not answer.
        """
        key, now = (database, room_id), self.clock()
        if known := self._known.get(key):
            if now - known[0] < age:
                return known[1]
            self._known[key] = (now, known[1])  # others go on with this one while it is read again
        try:
            newest = state(database, room_id)
        except UnknownRoom:
            self._known.pop(key, None)
            raise
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = (now, newest)
        return newest
