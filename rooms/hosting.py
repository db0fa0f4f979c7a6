"""Hosting: everything a host may do. The host's right is a token, of which only a hash is stored.

Calls say how things shall be, not what shall change, so that two hosts who press at once do not undo each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from language import _, number
from rooms import identity
from rooms.database import Database, delete_expired, erase
from rooms.joining import locked_room
from rooms.limits import Forbidden, Refused
from rooms.prompts import ANY_DIGIT, Prompt
from rooms.schema import HIDDEN, REMOVED, SHOWN, WAITING, DrawingRow, Room, Round
from rooms.state import RoomState, state_in

SETTINGS = ("hide_answers", "approve_all", "approve_outliers", "training", "paused")
SHORTEST_ROUND = 2.0  # seconds in which a second Next round, of another host, means the same
COUNTDOWN_SECONDS, SHOW_SECONDS = 3.0, 10.0  # from Reveal to the show, in which phones hear of it, and its length
MAX_ROUND_SECONDS = 900
STAGES = re.compile(r"|join|scores|network|[1-9]\d{0,3}|cell-\w{1,20}-\d-\d")  # see rooms.state.RoomState


@dataclass(frozen=True)
class Hosted:
    """A room and a host's right to it. token: the host's, stored nowhere else. key: in the QR code beside the code."""

    room_id: int
    code: str
    token: str
    key: str


def open_room(database: Database, prompt: Prompt = ANY_DIGIT, hide_answers: bool = True) -> Hosted:
    """Open a room with its first round; raises Refused where there are too many rooms."""
    token = identity.new_token()
    with database.writing() as session:
        now = database.clock(session)
        delete_expired(session, now)
        _limit_rooms(session, database, now)
        taken = set(session.scalars(select(Room.code)))
        code = next(code for code in iter(identity.new_code, "") if code not in taken)
        room = Room(
            id=identity.new_room_id(),
            code=code,
            host_hash=identity.hashed(token),
            opened=now,
            expires=now + 3600 * database.limits.hours,
            hide_answers=hide_answers,
        )
        session.add(room)
        session.flush()
        session.add(_new_round(room, prompt))
        return _hosted(room, token)


def host(database: Database, code: str, token: str) -> Hosted:
    """Return the host's right to a room; raises Forbidden where the token is not this room's, or there is no room."""
    with database.reading() as session:
        room = session.scalar(select(Room).where(Room.code == identity.cleaned(code)))
        if room is None or not identity.is_token(token, room.host_hash) or room.expires <= database.clock(session):
            raise Forbidden(_("This link does not host a room: it is wrong, or the room is closed and deleted."))
        return _hosted(room, token)


def change(database: Database, hosted: Hosted, **settings: bool) -> RoomState:
    """Set some of SETTINGS; hide_answers is for rounds to come.

    Raises Refused for training after the first drawing: its sender was told otherwise.
    """
    if unknown := set(settings) - set(SETTINGS):
        raise ValueError(f"expected some of {', '.join(SETTINGS)}, got {', '.join(sorted(unknown))}")
    with changing(database, hosted) as (session, room):
        if settings.get("training") and not room.training and room.drawings:
            raise Refused(_("Training can be allowed before the first drawing is sent; open another room for it."))
        for name, value in settings.items():
            setattr(room, name, bool(value))
        return _state(database, session, room)


def reveal(database: Database, hosted: Hosted, round_number: int) -> RoomState:
    """Show the networks' predictions of a round, in a show on all walls and phones, for good or once more."""
    with changing(database, hosted) as (session, room):
        revealed = session.get(Round, (room.id, round_number))
        now = database.clock(session)
        if revealed and not 0 <= now - revealed.show_at + COUNTDOWN_SECONDS < COUNTDOWN_SECONDS + SHOW_SECONDS:
            revealed.revealed, revealed.show_at = True, now + COUNTDOWN_SECONDS
            room.stage = str(round_number) if round_number < room.round else ""
        return _state(database, session, room)


def next_round(database: Database, hosted: Hosted, after: int, prompt: Prompt, seconds: int = 0) -> RoomState:
    """Begin the round that follows a round; where another host has just begun it, nothing changes.

    seconds: that it shall take; the walls count them down, and nothing ends.
    """
    if not 0 <= seconds <= MAX_ROUND_SECONDS:
        raise ValueError(f"expected 0 to {MAX_ROUND_SECONDS} seconds, got {seconds}")
    with changing(database, hosted) as (session, room):
        now = database.clock(session)
        begun = session.get_one(Round, (room.id, room.round)).begun
        if room.round == after and not 0 <= now - begun < SHORTEST_ROUND:
            if room.round >= database.limits.most_rounds:
                most = number(database.limits.most_rounds)
                raise Refused(_("A room has at most {n} rounds; open another one.").format(n=most))
            room.round += 1
            room.stage = ""
            session.add(_new_round(room, prompt, now, seconds))
        return _state(database, session, room)


def put_on_stage(database: Database, hosted: Hosted, stage: str) -> RoomState:
    """Show a stage on all walls; see rooms.state.RoomState."""
    if not STAGES.fullmatch(stage):
        raise ValueError(f"expected a round, scores, join, network or a cell of a matrix, got {stage!r}")
    with changing(database, hosted) as (session, room):
        room.stage = "" if stage == str(room.round) else stage
        return _state(database, session, room)


def hide(database: Database, hosted: Hosted, drawing_id: int) -> None:
    """Take a drawing off the wall; show() brings it back."""
    _set_status(database, hosted, drawing_id, HIDDEN)


def show(database: Database, hosted: Hosted, drawing_id: int) -> None:
    """Put a drawing on the wall that was hidden or waits for approval."""
    _set_status(database, hosted, drawing_id, SHOWN)


def approve_all(database: Database, hosted: Hosted) -> int:
    """Put all drawings on the wall that wait for approval; return how many."""
    with changing(database, hosted) as (session, room):
        waiting = (DrawingRow.room_id == room.id, DrawingRow.status == WAITING)
        count = session.scalar(select(func.count()).where(*waiting)) or 0
        session.execute(update(DrawingRow).where(*waiting).values(status=SHOWN))
        return count


def remove_drawings(database: Database, hosted: Hosted, participant_id: int) -> dict[int, str]:
    """Remove all drawings of a participant, who may go on drawing; return the status that each had, by its id.

    bring_back() undoes it for a minute; the next sweep after that deletes what was removed.
    """
    with changing(database, hosted) as (session, room):
        theirs = (
            DrawingRow.room_id == room.id,
            DrawingRow.participant_id == participant_id,
            DrawingRow.status != REMOVED,
        )
        rows = session.execute(select(DrawingRow.id, DrawingRow.status).where(*theirs)).all()
        session.execute(update(DrawingRow).where(*theirs).values(status=REMOVED, removed=database.clock(session)))
        return {row.id: row.status for row in rows}


def bring_back(database: Database, hosted: Hosted, statuses: Mapping[int, str]) -> int:
    """Give drawings that remove_drawings() removed the status that they had; return how many are still there."""
    with changing(database, hosted) as (session, room):
        count = 0
        for drawing_id, status in statuses.items():
            there = (
                DrawingRow.id == drawing_id,
                DrawingRow.room_id == room.id,
                DrawingRow.status == REMOVED,
                DrawingRow.digit != b"",
            )
            changed = session.execute(update(DrawingRow).where(*there).values(status=status).returning(DrawingRow.id))
            count += changed.first() is not None
        return count


def end(database: Database, hosted: Hosted) -> RoomState:
    """Take no more drawings; those on the wall can be seen and exported until the room is deleted."""
    with changing(database, hosted) as (session, room):
        room.ended = True
        return _state(database, session, room)


def delete_room(database: Database, hosted: Hosted) -> None:
    """Delete the room with everything in it."""
    with changing(database, hosted) as (session, room):
        erase(session, delete(Room).where(Room.id == room.id))


@contextmanager
def changing(database: Database, hosted: Hosted) -> Iterator[tuple[Session, Room]]:
    """Check the host's token and lock the room, whose version goes up with what is changed in the block."""
    with database.writing() as session:
        room = locked_room(database, session, hosted.room_id)
        if not identity.is_token(hosted.token, room.host_hash):
            raise Forbidden(_("This link does not host this room."))
        room.version += 1
        session.flush()
        yield session, room


def _hosted(room: Room, token: str) -> Hosted:
    return Hosted(room.id, room.code, token, identity.room_key(room.host_hash))


def _state(database: Database, session: Session, room: Room) -> RoomState:
    session.flush()
    return state_in(session, room.id, database.clock(session))


def _new_round(room: Room, prompt: Prompt, now: float = 0.0, seconds: int = 0) -> Round:
    return Round(
        room_id=room.id,
        number=room.round or 1,
        kind=prompt.kind,
        digit=prompt.digit,
        revealed=not room.hide_answers,
        begun=now,
        seconds=seconds,
    )


def _set_status(database: Database, hosted: Hosted, drawing_id: int, status: str) -> None:
    with changing(database, hosted) as (session, room):
        changed = session.execute(
            update(DrawingRow)
            .where(DrawingRow.id == drawing_id, DrawingRow.room_id == room.id, DrawingRow.status != REMOVED)
            .values(status=status)
            .returning(DrawingRow.id)
        ).first()
        if changed is None:
            raise Refused(_("This drawing is not in this room, or was removed."))


def _limit_rooms(session: Session, database: Database, now: float) -> None:
    """Where there are too many rooms, delete those that nobody joined for a while; raises Refused if there are none."""
    limits = database.limits
    if (session.scalar(select(func.count(Room.id))) or 0) < limits.most_rooms:
        return
    if not erase(session, delete(Room).where(Room.participants == 0, Room.opened <= now - limits.unused)):
        words = _(
            "There are {rooms} rooms here, as many as this server takes; each is deleted within {hours} hours, "
            "so try again later."
        )
        raise Refused(words.format(rooms=number(limits.most_rooms), hours=f"{limits.hours:g}"))
