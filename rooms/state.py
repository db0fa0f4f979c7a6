"""The state of a room: everything that everybody in it may know, as one small value for pages to poll."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from language import _
from rooms.database import Database
from rooms.limits import UnknownRoom
from rooms.prompts import Prompt
from rooms.schema import WAITING, DrawingRow, Room, RoomNetworkRow, Round

MAX_CACHED_ROOMS = 400  # a server has at most 200
SILENT_SECONDS = 40.0  # without progress of a training, after which its server is taken to be gone


@dataclass(frozen=True)
class RoomState:
    """A room at one moment.

    version: goes up with every change, each drawing included. hours_left: until it is deleted.
    revealed: the networks' predictions of this round are shown. hide_answers: rounds to come begin unrevealed.
    training: the host means to train on the drawings. waiting: drawings that the host has to approve.
    stage: what the host has put on all walls: "" for this round, another round's number, "scores", "join" for the code,
    "network" for the room's own, or "cell-NETWORK-MEANT-ANSWERED" for the drawings in a cell of a confusion matrix.
    show_round, show_at: the round that was revealed last, and when its show begins, by the database's clock.
    learning: the room's own network is being trained. network: the number of the training that it came of, 0 for none.
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
    stage: str
    show_round: int
    show_at: float
    learning: bool
    network: int

    @property
    def etag(self) -> str:
        """Everything of the room that a phone shows; unlike version, other people's drawings do not change it."""
        flags = (self.revealed, self.paused, self.training, self.ended)
        return f"{self.round}-{''.join(str(int(flag)) for flag in flags)}-{self.show_at:.1f}-{self.network}"


def state(database: Database, room_id: int) -> RoomState:
    """Return the room as it is now; raises UnknownRoom if it was deleted or has expired."""
    with database.reading() as session:
        return state_in(session, room_id, database.clock(session))


def state_in(session: Session, room_id: int, now: float) -> RoomState:
    """Return the room within a session; raises UnknownRoom if it was deleted or has expired."""
    found = session.execute(
        select(Room, Round)
        .join(Round, (Round.room_id == Room.id) & (Round.number == Room.round))
        .where(Room.id == room_id, Room.expires > now)
    ).one_or_none()
    if found is None:
        raise UnknownRoom(_("This room is closed, and all that was in it is deleted."))
    room, current = found
    waiting = select(func.count()).where(DrawingRow.room_id == room_id, DrawingRow.status == WAITING)
    shown = select(Round.number, Round.show_at).where(Round.room_id == room_id).order_by(Round.show_at.desc())
    show = session.execute(shown.limit(1)).one()
    own = session.get(RoomNetworkRow, room_id, options=[defer(RoomNetworkRow.exported)])
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
        stage=room.stage,
        show_round=show.number if show.show_at else 0,
        show_at=show.show_at,
        learning=own is not None and own.running and now - own.updated < SILENT_SECONDS,
        network=own.ready if own else 0,
    )


class StateCache:
    """States of rooms, read from the database once in a while for all phones that ask.

    clock: seconds; tests set their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self._states: dict[tuple[Database, int], tuple[float, RoomState]] = {}

    def get(self, database: Database, room_id: int, max_age: float) -> RoomState:
        """Return a room's state that is at most max_age seconds old, or a little older while another thread reads it.

        Raises UnknownRoom if it was deleted or has expired, Unavailable where the database does not answer.
        """
        key, now = (database, room_id), self.clock()
        if cached := self._states.get(key):
            if now - cached[0] < max_age:
                return cached[1]
            self._states[key] = (now, cached[1])  # the others go on with this one until it is read again
        try:
            newest = state(database, room_id)
        except UnknownRoom:
            self._states.pop(key, None)
            raise
        if len(self._states) >= MAX_CACHED_ROOMS:
            self._states.clear()
        self._states[key] = (now, newest)
        return newest
