"""A phone in a room, without a browser: joining, the strip and Send; and a room, or its database, that is gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rooms import exports, hosting, sending, wall
from rooms.limits import Unavailable
from rooms.prompts import Prompt
from rooms.state import state
from tests.drawings import placed
from tests.page_server import ROOT
from tests.ui.page import START_SECONDS, click, message, opened, read, record, send
from tests.ui.room_pages import joined, parameter, room_page, strip
from ui.room import changes, store
from ui.room import strip as room_strip
from ui.room.visit import RoomVisit


@pytest.mark.slow  # a process of its own
def test_who_is_in_no_room_sees_nothing_of_it_and_no_database_is_opened(tmp_path):
    script = (
        "import sys\nfrom tests.ui.page import *\nfrom tests.drawings import placed\n"
        "page = send(visit(), message(placed(7)))\n"
        "assert not page.exception and set(read(page).values()) == {'7'}\n"
        "assert not any('room-strip' in html.body for html in page.html)\n"
        "print({'sqlalchemy', 'rooms', 'psycopg'} & {name.split('.')[0] for name in sys.modules})\n"
    )
    file = tmp_path / "rooms.sqlite"
    environment = os.environ | {"HOME": str(tmp_path), store.URL: f"sqlite:///{file}"}
    command = [sys.executable, "-c", script]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=4 * START_SECONDS
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.strip() == "set()" and not file.exists()


def test_one_tap_joins_and_the_link_finds_the_same_participant_again(room):
    _, code = room
    page = opened({"room": [code]})
    assert not page.exception and code in "".join(html.body for html in page.html)
    assert "Only what you send is stored" in page.caption[0].value and "24 hours" in page.caption[0].value
    click(page, "Join the room")
    name = strip(page).split("<b>")[1].split("</b>")[0]
    assert len(name.split()) == 2 and "Draw a 7" in strip(page)
    again = opened({"room": [code], "me": [parameter(page, "me")]})
    assert f"<b>{name}</b>" in strip(again)


def test_a_link_with_a_code_as_people_write_it_joins_too(room, database):
    host, code = room
    page = click(opened({"room": [f"{code[:3].lower()}-{code[3:]}"]}), "Join the room")
    assert "Draw a 7" in strip(page) and "Draw a 7" in strip(page.run())
    assert state(database, host.room_id).participants == 1


def test_a_drawing_that_is_sent_is_on_the_wall_once_with_its_answers(room, database):
    host, code = room
    page = joined(code)
    send(page, message(placed(7)))
    assert wall.tiles(database, host.room_id) == [], "nothing is stored before it is sent"
    click(page, "Send to the wall")
    assert not page.exception and page.session_state["board"].digit is None, "the canvas is clear for the next"
    (tile,) = wall.tiles(database, host.room_id)
    assert tile.label == 7 and list(tile.predictions) == ["cnn", "mlp", "resnet", "rnn"]
    assert strip(page).count('class="right"') == 4
    send(page, message(placed(7)))  # the canvas sends what it had once more while it is emptied
    assert page.session_state["board"].digit is None
    send(page, message([]))  # the browser has emptied its canvas
    send(page, message(placed(7)))
    click(page, "Send to the wall")
    assert "on the wall already" in strip(page) and len(wall.tiles(database, host.room_id)) == 1


def test_a_number_is_not_sent_and_the_page_says_why(room, database):
    page = joined(room[1])
    send(page, message([*placed(4, 130, 0, 70), *placed(2, 130, 130, 70)]))
    assert [button.disabled for button in page.button if button.label == "Send to the wall"] == [True]
    assert any("A room collects single digits" in caption.value for caption in page.caption)


def test_in_a_room_everything_beside_drawing_is_folded_away_and_one_tap_away(room):
    page = send(joined(room[1]), message(placed(7)))
    labels = {button.label for button in page.button}
    assert "QR code" not in labels and "suggestion" not in {button.key for button in page.button}
    assert record(page)["drawing"] == "", "nobody asks whether it was right"
    (more,) = (toggle for toggle in page.toggle if toggle.label == "Samples, photos, networks")
    more.set_value(True).run()
    assert not page.exception and "Raw softmax" in {toggle.label for toggle in page.toggle}
    assert read(page)


@pytest.mark.slow
def test_the_same_drawing_from_another_copy_of_the_page_is_the_same(room, database):
    host, code = room
    first = joined(code)
    click(send(first, message(placed(7))), "Send to the wall")
    other = opened({"room": [code], "me": [parameter(first, "me")]})
    click(send(other, message(placed(7))), "Send to the wall")
    assert "on the wall already" in strip(other) and len(wall.tiles(database, host.room_id)) == 1


def test_answers_are_hidden_on_the_phone_until_the_reveal(room, database):
    host, code = room
    hosting.change(database, host, hide_answers=True)
    hosting.next_round(database, host, 1, Prompt("digit", 7))
    page = joined(code)
    send(page, message(placed(7)))
    assert record(page)["hidden"] and record(page)["message"] == "The answers wait for the reveal"
    assert record(page)["digits"] == []
    click(page, "Send to the wall")
    assert "the answers wait" in strip(page) and 'class="right"' not in strip(page)
    assert len(exports.records(database, host)[0].predictions) == 4, "they are stored all the same"
    hosting.reveal(database, host, 2)
    page.run()
    assert strip(page).count('class="right"') == 4


def test_a_drawing_keeps_the_digit_of_the_round_in_which_it_was_begun(room, database):
    host, code = room
    page = joined(code)
    send(page, message(placed(7)))
    hosting.next_round(database, host, 1, Prompt("digit", 3))
    page.run()
    assert "New round: send your 7 first?" in strip(page)
    click(page, "Send to the wall")
    (tile,) = wall.tiles(database, host.room_id)
    assert (tile.label, tile.round) == (7, 1)
    assert "Draw a 3" in strip(page), "the next one is for the new round"


def test_the_browser_knows_in_which_round_a_drawing_was_begun(room, database, monkeypatch):
    host, code = room
    page = joined(code)
    hosting.next_round(database, host, 1, Prompt("digit", 3))  # before the phone has asked again
    for told, first in ((1, True), (2, False), (99, False)):
        monkeypatch.setattr(changes, "begun_round", lambda told=told: told)
        send(page, message(placed(7)))
        assert ("New round: send your 7 first?" in strip(page.run())) == first
        click(page, "Clear")
        send(page, message([]))


def test_who_scans_again_goes_on_as_who_they_were(room, database, monkeypatch):
    host, code = room
    first = joined(code)
    token, name = parameter(first, "me"), first.session_state["room_visit"].member.name
    visit = RoomVisit()
    for kept, known in (("forged", False), (token, True)):
        monkeypatch.setattr(room_strip.st, "session_state", {"room_resume": {"resumed": kept}})
        monkeypatch.setattr(room_strip.st, "query_params", {})
        room_strip.resume(visit, code)
        assert (visit.member is not None) == known
    assert visit.member.name == name and state(database, host.room_id).participants == 1


@pytest.mark.slow
def test_a_pause_and_the_next_prompt_reach_the_phone(room, database):
    host, code = room
    page = joined(code)
    hosting.change(database, host, paused=True)
    page.run()
    assert [button.disabled for button in page.button if button.label == "Paused by the host"] == [True]
    hosting.change(database, host, paused=False)
    hosting.next_round(database, host, 1, Prompt("free"))
    page.run()
    assert "Draw any digit" in strip(page)
    send(page, message(placed(3)))
    page.session_state["meant_digit"] = 3
    click(page.run(), "Send to the wall")
    (tile,) = wall.tiles(database, host.room_id)
    assert (tile.label, tile.round) == (3, 2)


def test_strokes_do_not_ask_for_the_room_again_and_what_is_sent_is_seen_at_once(room, database, monkeypatch):
    host, code = room
    monkeypatch.setattr(room_strip, "FRESH_SECONDS", 1000.0)
    page = joined(code)
    hosting.next_round(database, host, 1, Prompt("digit", 4))
    send(page, message(placed(4)))
    assert "Draw a 7" in strip(page)
    click(page, "Send to the wall")
    assert "Draw a 4" in strip(page) and 'alt="drawing 1"' in strip(page)


def test_a_forged_digit_is_none(room, database):
    host, code = room
    hosting.next_round(database, host, 1, Prompt("free"))
    page = joined(code)
    send(page, message(placed(3)))
    page.session_state["meant_digit"] = 12
    (button,) = (button for button in page.button if button.label == "Send to the wall")
    button.click().run()
    assert [tile.label for tile in wall.tiles(database, host.room_id)] in ([None], [])


@pytest.mark.slow
def test_what_cannot_be_sent_now_waits_and_is_sent_when_the_database_is_back(room, database, monkeypatch):
    host, code = room
    page = joined(code)

    def away(*_):
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(sending, "send", away)
        for size in (150, 190):
            click(send(page, message(placed(7, size))), "Send to the wall")
        assert "trying again" in strip(page) and wall.tiles(database, host.room_id) == []
    page.run()
    assert len(wall.tiles(database, host.room_id)) == 1, "one in a second"
    part = page.session_state["room_visit"].participation
    assert len(part.outbox) == 1
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE participants SET last_sent = 0")
    page.run()
    assert len(wall.tiles(database, host.room_id)) == 2 and not part.outbox


def test_a_forged_code_is_a_sentence_and_is_not_shown(room):
    page = opened({"room": ["<script>alert(1)</script>"]})
    assert not page.exception and "There is no room with this code" in page.warning[0].value
    assert not any("alert(1)" in html.body for html in page.html)
    page.query_params["room"] = "\0"
    assert not page.run().exception and "There is no room with this code" in page.warning[0].value
    send(page, message(placed(7)))
    assert read(page), "the page works alone"


def test_a_room_that_is_deleted_lets_its_phones_go_on_alone(room, database):
    host, code = room
    page = joined(code)
    hosting.delete_room(database, host)
    page.run()
    assert not page.exception and "closed" in strip(page)
    send(page, message(placed(7)))
    assert read(page) and "closed" in strip(page), "also somebody who draws meanwhile is told of it"
    click(page, "Draw on")
    assert read(page) and not strip(page)


def test_without_a_database_the_page_says_so_and_works_alone(monkeypatch):
    monkeypatch.setenv(store.URL, "sqlite:////proc/nowhere/rooms.sqlite")
    page = opened({"room": ["AAAAAA"]})
    assert not page.exception and "cannot be used" in page.warning[0].value
    send(page, message(placed(7)))
    assert read(page)
    host = room_page()
    click(host, "Open a room")
    assert not host.exception and "cannot be used" in host.warning[0].value
