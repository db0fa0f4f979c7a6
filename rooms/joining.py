"""Joining: a phone finds a room by its code, joins it, and finds the same participant again after a reload."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from language import _, number
from rooms import identity
from rooms.database import Database
from rooms.limits import FREE_TRIES, Forbidden, Refused, TokenBucket, UnknownRoom
from rooms.schema import Participant, Room
from rooms.state import RoomState, state_in


@dataclass(frozen=True)
class Membership:
    """A participant. token: theirs, which is stored nowhere else. drawings: how many they have sent."""

    room_id: int
    participant_id: int
    token: str
    name: str
    colour: str
    drawings: int


def find_room(database: Database, code: str, key: str = "", wrong: int = 0) -> RoomState:
    """Return the room with a code; raises UnknownRoom where there is none, Refused after too many wrong codes.

    key: identity.room_key from the QR code; with the right one, wrong codes that others typed do not matter.
    wrong: codes that the same visit has got wrong; from FREE_TRIES on it can be kept waiting by others like it, and
    cannot keep those waiting who have not.
    """
    buckets = [database.guesses, database.repeated] if wrong >= FREE_TRIES else [database.guesses]
    if not key:
        _refuse_guessing(buckets)
    with database.reading() as session:
        room = session.scalar(select(Room).where(Room.code == identity.cleaned(code)))
        now = database.clock(session)
        scanned = room is not None and (not key or key == identity.room_key(room.host_hash))
        if room is not None and scanned and room.expires > now:
            return state_in(session, room.id, now)
    if key:
        _refuse_guessing(buckets)
    for bucket in buckets:
        bucket.use(1)
    raise UnknownRoom(_("There is no room with this code, or it is closed; look at the code on the wall again."))


def join(database: Database, room_id: int) -> Membership:
    """Make a new participant of a room; raises Refused where it is full or has ended."""
    token = identity.new_token()
    with database.writing() as session:
        room = locked_room(database, session, room_id)
        if room.ended:
            raise Refused(_("This room has ended."))
        if room.participants >= database.limits.most_participants:
            most = number(database.limits.most_participants)
            raise Refused(_("This room is full: {n} have joined.").format(n=most))
        taken = set(session.scalars(select(Participant.name).where(Participant.room_id == room_id)))
        colour = identity.COLOURS[room.participants % len(identity.COLOURS)]
        participant = Participant(
            room_id=room_id, token_hash=identity.hashed(token), name=identity.new_name(taken), colour=colour
        )
        session.add(participant)
        room.participants += 1
        room.version += 1
        session.flush()
        return _membership(participant, token)


def rejoin(database: Database, code: str, token: str) -> Membership:
    """Return the participant who has a token, after a reload or on another copy; raises Forbidden if there is none."""
    with database.reading() as session:
        row = session.execute(
            select(Participant, Room)
            .join(Room, Room.id == Participant.room_id)
            .where(Participant.token_hash == identity.hashed(token), Room.code == identity.cleaned(code))
        ).one_or_none()
        if row is None or row[1].expires <= database.clock(session):
            raise Forbidden(_("This link is no longer in a room; scan the code on the wall again."))
        return _membership(row[0], token)


def locked_room(database: Database, session: Session, room_id: int) -> Room:
    """Lock a room until the writing() session ends; raises UnknownRoom if it was deleted or has expired."""
    room = session.scalar(select(Room).where(Room.id == room_id).with_for_update())
    if room is None or room.expires <= database.clock(session):
        raise UnknownRoom(_("This room is closed, and all that was in it is deleted."))
    return room


def _refuse_guessing(buckets: list[TokenBucket]) -> None:
    if any(bucket.use(0) > 0 for bucket in buckets):
        raise Refused(_("Too many wrong codes were tried; scan the QR code, or try again in a minute."))


def _membership(participant: Participant, token: str) -> Membership:
    return Membership(
        participant.room_id, participant.id, token, participant.name, participant.colour, participant.drawings
    )
