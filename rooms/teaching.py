"""The room's own network: how its training goes, and the network itself, stored with the room and deleted with it.

ui.room.taught runs the training, on whichever copy of the page the host has pressed the button.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import defer

from language import N_, _
from rooms.database import Database
from rooms.hosting import Hosted, changing
from rooms.joining import locked_room
from rooms.limits import Refused, UnknownRoom
from rooms.schema import RoomNetworkRow
from rooms.state import SILENT_SECONDS

STAGE = "network"  # on the walls, see rooms.state.RoomState
CUT_SHORT = N_("The training was cut short; train again.")


@dataclass(frozen=True)
class Teaching:
    """A training of the room's network, as walls show it.

    network: the key of its architecture. learned, people: drawings that it learns from, and how many people drew them.
    held_out: the ids of drawings by others, which it never learns from. predictions: its digit for each of these now,
    none before it begins. before, before_learned: how many of them the page's own network of this kind reads right, and
    how many digits that one learned from. state: of learning.job. message: why it failed.
    ahead: trainings that it waits for. seconds_left: of learning.
    """

    network: str
    learned: int
    people: int
    held_out: list[int]
    before: int
    before_learned: int
    state: str = "waiting"
    message: str = ""
    ahead: int = 0
    seconds_left: float = 0.0
    predictions: Sequence[int] = field(default=())


@dataclass(frozen=True, eq=False)
class TaughtNetwork:
    """A trained network. exported: its file. description: what has to be known to run it, as its trainer wrote it.

    number: of the training that it came of, once it is stored.
    """

    network: str
    exported: bytes
    description: str
    number: int = 0


def begin(database: Database, hosted: Hosted, teaching: Teaching) -> int:
    """Begin a training and put it on all walls; return its number. Raises Refused while one runs."""
    with changing(database, hosted) as (session, room):
        if room.ended:
            raise Refused(_("This room has ended; open another one to train a network."))
        now = database.clock(session)
        row = session.get(RoomNetworkRow, room.id)
        if row is None:
            row = RoomNetworkRow(room_id=room.id, number=0)
            session.add(row)
        elif row.running and now - row.updated < SILENT_SECONDS:
            raise Refused(_("A training runs already; stop it first."))
        row.number += 1
        row.running, row.stopping, row.updated = True, False, now
        row.progress = json.dumps(asdict(teaching))
        room.stage = STAGE
        return row.number


def stop(database: Database, hosted: Hosted) -> None:
    """Let the training end now, with what the network has learned so far."""
    with changing(database, hosted) as (session, room):
        if row := session.get(RoomNetworkRow, room.id):
            row.stopping = True


def report(database: Database, room_id: int, number: int, teaching: Teaching) -> bool:
    """Store how a training goes; return whether the host has stopped it.

    Raises UnknownRoom where the room is gone, Refused where it has ended or another training took this one's place.
    """
    return _store(database, room_id, number, teaching).stopping


def finish(database: Database, room_id: int, number: int, teaching: Teaching, network: TaughtNetwork | None) -> None:
    """Store the end of a training, with its network unless it failed; raises as report() does."""
    _store(database, room_id, number, teaching, network, running=False)


def teaching(database: Database, room_id: int) -> Teaching | None:
    """Return the room's newest training; None before the first."""
    with database.reading() as session:
        row = session.get(RoomNetworkRow, room_id, options=[defer(RoomNetworkRow.exported)])
        if row is None:
            return None
        fields = json.loads(row.progress)
        if row.running and database.clock(session) - row.updated >= SILENT_SECONDS:
            fields |= {"state": "failed", "message": CUT_SHORT}
        return Teaching(**fields)


def taught_network(database: Database, room_id: int) -> TaughtNetwork | None:
    """Return the network that the room has trained, if there is one."""
    with database.reading() as session:
        row = session.get(RoomNetworkRow, room_id)
        if row is None or not row.ready:
            return None
        return TaughtNetwork(json.loads(row.progress)["network"], row.exported, row.description, row.ready)


def _store(
    database: Database,
    room_id: int,
    number: int,
    teaching: Teaching,
    network: TaughtNetwork | None = None,
    running: bool = True,
) -> RoomNetworkRow:
    with database.writing() as session:
        room = locked_room(database, session, room_id)
        row = session.get(RoomNetworkRow, room_id)
        if row is None:
            raise UnknownRoom(_("This room is closed, and all that was in it is deleted."))
        if room.ended or row.number != number:
            raise Refused(_("The room has ended, or another training has begun."))
        row.progress, row.running, row.updated = json.dumps(asdict(teaching)), running, database.clock(session)
        if network is not None:
            row.ready, row.exported, row.description = number, network.exported, network.description
        room.version += 1
        return row
