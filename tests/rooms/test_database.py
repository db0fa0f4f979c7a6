"""The database itself: made, checked, locked, away and back, and empty of what was deleted."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from rooms import database as databases
from rooms import hosting, joining, sending, teaching, wall
from rooms.limits import Limits, Unavailable, UnknownRoom
from rooms.prompts import Prompt
from rooms.schema import VERSION
from rooms.state import state
from tests import postgres
from tests.rooms.conftest import TAUGHT, drawing, hosted, limited, on_both_databases, send_many

MARK = b"a drawing that nobody shall find again " * 21
NETWORK = b"a network that was taught by drawings that nobody shall find again " * 21


@on_both_databases
def test_a_second_process_finds_the_rooms_of_the_first(url, database, host):
    again = databases.opened(url)
    assert again.engine is not database.engine
    assert state(replace(again, clock=database.clock), host.room_id).drawings == 0
    again.engine.dispose()


@on_both_databases
def test_several_copies_that_start_at_once_make_the_tables_once(url):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: databases.opened(url), range(4)))
    with found[0].reading() as session:
        assert session.execute(text("SELECT version FROM schema_version")).scalars().all() == [VERSION]
    for one in found:
        one.engine.dispose()


@on_both_databases
def test_tables_of_an_earlier_version_are_brought_to_this_one(url, database, clock):
    host = hosted(database)
    send_many(database, joining.join(database, host.room_id), clock, [drawing("a")])
    with database.writing() as session:
        for table, column in (
            ("rooms", "stage"),
            ("rounds", "begun"),
            ("rounds", "seconds"),
            ("rounds", "show_at"),
            ("drawings", "removed"),
        ):
            session.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        session.execute(text("DROP TABLE room_networks"))
        session.execute(text("UPDATE schema_version SET version = 1"))
    again = replace(databases.opened(url), clock=clock)
    assert len(wall.tiles(again, host.room_id)) == 1 and hosting.reveal(again, host, 1).show_round == 1
    assert teaching.begin(again, host, TAUGHT) == 1
    again.engine.dispose()


@on_both_databases
def test_tables_of_another_version_are_left_alone_and_named(url, database):
    with database.writing() as session:
        session.execute(text("UPDATE schema_version SET version = 99"))
    with pytest.raises(Unavailable, match="version 99, this page needs version 3"):
        databases.opened(url)


def test_sqlite_waits_for_writers_and_lets_readers_read(tmp_path):
    found = databases.opened(f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    settings = {}
    with found.reading() as session:
        for name in ("journal_mode", "busy_timeout", "foreign_keys", "secure_delete"):
            settings[name] = session.execute(text(f"PRAGMA {name}")).scalar()
    assert settings == {
        "journal_mode": "wal",
        "busy_timeout": 1000 * databases.BUSY_SECONDS,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    host = hosted(found)
    with found.writing() as writing:
        writing.execute(text("UPDATE rooms SET version = version + 1"))
        assert state(found, host.room_id).version == 1, "a reader is not stopped"


@on_both_databases
def test_a_time_that_is_over_closes_a_room_and_sweeping_deletes_it(database, clock):
    host, member = hosted(database), None
    member = joining.join(database, host.room_id)
    clock.now += 23 * 3600
    assert state(database, host.room_id).hours_left == pytest.approx(1)
    later = hosted(database)
    assert databases.sweep(database) == 0
    clock.now += 3601
    for call in (
        lambda: state(database, host.room_id),
        lambda: joining.join(database, host.room_id),
        lambda: sending.send(database, member, drawing()),
        lambda: hosting.end(database, host),
    ):
        with pytest.raises(UnknownRoom):
            call()
    assert databases.sweep(database) == 1
    assert state(database, later.room_id).hours_left == pytest.approx(23, abs=0.01)


@pytest.mark.parametrize("how", ["deleted", "swept", "swept by another process", "opened another", "removed"])
def test_deleted_drawings_are_not_in_sqlites_files(tmp_path, clock, how):
    file = tmp_path / "rooms.sqlite"
    found = replace(databases.opened(f"sqlite:///{file}"), clock=clock)
    host = hosted(found)
    member = joining.join(found, host.room_id)
    send_many(found, member, clock, [drawing(number, digit=MARK[:784]) for number in range(5)])
    assert MARK[:400] in _bytes(tmp_path), "what is there can be seen"
    if how != "removed":
        for message in ("first words of a training", "last words of a training"):
            number = teaching.begin(found, host, TAUGHT)
            teaching.report(found, host.room_id, number, replace(TAUGHT, message=message))
            network = teaching.TaughtNetwork("cnn", 20 * NETWORK, message)
            teaching.finish(found, host.room_id, number, replace(TAUGHT, message=message), network)
        assert NETWORK in _bytes(tmp_path)
    if how == "removed":
        hosting.remove_drawings(found, host, member.participant_id)
        clock.now += 61  # it can be undone for a minute
        databases.sweep(found)
    elif how == "deleted":
        hosting.delete_room(found, host)
    else:
        clock.now += 24 * 3600 + 1
        if how == "opened another":
            hosted(found)
        else:
            here = found if how == "swept" else replace(databases.opened(f"sqlite:///{file}"), clock=clock)
            databases.sweep(here)
            here.engine.dispose()
    assert MARK[:40] not in _bytes(tmp_path)
    assert NETWORK[:40] not in _bytes(tmp_path) and b"words of a training" not in _bytes(tmp_path)
    assert how == "removed" or member.name.encode() not in _bytes(tmp_path)
    found.engine.dispose()


def test_unused_rooms_that_make_place_are_not_in_sqlites_files(tmp_path, clock):
    found = replace(limited(databases.opened(f"sqlite:///{tmp_path / 'rooms.sqlite'}"), most_rooms=1), clock=clock)
    code = hosting.open_room(found).code
    clock.now += 3601
    hosted(found)
    assert code.encode() not in _bytes(tmp_path)
    found.engine.dispose()


def test_what_could_not_be_scrubbed_at_once_is_scrubbed_by_the_next_sweep(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.1)
    found = replace(databases.opened(f"sqlite:///{tmp_path / 'rooms.sqlite'}"), clock=clock)
    host = hosted(found)
    send_many(found, joining.join(found, host.room_id), clock, [drawing(digit=MARK[:784])])
    reader = sqlite3.connect(tmp_path / "rooms.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM rooms").fetchall()
    hosting.delete_room(found, host)  # the reader still needs the journal
    assert MARK[:40] in _bytes(tmp_path)
    reader.close()
    assert databases.sweep(found) == 0
    assert MARK[:40] not in _bytes(tmp_path)
    found.engine.dispose()


@on_both_databases
def test_the_clock_of_one_copy_does_not_matter_where_several_share_a_database(url, monkeypatch):
    found = databases.opened(url)
    host = hosted(found)
    real = time.time()
    monkeypatch.setattr(databases.time, "time", lambda: real + 48 * 3600)
    if found.engine.dialect.name == "postgresql":
        assert state(found, host.room_id).hours_left == pytest.approx(24, abs=0.01)
    else:  # SQLite is on this machine, and so are all who share it
        with pytest.raises(UnknownRoom):
            state(found, host.room_id)
    found.engine.dispose()


def test_a_day_is_the_longest_that_a_room_may_stay():
    assert Limits(hours=1).hours == 1
    for hours in (0, 24.5, float("nan")):
        with pytest.raises(ValueError, match="24 hours"):
            Limits(hours=hours)


def test_a_locked_database_is_a_sentence_and_the_drawing_can_be_sent_again(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.2)
    file = tmp_path / "rooms.sqlite"
    found = databases.opened(f"sqlite:///{file}")
    host = hosted(found)
    member = joining.join(found, host.room_id)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable, match="cannot be used right now"):
        sending.send(found, member, drawing())
    other.execute("ROLLBACK")
    other.close()
    assert not sending.send(found, member, drawing()).again


@pytest.mark.slow
def test_a_postgresql_that_stands_still_or_a_locked_row_keeps_one_waiting_for_seconds_and_the_others_not_at_all(
    monkeypatch,
):
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    monkeypatch.setattr(databases, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(databases, "SLOW_SECONDS", 0.5)
    monkeypatch.setattr(databases, "SILENT_SECONDS", 0.5)
    with postgres.running() as server:
        found = databases.opened(server.url)
        host = hosted(found)

        def refused(call) -> float:
            begin = time.monotonic()
            with pytest.raises(Unavailable):
                call()
            return time.monotonic() - begin

        server.signal_all(signal.SIGSTOP)
        try:
            assert refused(lambda: state(found, host.room_id)) < 3 * databases.ANSWER_SECONDS + 3  # connects again
            assert refused(lambda: state(found, host.room_id)) < 0.2
        finally:
            server.signal_all(signal.SIGCONT)
        time.sleep(databases.SILENT_SECONDS)
        assert state(found, host.room_id).drawings == 0
        with databases.create_engine(server.url).begin() as other:
            other.execute(text("SELECT * FROM rooms FOR UPDATE"))
            assert refused(lambda: joining.join(found, host.room_id)) < 2 * databases.ANSWER_SECONDS + 1
            assert refused(lambda: joining.join(found, host.room_id)) < 0.2
        time.sleep(databases.SILENT_SECONDS)
        assert joining.join(found, host.room_id).name
        found.engine.dispose()


@pytest.mark.slow
def test_postgresql_may_go_away_for_ten_seconds_and_nothing_is_lost_or_doubled():
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.running() as server:
        found = databases.opened(server.url)
        host = hosted(found)
        members = [joining.join(found, host.room_id) for _ in range(5)]
        stop = time.monotonic() + 16
        sent: list[int] = []
        waits: list[float] = []

        def phone(number: int) -> None:
            count = 0
            while time.monotonic() < stop:
                begin = time.monotonic()
                while True:
                    try:
                        sending.send(found, members[number], drawing(count))
                        break
                    except Exception as error:
                        assert "cannot be used" in str(error) or "One drawing" in str(error), error
                        time.sleep(0.2)
                waits.append(time.monotonic() - begin)
                sent.append(number)
                count += 1
                time.sleep(0.3)

        threads = [threading.Thread(target=phone, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        server.stop()
        time.sleep(10)
        server.start()
        for thread in threads:
            thread.join(60)
        assert len(wall.tiles(found, host.room_id)) == len(sent) == state(found, host.room_id).drawings > 20
        assert 10 < max(waits) < 25
        found.engine.dispose()


@on_both_databases
def test_two_hosts_who_press_at_the_same_moment_begin_one_round(database, host):
    with ThreadPoolExecutor(4) as pool:
        rounds = list(
            pool.map(lambda digit: hosting.next_round(database, host, 1, Prompt("digit", digit)), range(1, 9))
        )
    assert {found.round for found in rounds} == {2} and len({found.prompt for found in rounds}) == 1


@pytest.mark.parametrize("how", ["the file", "the folder"])
def test_after_its_file_was_deleted_nobody_is_told_that_a_drawing_is_stored(tmp_path, how):
    folder = tmp_path / "rooms"
    folder.mkdir()
    found = databases.opened(f"sqlite:///{folder / 'rooms.sqlite'}")
    member = joining.join(found, hosted(found).room_id)
    if how == "the folder":
        shutil.rmtree(folder)
    else:
        for file in folder.iterdir():
            file.unlink()
    with pytest.raises(Unavailable, match="cannot be used right now"):
        sending.send(found, member, drawing())
    found.engine.dispose()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(Unavailable, match="cannot be used right now"):
        databases.opened(f"sqlite:///{tmp_path / 'rooms.sqlite'}")


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/rooms.sqlite", "postgresql+psycopg://127.0.0.1:9/rooms", "nonsense", "x://y"]
)
def test_a_database_that_is_not_there_is_a_sentence(url):
    with pytest.raises(Unavailable, match="cannot be used right now"):
        databases.opened(url)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path):
    (tmp_path / "rooms.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable, match="not a database"):
        databases.opened(f"sqlite:///{tmp_path / 'rooms.sqlite'}")


def _bytes(folder) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
