"""What many phones ask for is read from the database once."""

from __future__ import annotations

import pytest

from rooms import hosting, state
from rooms.limits import Unavailable, UnknownRoom
from rooms.prompts import Prompt
from tests.rooms.conftest import hosted


def test_a_room_is_read_once_for_all_who_look_within_its_age(database, monkeypatch):
    now, read = [0.0], []
    monkeypatch.setattr(state, "state", lambda *asked: read.append(asked) or f"state {len(read)}")
    states = state.StateCache(lambda: now[0])
    assert [states.get(database, 1, 1.0) for _ in range(3)] == ["state 1"] * 3
    assert states.get(database, 2, 1.0) == "state 2", "another room"
    now[0] = 1.0
    assert states.get(database, 1, 1.0) == "state 3" and len(read) == 3


def test_while_one_reads_the_others_go_on_with_what_is_known(database, monkeypatch):
    now = [0.0]
    states = state.StateCache(lambda: now[0])
    monkeypatch.setattr(state, "state", lambda *asked: "first")
    states.get(database, 1, 1.0)
    now[0] = 5.0

    def slow(*asked):
        monkeypatch.setattr(state, "state", lambda *asked: pytest.fail("read twice"))
        assert states.get(database, 1, 1.0) == "first"
        return "second"

    monkeypatch.setattr(state, "state", slow)
    assert states.get(database, 1, 1.0) == "second"


def test_a_room_that_is_gone_is_not_remembered(database):
    room, states = hosted(database), state.StateCache()
    assert states.get(database, room.room_id, 60.0).prompt == Prompt("digit", 7)
    hosting.delete_room(database, room)
    assert states.get(database, room.room_id, 60.0).id == room.room_id, "known for a minute"
    with pytest.raises(UnknownRoom):
        states.get(database, room.room_id, 0.0)
    with pytest.raises(UnknownRoom):
        states.get(database, room.room_id, 60.0)


def test_a_database_that_is_away_is_asked_again_later(database, monkeypatch):
    now, room = [0.0], hosted(database)
    states = state.StateCache(lambda: now[0])
    known = states.get(database, room.room_id, 1.0)

    def away(*asked):
        raise Unavailable("away")

    now[0] = 2.0
    with monkeypatch.context() as patch:
        patch.setattr(state, "state", away)
        with pytest.raises(Unavailable):
            states.get(database, room.room_id, 1.0)
        assert states.get(database, room.room_id, 1.0) == known
    now[0] = 4.0
    assert states.get(database, room.room_id, 1.0).version == known.version


def test_what_is_remembered_is_bounded(database, monkeypatch):
    monkeypatch.setattr(state, "state", lambda database, room_id: room_id)
    states = state.StateCache()
    for room_id in range(3 * state.MAX_CACHED_ROOMS):
        assert states.get(database, room_id, 60.0) == room_id
        assert len(states._states) <= state.MAX_CACHED_ROOMS
