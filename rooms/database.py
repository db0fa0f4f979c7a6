"""The database of rooms: opened, brought to this version of the tables, read, written, and emptied of what expired."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Engine,
    Update,
    create_engine,
    delete,
    event,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.orm import Session

from language import _
from rooms.limits import DEFAULT, Limits, TokenBucket, Unavailable
from rooms.schema import REMOVED, UPGRADES, VERSION, Base, DrawingRow, PredictionRow, Room, SchemaVersion

BUSY_SECONDS = 3.0  # to wait for another connection or process that uses the same SQLite file
ANSWER_SECONDS = 4.0  # that PostgreSQL may take for an answer; a drawing and its wall take hundredths
SILENT_SECONDS = 5.0  # during which nobody else waits for a database that has just kept somebody waiting ...
SLOW_SECONDS = 2.0  # ... so long in vain
UNDO_SECONDS = 60.0  # in which what a host removed can be brought back
SETUP_LOCK = 4_218_002  # PostgreSQL advisory lock: one process at a time makes the tables
ENGINE: dict[str, dict[str, Any]] = {  # arguments of create_engine by dialect
    "sqlite": {
        "connect_args": {"timeout": BUSY_SECONDS},
        "pool_size": 8,
        "max_overflow": 24,
        "pool_timeout": BUSY_SECONDS,
    },
    "postgresql": {
        "connect_args": {"connect_timeout": 3, "prepare_threshold": None},  # a pooler may stand in front
        "pool_pre_ping": True,  # reconnects after a restart of the database
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": BUSY_SECONDS,
    },
}


def database_time(session: Session) -> float:
    """Return seconds since 1970, by the database server's clock if there is one: copies of the page share it."""
    if session.get_bind().dialect.name != "postgresql":
        return time.time()
    return float(session.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


@dataclass(frozen=True, eq=False)
class Database:
    """Rooms in one database.

    clock: the time within a session, in seconds since 1970; tests set their own. guesses: wrong codes still answered;
    repeated: half of them, for visits that have got several wrong.
    """

    engine: Engine
    limits: Limits = DEFAULT
    clock: Callable[[Session], float] = database_time
    guesses: TokenBucket = field(init=False)
    repeated: TokenBucket = field(init=False)
    _writer: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _to_scrub: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _silent: _Silence = field(default_factory=lambda: _Silence(), init=False, repr=False)

    def __post_init__(self) -> None:
        for name, wrong in (("guesses", self.limits.wrong_codes), ("repeated", self.limits.wrong_codes // 2)):
            object.__setattr__(self, name, TokenBucket(wrong / 60, wrong - 1))
        self._to_scrub.set()  # a process before this one may have been killed before it scrubbed

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state of the database. Raises Unavailable where it does not answer."""
        with self._silent.noticed(), _driver_errors_as_sentences(), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session whose changes are all kept at its end, or none. Raises Unavailable where that cannot be.

        What erase() deleted in it is removed from the database's files afterwards.
        """
        with (
            self._silent.noticed(),
            _driver_errors_as_sentences(),
            self._writer_lock(),
            Session(self.engine.execution_options(writes=True), expire_on_commit=False) as session,
        ):
            yield session
            session.commit()
            erased = session.info.get("erased", False)
        if erased:
            self._to_scrub.set()
            self.scrub()

    def scrub(self) -> None:
        """Remove deleted data from the files; what cannot be removed now is removed by the next sweep.

        SQLite overwrites deleted rows in its file, but not in its journal (-wal), which is emptied here.
        """
        if not self._to_scrub.is_set():
            return
        with contextlib.suppress(Unavailable), _driver_errors_as_sentences():
            if self.engine.dialect.name == "sqlite":
                with contextlib.closing(self.engine.raw_connection()) as connection:
                    cursor = connection.cursor()
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # waits up to BUSY_SECONDS for readers
                    row = cursor.fetchone()  # whether it was busy, pages in the journal, pages written back
                if row is None or row[0]:
                    return
            else:
                with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as vacuum:
                    vacuum.exec_driver_sql(f"VACUUM {', '.join(Base.metadata.tables)}")
            self._to_scrub.clear()

    @contextmanager
    def _writer_lock(self) -> Iterator[None]:
        """Let one thread write to SQLite at a time: its own waiting sleeps longer and longer, and is not fair."""
        if self.engine.dialect.name != "sqlite":
            yield
        elif self._writer.acquire(timeout=BUSY_SECONDS):
            try:
                yield
            finally:
                self._writer.release()
        else:
            raise Unavailable(_("The rooms' database cannot be used right now (others are writing)."))


class _Silence:
    """A pause after the database has kept somebody waiting in vain, in which nobody else waits for it."""

    def __init__(self) -> None:
        self.until = 0.0

    @contextmanager
    def noticed(self) -> Iterator[None]:
        """Raise Unavailable at once during a silence, and notice when one begins."""
        begin = time.monotonic()
        if begin < self.until:
            raise Unavailable(_("The rooms' database cannot be used right now (it does not answer)."))
        try:
            yield
        except Unavailable:
            now = time.monotonic()
            if now - begin > SLOW_SECONDS:
                self.until = now + SILENT_SECONDS
            raise


def opened(url: str, limits: Limits = DEFAULT, **arguments: Any) -> Database:
    """Open the database at a SQLAlchemy URL, making it if it is not there. Raises Unavailable, as prepared() does."""
    with _driver_errors_as_sentences():
        return prepared(create_engine(url, **engine_arguments(url), **arguments), limits)


def engine_arguments(url: str) -> dict[str, Any]:
    """Return what create_engine needs for the kind of database that a URL names."""
    return ENGINE.get(url.partition(":")[0].partition("+")[0], {})


def prepared(engine: Engine, limits: Limits = DEFAULT) -> Database:
    """Make the tables behind an engine that has not connected yet, or check their version.

    Raises Unavailable where the database cannot be reached or written, or is of another version.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkout", _check_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _connect_postgresql)
    database = Database(engine, limits)
    with database.writing() as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SETUP_LOCK})
        Base.metadata.create_all(session.connection())
        version = session.scalar(select(SchemaVersion.version))
        if version is None:
            session.add(SchemaVersion(version=VERSION))
        while version in UPGRADES:
            for statement in UPGRADES[version]:
                session.execute(text(statement))
            version += 1
            session.execute(update(SchemaVersion).values(version=version))
        if version not in (None, VERSION):
            words = _(
                "The rooms' database has tables of version {version}, this page needs version {needed}; "
                "give it another database, or delete the old one: it holds nothing older than a day."
            )
            raise Unavailable(words.format(version=version, needed=VERSION))
    return database


def erase(session: Session, statement: Delete | Update) -> int:
    """Run a statement that deletes or empties rows, in a writing() session; return how many.

    Every deletion of what visitors sent goes through here: only then it leaves the database's files too.
    """
    count = cast(CursorResult, session.execute(statement)).rowcount
    session.info["erased"] = session.info.get("erased", False) or count > 0
    return count


def sweep(database: Database) -> int:
    """Delete the rooms that have expired, and what was removed before the last minute; return how many rooms."""
    with database.writing() as session:
        now = database.clock(session)
        count = delete_expired(session, now)
        empty_removed(session, DrawingRow.removed <= now - UNDO_SECONDS)
    database.scrub()  # also what an earlier deletion could not
    return count


def delete_expired(session: Session, now: float) -> int:
    """Delete the rooms that have expired, in a writing() session; return how many."""
    return erase(session, delete(Room).where(Room.expires <= now))


def empty_removed(session: Session, *which: ColumnElement[bool]) -> None:
    """Delete the content of removed drawings, in a writing() session; their rows stay."""
    removed = (DrawingRow.status == REMOVED, DrawingRow.digit != b"", *which)
    erase(session, delete(PredictionRow).where(PredictionRow.drawing_id.in_(select(DrawingRow.id).where(*removed))))
    erase(session, update(DrawingRow).where(*removed).values(digit=b"", strokes=b"", label=None))


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None for others."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _set_up_sqlite(connection: Any, record: Any) -> None:
    record.info["file"] = _sqlite_identity(connection)
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not where the driver thinks
    for setting in (
        "journal_mode=WAL",  # readers do not wait for a writer
        f"busy_timeout={1000 * BUSY_SECONDS:.0f}",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",  # deleted rows are overwritten
    ):
        connection.execute(f"PRAGMA {setting}").close()


def _check_sqlite(connection: Any, record: Any, proxy: Any) -> None:
    """Connect anew where the file was deleted or replaced: what is written to the old one would be gone at the end."""
    if record.info["file"] != _sqlite_identity(connection):
        raise DisconnectionError("the file of the rooms was deleted; restart the page")


def _sqlite_identity(connection: Any) -> tuple[int, int] | None:
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    try:
        found = os.stat(file)
        return found.st_dev, found.st_ino
    except OSError:
        return None


def _begin_sqlite(connection: Any) -> None:
    """Lock at once where something will be written: a reader that turns into a writer may have to give up."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _connect_postgresql(dialect: Any, record: Any, arguments: Any, named: Any) -> Any:
    """Connect so that no answer is waited for any longer than ANSWER_SECONDS: a server may stand still, or a cable."""
    import psycopg

    class Connection(psycopg.Connection):
        def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:
            return super().wait(self._limited(gen, time.monotonic() + ANSWER_SECONDS), *arguments, **named)

        def _limited(self, gen: Any, end: float) -> Generator[Any, Any, Any]:
            """Pass on what a generator waits for; psycopg looks at it every tenth of a second."""
            try:
                wanted = next(gen)
                while True:
                    ready = yield wanted
                    if not ready and time.monotonic() > end:
                        self.pgconn.finish()
                        raise psycopg.OperationalError(f"no answer within {ANSWER_SECONDS:.0f} seconds")
                    wanted = gen.send(ready)
            except StopIteration as result:
                return result.value

    return Connection.connect(*arguments, **named)


@contextmanager
def _driver_errors_as_sentences() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().split("\n")[0]
        words = _("The rooms' database cannot be used right now ({reason}).")
        raise Unavailable(words.format(reason=reason or type(error).__name__)) from error
