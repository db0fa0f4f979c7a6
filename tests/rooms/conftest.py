"""Rooms in a database of the test's own, and a clock that the test sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text

from rooms import database as databases
from rooms import hosting, joining, sending
from rooms.database import Database
from rooms.hosting import Hosted
from rooms.limits import Limits
from rooms.prompts import Prompt
from rooms.schema import Base
from rooms.teaching import Teaching
from tests import postgres

HOSTILE = ["' OR 1=1 --", '"; DROP TABLE rooms; --', "<script>alert(1)</script>", "%", "_" * 6, "é" * 6]
INVALID = [*HOSTILE, "", "\0", "x" * 9999]

on_both_databases = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])


@pytest.fixture(scope="session")
def server():
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.running() as found:
        yield found


@pytest.fixture
def kind():
    """The kind of database; on_both_databases sets the other one too."""
    return "sqlite"


@pytest.fixture
def url(kind, request, tmp_path):
    """An empty database."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'rooms.sqlite'}"
    server = request.getfixturevalue("server")
    empty = databases.create_engine(server.url)
    with empty.begin() as connection:
        for table in Base.metadata.tables:
            connection.execute(text(f"DROP TABLE IF EXISTS {table} CASCADE"))
    empty.dispose()
    return server.url


@dataclass
class Clock:
    """Seconds since 1970, as the tests have it."""

    now: float = 1_800_000_000.0

    def __call__(self, session) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(url, clock):
    found = replace(databases.opened(url), clock=clock)
    yield found
    found.engine.dispose()


def limited(database: Database, **limits) -> Database:
    """The same database with other limits."""
    return replace(database, limits=Limits(**limits))


TAUGHT = Teaching(network="cnn", learned=72, people=9, held_out=[1, 2], before=2, before_learned=120_590)
A_SEVEN = Prompt("digit", 7)


def hosted(database: Database, prompt: Prompt = A_SEVEN, hide_answers: bool = False) -> Hosted:
    """A new room, seen by its host."""
    return hosting.open_room(database, prompt, hide_answers)


@pytest.fixture
def host(database):
    """A room that asks for a 7 and shows the predictions at once, seen by its host."""
    return hosted(database)


@pytest.fixture
def member(database, host):
    """A participant of the host's room."""
    return joining.join(database, host.room_id)


def probabilities(digit: int, confidence: float = 0.91) -> list[float]:
    """Ten probabilities with this digit on top."""
    return [confidence if place == digit else (1 - confidence) / 9 for place in range(10)]


def drawing(name: object = "one", **changes) -> sending.Drawing:
    """A drawing of a 7 that the MLP takes for a 7 and the CNN for a 1."""
    usual = sending.Drawing(
        client_id=str(name),
        round=1,
        label=None,
        digit=bytes(range(256)) * 3 + bytes(16),
        strokes=[[(10.0, 20.0), (30.5, 40.25)], [(5.0, 5.0)]],
        probabilities={"mlp": probabilities(7), "cnn": probabilities(1, 0.97)},
        recipe="drawn",
    )
    return replace(usual, **changes)


def send_many(database: Database, member: joining.Membership, clock: Clock, drawings) -> list[sending.Receipt]:
    """Sends drawings, each two seconds after the one before it."""
    receipts = []
    for item in drawings:
        clock.now += 2
        receipts.append(sending.send(database, member, item))
    return receipts
