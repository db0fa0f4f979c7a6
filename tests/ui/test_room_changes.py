"""A phone polls its room without running the page: the ETag changes with the room, and is for nobody else."""

from __future__ import annotations

import json

import pytest
from starlette.requests import Request

from rooms import hosting
from rooms.limits import Unavailable
from tests.drawings import placed
from tests.page_server import run_async
from tests.ui.page import click, message, send
from tests.ui.room_pages import joined
from ui.room import changes, store


def poll(key: str) -> tuple[int, dict]:
    """The status and the JSON that a phone gets."""
    response = run_async(changes.answer(Request({"type": "http", "path_params": {"key": key}})))
    return response.status_code, json.loads(response.body)


@pytest.fixture
def key(room):
    return changes.issue_key(room[0].room_id)


def test_the_drawings_of_others_do_not_change_the_etag(room, key):
    before = poll(key)
    click(send(joined(room[1]), message(placed(7))), "Send to the wall")
    assert poll(key) == before


def test_a_phone_has_the_etag_that_was_true_when_its_page_ran(room, database):
    page = joined(room[1])
    part = page.session_state["room_visit"].participation
    assert poll(part.poll_key) == (200, {"etag": part.state.etag})
    hosting.change(database, room[0], paused=True)
    assert poll(part.poll_key) != (200, {"etag": part.state.etag})
    first = part.poll_key
    page.run()
    assert part.poll_key == first and poll(first) == (200, {"etag": part.state.etag})


@pytest.mark.parametrize("key", ["", "guessed", "A" * 16, "1"])
def test_a_key_that_was_not_given_is_a_sentence(room, key):
    status, data = poll(key)
    assert status == 404 and "reload the page" in data["error"]


def test_a_deleted_room_is_closed(room, database, key):
    hosting.delete_room(database, room[0])
    assert poll(key) == (200, {"etag": "closed"})


def test_a_database_that_is_away_is_a_sentence(key, monkeypatch):
    def away():
        raise Unavailable("The rooms' database cannot be used right now (away).")

    monkeypatch.setattr(store, "database", away)
    status, data = poll(key)
    assert status == 503 and "cannot be used right now" in data["error"]


def test_keys_are_many_and_bounded_and_those_in_use_stay(room, monkeypatch):
    monkeypatch.setattr(changes, "MAX_KEYS", 3)
    room_id = room[0].room_id
    polling, renewed, unused = (changes.issue_key(room_id) for _ in range(3))
    assert len({polling, renewed, unused}) == 3 and min(map(len, (polling, renewed, unused))) >= 16
    poll(polling)
    assert changes.issue_key(room_id, renewed) == renewed
    newest = changes.issue_key(room_id)
    assert [poll(key)[0] for key in (polling, renewed, unused, newest)] == [200, 200, 404, 200]
