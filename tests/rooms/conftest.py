"""Rooms in both databases, and a clock that the tests set."""

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
from tests import postgres

HOSTILE = [
    "' OR 1=1 --",
    '"; DROP TABLE rooms; --',
    "<script>alert(1)</script>",
    "%",
    "_" * 6,
    "\0",
    "é" * 6,
    "x" * 9999,
]


@pytest.fixture(scope="session")
def server():
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.running() as found:
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request, tmp_path):
    """An empty database of each kind."""
    if request.param == "sqlite":
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


A_SEVEN = Prompt("digit", 7)


def hosted(database: Database, prompt: Prompt = A_SEVEN, hide_answers: bool = False) -> Hosted:
    """A new room, seen by its host."""
    opened = hosting.open_room(database, prompt, hide_answers)
    return hosting.host(database, opened.code, opened.token)


def shares(digit: int, confidence: float = 0.91) -> list[float]:
    """Ten probabilities with this one on top."""
    return [confidence if place == digit else (1 - confidence) / 9 for place in range(10)]


def drawing(name: object = "one", **changes) -> sending.Drawing:
    """A drawing of a 7 that the MLP takes for one and the CNN takes for a 1."""
    usual = sending.Drawing(
        client_id=str(name),
        round=1,
        meant=None,
        digit=bytes(range(256)) * 3 + bytes(16),
        strokes=[[(10.0, 20.0), (30.5, 40.25)], [(5.0, 5.0)]],
        answers={"mlp": shares(7), "cnn": shares(1, 0.97)},
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
