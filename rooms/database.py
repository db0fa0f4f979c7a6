"""The database: opened, brought to this version of the tables, read and written; expired rooms are deleted from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, delete, event, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from rooms.identity import Guesses
from rooms.limits import DEFAULT, Limits, Unavailable
from rooms.schema import VERSION, Base, Room, SchemaVersion

BUSY = 5.0  # seconds to wait for another process that writes to the same SQLite file
FIRST_LOCK = 4_218_002  # of PostgreSQL: one copy at a time makes the tables
ENGINE: dict[str, dict[str, Any]] = {  # arguments of create_engine by dialect
    "sqlite": {"connect_args": {"timeout": BUSY}, "pool_size": 8, "max_overflow": 24, "pool_timeout": BUSY},
    "postgresql": {
        "connect_args": {"connect_timeout": 3},
        "pool_pre_ping": True,  # a database that was restarted is connected to again
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": BUSY,
    },
}


def database_time(session: Session) -> float:
    """Seconds since 1970, by the database's clock, which all copies of the page share; SQLite is on this machine."""
    if session.get_bind().dialect.name != "postgresql":
        return time.time()
    return float(session.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


@dataclass(frozen=True, eq=False)
class Database:
    """Rooms in one database. clock: gives the time within a session; tests have their own."""

    engine: Engine
    limits: Limits = DEFAULT
    clock: Callable[[Session], float] = database_time
    guesses: Guesses = field(init=False)
    _writer: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "guesses", Guesses(self.limits.wrong_codes))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database. Raises Unavailable where it does not answer."""
        with _sentences(), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are all kept at its end, or none. Raises Unavailable where that cannot be."""
        with (
            _sentences(),
            self._writing_turn(),
            Session(self.engine.execution_options(writes=True), expire_on_commit=False) as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def _writing_turn(self) -> Iterator[None]:
        """One thread after the other writes to SQLite, which lets those that wait sleep for longer and longer."""
        mine = self.engine.dialect.name == "sqlite" and self._writer.acquire(timeout=BUSY)
        try:
            yield
        finally:
            if mine:
                self._writer.release()


def opened(url: str, limits: Limits = DEFAULT, **arguments: Any) -> Database:
    """The database at a SQLAlchemy URL, made if it is not there."""
    with _sentences():
        return prepared(create_engine(url, **engine_arguments(url), **arguments), limits)


def engine_arguments(url: str) -> dict[str, Any]:
    """What create_engine needs for such a database."""
    return ENGINE.get(url.partition(":")[0].partition("+")[0], {})


def prepared(engine: Engine, limits: Limits = DEFAULT) -> Database:
    """The rooms behind an engine that has not connected yet; makes the tables, or checks their version.

    Raises Unavailable, in a sentence, where the database cannot be reached or written, or is of another version.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    found = Database(engine, limits)
    with found.writing() as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FIRST_LOCK})
        Base.metadata.create_all(session.connection())
        version = session.scalar(select(SchemaVersion.version))
        if version is None:
            session.add(SchemaVersion(version=VERSION))
        elif version != VERSION:
            raise Unavailable(
                f"The rooms' database has tables of version {version}, this page needs version {VERSION}; "
                "give it another database, or delete the old one: it holds nothing older than a day."
            )
    return found


def sweep(database: Database) -> int:
    """Deletes the rooms whose time is over; returns how many."""
    with database.writing() as session:
        gone = session.execute(delete(Room).where(Room.expires <= database.clock(session)).returning(Room.id)).all()
    if gone:
        scrub(database)
    return len(gone)


def scrub(database: Database) -> None:
    """Lets what was deleted disappear from the files: SQLite overwrites it, and here empties its journal into them."""
    with _sentences():
        if database.engine.dialect.name == "sqlite":
            _empty_journal(database.engine)
            return
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(Base.metadata.tables)}")


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for others."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _empty_journal(engine: Engine) -> None:
    """Readers may be in the way for a moment."""
    connection = engine.raw_connection()
    try:
        for _ in range(5):
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            row = cursor.fetchone()  # busy, pages in the journal, pages written back
            cursor.close()
            if row and not row[0]:
                return
            time.sleep(0.2)
    finally:
        connection.close()


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where the driver thinks
    for setting in (
        "journal_mode=WAL",  # readers do not wait for a writer
        f"busy_timeout={1000 * BUSY:.0f}",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten
    ):
        connection.execute(f"PRAGMA {setting}").close()


def _begin_sqlite(connection: Any) -> None:
    """Takes the lock at once where something will be written: a reader that turns into a writer may have to give up."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def _sentences() -> Iterator[None]:
    """Turns what a database driver raises into a sentence."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().split("\n")[0]
        raise Unavailable(
            f"The rooms' database cannot be used right now ({reason or type(error).__name__})."
        ) from error
