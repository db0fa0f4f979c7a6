"""The data of walls: a room's drawings, their pixels, the scoreboard and, for a host, the exports."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace

import pytest
from starlette.requests import Request

from rooms import hosting, joining, sending
from rooms.prompts import Prompt
from tests.page_server import run_async
from tests.rooms.conftest import drawing, probabilities
from ui.room import changes, wall


def ask(endpoint, key: str, query: str = "", etag: str = "", **path: str):
    """The response that a wall gets."""
    headers = [(b"if-none-match", etag.encode())]
    scope = {"type": "http", "path_params": {"key": key, **path}, "query_string": query.encode(), "headers": headers}
    return run_async(endpoint(Request(scope)))


def content(response):
    assert response.status_code == 200
    return json.loads(response.body)


@pytest.fixture(autouse=True)
def always_read(monkeypatch):
    monkeypatch.setattr(wall, "FRESH_SECONDS", 0.0)


@pytest.fixture
def quick(database):
    return replace(database, limits=replace(database.limits, seconds_between=0))


@pytest.fixture
def key(room):
    return changes.issue_key(room[0].room_id)


def test_a_wall_has_the_answers_when_they_are_revealed_and_is_not_sent_twice(room, database, key):
    host, _ = room
    hosting.change(database, host, hide_answers=True)
    hosting.next_round(database, host, 1, Prompt("fool", 4))
    member = joining.join(database, host.room_id)
    sending.send(
        database, member, drawing(round=2, probabilities={"cnn": probabilities(9, 0.97), "mlp": probabilities(4)})
    )
    first = ask(wall.answer_wall, key)
    assert b"0.97" not in first.body and b'"answers":{}' in first.body
    found = content(first)
    assert (found["round"], found["participants"], found["drawings"]) == (2, 1, 1)
    assert [(each["kind"], each["shown"], each["sent"]) for each in found["rounds"]] == [
        ("digit", 0, 0),
        ("fool", 1, 1),
    ]
    again = ask(wall.answer_wall, key, etag=first.headers["etag"])
    assert (again.status_code, again.body) == (304, b"")
    hosting.reveal(database, host, 2)
    after = ask(wall.answer_wall, key, etag=first.headers["etag"])
    (tile,) = content(after)["tiles"]
    assert tile["answers"] == {"cnn": [9, 0.97], "mlp": [4, 0.91]} and (tile["label"], tile["name"]) == (4, member.name)
    assert [network["key"] for network in content(after)["networks"]] == ["mlp", "cnn"], "in the page's order"
    assert 2 < content(after)["rounds"][1]["showAt"] - float(after.headers["x-now"]) <= 3, "phones hear of it first"


def test_pixels_are_of_drawings_on_this_wall_alone(room, database, key):
    host, _ = room
    other = hosting.open_room(database)
    for where in (host, other):
        sending.send(database, joining.join(database, where.room_id), drawing())
    found = content(ask(wall.answer_digits, key, "ids=1,2,x,,99999999999999999999"))
    assert {name: b64decode(text) for name, text in found.items()} == {"1": drawing().digit}
    hosting.hide(database, host, 1)
    assert content(ask(wall.answer_digits, key, "ids=1")) == {} == content(ask(wall.answer_digits, key))


def test_the_scoreboard_judges_networks_and_names_what_stands_out(room, quick, key):
    host, _ = room
    member = joining.join(quick, host.room_id)
    for name in ("a", "b"):
        sending.send(quick, member, drawing(name))
    found = content(ask(wall.answer_scores, key))
    assert found["drawings"] == 2 and [score["title"] for score in found["scores"]] == ["MLP", "CNN"]
    mlp, cnn = (score["confusion"] for score in found["scores"])
    assert (mlp[7][7], cnn[7][1]) == (2, 2)
    assert [each["words"] for each in found["notable"]] == ["Most disputed", "Surest while wrong: CNN, 1 with 97.0 %"]
    assert found["notable"][0]["tile"]["answers"]["cnn"][0] == 1
    assert sum(bin["n"] for bin in found["calibration"]) == 4


def test_a_room_that_was_deleted_is_closed_and_an_unknown_key_is_a_sentence(room, database, key):
    hosting.delete_room(database, room[0])
    assert content(ask(wall.answer_wall, key)) == {"etag": "closed"}
    for endpoint in (wall.answer_wall, wall.answer_scores, wall.answer_digits):
        response = ask(endpoint, "guessed")
        assert response.status_code == 404 and b"reload the page" in response.body


def test_the_exports_are_made_for_the_host_alone(room, database, key):
    host, code = room
    sending.send(database, joining.join(database, host.room_id), drawing(probabilities={"mlp": probabilities(7)}))
    own = changes.issue_key(host.room_id, hosted=host)
    for suffix in wall.EXPORTS:
        response = ask(wall.answer_export, own, name=f"room-{code}.{suffix}")
        assert response.status_code == 200 and response.body
        assert f'filename="room-{code}.{suffix}"' in response.headers["content-disposition"]
        assert ask(wall.answer_export, key, name=f"room-{code}.{suffix}").status_code == 403
    assert ask(wall.answer_export, own, name="x.exe").status_code == 403
    forged = changes.issue_key(host.room_id, hosted=replace(host, token="x"))
    assert ask(wall.answer_export, forged, name="x.csv").status_code == 403
