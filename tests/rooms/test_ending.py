"""A room ends, is deleted, and has limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rooms import hosting, joining, wall
from rooms.limits import Refused, UnknownRoom
from rooms.prompts import ANY_DIGIT
from rooms.state import state
from tests.rooms.conftest import drawing, hosted, limited, send_many


def test_an_ended_room_takes_nobody_and_nothing_but_is_still_there(database, clock):
    host = hosted(database)
    member = joining.join(database, host.room_id)
    send_many(database, member, clock, [drawing("a")])
    assert hosting.end(database, host).ended
    with pytest.raises(Refused, match="ended"):
        joining.join(database, host.room_id)
    with pytest.raises(Refused, match="ended"):
        send_many(database, member, clock, [drawing("b")])
    assert len(wall.tiles(database, host.room_id)) == 1


def test_a_deleted_room_is_gone_with_everything_in_it(database, clock):
    host, other = hosted(database), hosted(database)
    member = joining.join(database, host.room_id)
    send_many(database, member, clock, [drawing("a")])
    hosting.delete_room(database, host)
    with pytest.raises(UnknownRoom):
        state(database, host.room_id)
    with pytest.raises(UnknownRoom):
        send_many(database, member, clock, [drawing("b")])
    with database.reading() as session:
        counts = {
            table: session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("rooms", "rounds", "participants", "drawings", "answers")
        }
    assert counts == {"rooms": 1, "rounds": 1, "participants": 0, "drawings": 0, "answers": 0}
    assert state(database, other.room_id).participants == 0


def test_a_server_takes_so_many_rooms_and_one_that_nobody_joined_makes_place(database, clock):
    small = limited(database, most_rooms=2)
    small = replace(small, clock=clock)
    hosted(small)
    host = hosted(small)
    joining.join(small, host.room_id)
    with pytest.raises(Refused, match="2 rooms"):
        hosted(small)
    clock.now += 3601
    third = hosted(small)
    assert state(small, host.room_id).participants == 1
    joining.join(small, third.room_id)
    with pytest.raises(Refused, match="2 rooms"):
        hosted(small)


def test_a_room_has_so_many_rounds(database):
    small = limited(database, most_rounds=2)
    host = hosted(small)
    hosting.next_round(small, host, 1, ANY_DIGIT)
    with pytest.raises(Refused, match="2 rounds"):
        hosting.next_round(small, host, 2, ANY_DIGIT)


def test_a_setting_that_is_none_is_named(database):
    with pytest.raises(ValueError, match="host_hash"):
        hosting.change(database, hosted(database), host_hash=True)
