"""What everybody in a room may know of it, as one small value that pages ask for again and again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rooms.database import Database
from rooms.errors import UnknownRoom
from rooms.prompts import Prompt
from rooms.schema import WAITING, Room, Round, Sent


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
    waiting = select(func.count()).where(Sent.room_id == room_id, Sent.status == WAITING)
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
