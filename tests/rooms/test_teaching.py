"""The room's own network: one training at a time, stopped by its host, stored and deleted with its room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rooms import hosting, teaching
from rooms.limits import Forbidden, Refused, UnknownRoom
from rooms.state import SILENT_SECONDS, state
from tests.rooms.conftest import TAUGHT, hosted, on_both_databases

NETWORK = teaching.TaughtNetwork("cnn", bytes(range(256)) * 1000, '{"parameters": 7}')


@on_both_databases
def test_a_training_is_reported_to_the_walls_until_its_network_is_there_for_all(database, host):
    before = state(database, host.room_id)
    assert teaching.teaching(database, host.room_id) is None and not before.learning and not before.network
    number = teaching.begin(database, host, TAUGHT)
    now = state(database, host.room_id)
    assert now.learning and now.stage == "network" and now.etag == before.etag, "phones go on as before"
    learning = replace(TAUGHT, state="learning", seconds_left=12.5, predictions=[7, 1])
    assert not teaching.report(database, host.room_id, number, learning)
    assert teaching.teaching(database, host.room_id) == learning
    assert state(database, host.room_id).version > now.version, "walls ask again"
    teaching.finish(database, host.room_id, number, replace(learning, state="done"), NETWORK)
    after = state(database, host.room_id)
    assert (after.learning, after.network) == (False, 1) and after.etag != now.etag, "phones hear of it"
    found = teaching.taught_network(database, host.room_id)
    assert found is not None and vars(found) == vars(NETWORK) | {"number": 1}


def test_a_room_trains_one_network_at_a_time_and_the_earlier_one_reads_on_until_the_next_is_there(database, host):
    teaching.finish(database, host.room_id, teaching.begin(database, host, TAUGHT), TAUGHT, NETWORK)
    second = teaching.begin(database, host, TAUGHT)
    with pytest.raises(Refused, match="runs already"):
        teaching.begin(database, host, TAUGHT)
    assert state(database, host.room_id).network == 1
    teaching.finish(database, host.room_id, second, replace(TAUGHT, state="failed", message="No space left."), None)
    assert state(database, host.room_id).network == 1 and teaching.taught_network(database, host.room_id) is not None


def test_the_host_alone_begins_and_stops_it(database, host):
    with pytest.raises(Forbidden):
        teaching.begin(database, replace(host, token="x" * 32), TAUGHT)
    number = teaching.begin(database, host, TAUGHT)
    with pytest.raises(Forbidden):
        teaching.stop(database, hosting.Hosted(host.room_id, host.code, hosted(database).token, host.key))
    assert not teaching.report(database, host.room_id, number, TAUGHT)
    teaching.stop(database, host)
    assert teaching.report(database, host.room_id, number, TAUGHT)


@pytest.mark.parametrize(("how", "error"), [("ended", Refused), ("deleted", UnknownRoom), ("replaced", Refused)])
def test_the_training_of_a_room_that_is_over_hears_of_it(database, clock, host, how, error):
    number = teaching.begin(database, host, TAUGHT)
    if how == "ended":
        hosting.end(database, host)
        with pytest.raises(Refused, match="has ended"):
            teaching.begin(database, host, TAUGHT)
    elif how == "deleted":
        hosting.delete_room(database, host)
    else:
        clock.now += SILENT_SECONDS
        assert teaching.begin(database, host, TAUGHT) == 2
    with pytest.raises(error):
        teaching.report(database, host.room_id, number, TAUGHT)
    with pytest.raises(error):
        teaching.finish(database, host.room_id, number, TAUGHT, NETWORK)


def test_a_training_whose_server_went_away_is_said_to_be_cut_short(database, clock, host):
    teaching.begin(database, host, TAUGHT)
    clock.now += SILENT_SECONDS
    found = teaching.teaching(database, host.room_id)
    assert found is not None and (found.state, found.message) == ("failed", teaching.CUT_SHORT)
    assert not state(database, host.room_id).learning
