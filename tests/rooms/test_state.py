"""A room's state is read from the database once for the many phones that ask."""

from __future__ import annotations

import pytest

from rooms import hosting, state
from rooms.limits import Unavailable, UnknownRoom
from tests.rooms.conftest import hosted


def test_a_room_is_read_once_for_all_who_ask_while_it_is_fresh_or_being_read(database, monkeypatch):
    now, reads = [0.0], []
    states = state.StateCache(lambda: now[0])

    def read(_, room_id):
        reads.append(room_id)
        if len(reads) == 3:  # while another thread reads the room again, the others go on with the state they have
            assert states.get(database, 1, 1.0) == "state 1"
        return f"state {len(reads)}"

    monkeypatch.setattr(state, "state", read)
    assert [states.get(database, 1, 1.0) for _ in range(3)] == ["state 1"] * 3
    assert states.get(database, 2, 1.0) == "state 2", "another room"
    now[0] = 1.0
    assert states.get(database, 1, 1.0) == "state 3" and reads == [1, 2, 1]


def test_a_room_that_is_gone_is_not_remembered(database):
    room, states = hosted(database), state.StateCache()
    before = states.get(database, room.room_id, 60.0)
    hosting.delete_room(database, room)
    assert states.get(database, room.room_id, 60.0) == before, "known for a minute"
    for max_age in (0.0, 60.0):
        with pytest.raises(UnknownRoom):
            states.get(database, room.room_id, max_age)


def test_a_database_that_does_not_answer_is_asked_again_later(database, monkeypatch):
    now, room = [0.0], hosted(database)
    states = state.StateCache(lambda: now[0])
    before = states.get(database, room.room_id, 1.0)

    def away(*_):
        raise Unavailable("away")

    now[0] = 2.0
    with monkeypatch.context() as patch:
        patch.setattr(state, "state", away)
        with pytest.raises(Unavailable):
            states.get(database, room.room_id, 1.0)
        assert states.get(database, room.room_id, 1.0) == before
    now[0] = 4.0
    assert states.get(database, room.room_id, 1.0).version == before.version


def test_the_etag_changes_with_everything_that_a_phone_shows_and_with_nothing_else(database, host):
    etags = [state.state(database, host.room_id).etag]
    for change in (
        lambda: hosting.change(database, host, paused=True),
        lambda: hosting.change(database, host, training=True),
        lambda: hosting.next_round(database, host, 1, hosting.ANY_DIGIT),
        lambda: hosting.reveal(database, host, 2),
        lambda: hosting.end(database, host),
    ):
        change()
        etags.append(state.state(database, host.room_id).etag)
    assert len(set(etags)) == 6
    hosting.change(database, host, approve_all=True)
    assert state.state(database, host.room_id).etag == etags[-1]
