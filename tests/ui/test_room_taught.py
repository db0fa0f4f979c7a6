"""The room's own network: one button trains it, the wall shows how, and then it reads what phones send."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.samples import SAMPLE_LABELS, sample_digit
from learning.training import FOLDER_PREFIX
from rooms import hosting, joining, sending, teaching, wall
from rooms.limits import Refused
from rooms.state import state
from tests.drawings import placed
from tests.learning.test_process import wait_until
from tests.rooms.conftest import TAUGHT, drawing
from tests.ui.page import answers, click, message, record, send
from tests.ui.room_pages import joined, room_page, strip
from tests.ui.test_room_wall import ask, content
from ui.room import changes, taught
from ui.room import wall as pages


@pytest.fixture
def drawn(room, database):
    """Two people have drawn all samples, with their labels."""
    quick = replace(database, limits=replace(database.limits, seconds_between=0))
    host, _ = room
    for who in [joining.join(database, host.room_id) for _ in range(2)]:
        for name, label in SAMPLE_LABELS.items():
            sending.send(quick, who, drawing(name, label=label, digit=sample_digit(name).tobytes(), round=9))
    return [tile.id for tile in wall.tiles(database, host.room_id)]


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """Where trainings are."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("DIGIT_QUEUE", str(tmp_path / "queue"))
    return tmp_path


def nothing_is_left(place: Path) -> bool:
    return not list(place.glob(f"{FOLDER_PREFIX}*")) and not any(
        thread.name == "a room's training" for thread in threading.enumerate()
    )


def test_whole_people_are_held_out_and_nothing_without_a_label_is_learned(room, database):
    host, _ = room
    quick = replace(database, limits=replace(database.limits, seconds_between=0))
    members = [joining.join(database, host.room_id) for _ in range(8)]
    for member in members:
        for name in ("a", "b"):
            sending.send(quick, member, drawing(name, label=int(name == "a"), round=9))
    tiles = wall.tiles(database, host.room_id)
    learned, held_out = taught.split([replace(tiles[0], label=None), *tiles[1:]])
    assert {tile.participant_id for tile in held_out} == {members[3].participant_id, members[7].participant_id}
    assert len(learned) == 2 * 6 - 1 and tiles[0].id not in [tile.id for tile in learned]


def test_too_few_drawings_are_a_sentence_beside_the_button(room, database):
    host, code = room
    sending.send(database, joining.join(database, host.room_id), drawing())
    page = click(room_page(room=code, host=host.token), "Train a network")
    assert "two people at least" in page.warning[0].value and state(database, host.room_id).stage == ""


@pytest.mark.slow  # a real training
def test_a_room_trains_a_network_on_its_drawings_and_phones_draw_against_it(room, database, drawn, place, monkeypatch):
    monkeypatch.setattr(taught, "SECONDS", 4.0)
    monkeypatch.setattr(pages, "FRESH_SECONDS", 0.0)
    host, code = room
    click(room_page(room=code, host=host.token), "Train a network")
    seen = []

    def done() -> bool:
        found = teaching.teaching(database, host.room_id)
        assert found is not None and found.state != "failed", found
        seen.append(found)
        return found.state == "done" and nothing_is_left(place)

    wait_until(done, 120)
    last = seen[-1]
    half = len(drawn) // 2
    assert (last.learned, last.people, len(last.held_out)) == (half, 1, half) and not seen[0].predictions
    labels = [tile.label for tile in wall.tiles(database, host.room_id) if tile.id in last.held_out]
    right = int((np.array(last.predictions) == labels).sum())
    assert right > half / 2 and last.before >= half - 1
    own = content(ask(pages.answer_wall, changes.issue_key(host.room_id)))["own"]
    assert own["heldOut"] == [list(pair) for pair in zip(last.held_out, last.predictions, strict=True)]
    phone = joined(code)
    send(phone, message(placed(7)))
    assert "yours" in record(phone)["digits"][0]["probabilities"], "while the pen moves, too"
    *_, key, _, name = answers(phone)["heads"]["ownUrl"].split("/")
    answer = ask(taught.answer_file, key, number=name.removesuffix(".tflite"))
    assert answer.status_code == 200 and answer.body[4:8] == b"TFL3", "its browser runs it itself"
    assert ask(taught.answer_file, key, number="7").status_code == 404
    click(phone, "Send to the wall")
    assert "Our CNN" in strip(phone)
    newest = wall.tiles(database, host.room_id)[-1]
    assert {taught.KEY, "mlp", "cnn"} <= set(newest.predictions), "beside those that it is compared with"
    assert "Train again" in [button.label for button in room_page(room=code, host=host.token).button]


@pytest.mark.slow  # a training that begins
@pytest.mark.parametrize("how", ["deleted", "ended", "stopped before it began"])
def test_a_training_ends_with_its_room_and_nothing_is_left(room, database, drawn, place, how):
    host, _ = room
    taught.begin(database, host)
    with pytest.raises(Refused, match="runs already"):
        taught.begin(database, host)
    wait_until(lambda: bool(list(place.glob(f"{FOLDER_PREFIX}*/pulse"))), 60)
    {"deleted": hosting.delete_room, "ended": hosting.end}.get(how, teaching.stop)(database, host)
    wait_until(lambda: nothing_is_left(place), 60)
    if how != "deleted":
        assert not state(database, host.room_id).network


def test_a_phone_draws_on_where_the_rooms_network_cannot_be_read(room, database):
    host, _ = room
    number = teaching.begin(database, host, TAUGHT)
    damaged = teaching.TaughtNetwork("cnn", b"no network", json.dumps({"exported": {}, "parameters": 1}))
    teaching.finish(database, host.room_id, number, replace(TAUGHT, state="done"), damaged)
    begin = time.monotonic()
    assert taught.predict(state(database, host.room_id), sample_digit("7")) is None and time.monotonic() - begin < 5
