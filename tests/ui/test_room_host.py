"""The host's page, without a browser: its controls, the scoreboard, deleting and exports."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st

from rooms import hosting, joining, sending, wall
from rooms.prompts import Prompt
from tests.rooms.conftest import drawing, probabilities
from tests.ui.page import click
from tests.ui.room_pages import parameter, room_page


def scores(page) -> str:
    (body,) = (html.body for html in page.html if 'class="room-scores"' in html.body)
    return body


def test_opening_a_room_shows_its_code_and_the_hosts_controls(url, database):
    page = room_page()
    click(page, "Open a room")
    assert not page.exception
    code, token = parameter(page, "room"), parameter(page, "host")
    assert hosting.host(database, code, token)
    assert f"<b>{code}</b>" in "".join(html.body for html in page.html)
    labels = [button.label for button in page.button]
    assert {"Reveal", "Next round", "Pause"} <= set(labels)
    again = room_page(room=code, host=token)
    assert "Reveal" in [button.label for button in again.button], "a reload still hosts"
    watching = room_page(room=code)
    assert not watching.exception and "Reveal" not in [button.label for button in watching.button]
    assert f"<b>{code}</b>" in "".join(html.body for html in watching.html)


def test_a_forged_host_link_hosts_nothing(room):
    _, code = room
    page = room_page(room=code, host="x" * 32)
    assert not page.exception and "does not host a room" in page.warning[0].value
    assert "Reveal" not in [button.label for button in page.button]


@pytest.mark.slow
def test_the_hosts_buttons_do_what_they_say(room, database):
    host, code = room
    hosting.change(database, host, hide_answers=True)
    page = room_page(room=code, host=host.token)
    click(page, "Reveal")
    page.selectbox(key="prompt_kind").set_value("fool").run()
    page.selectbox(key="prompt_digit").set_value(4).run()
    click(page, "Next round")
    click(page, "Pause")
    from rooms.state import state

    found = state(database, host.room_id)
    assert (found.round, found.prompt, found.paused, found.revealed) == (2, Prompt("fool", 4), True, False)
    assert "Fool them with a readable 4" in "".join(html.body for html in page.html)
    click(page, "Go on")
    page.toggle(key="room-approve_all").set_value(True).run()
    found = state(database, host.room_id)
    assert not found.paused and found.approve_all
    click(page, "End the room")
    assert state(database, host.room_id).ended


@pytest.mark.slow
def test_the_host_approves_hides_and_removes(room, database):
    host, code = room
    hosting.change(database, host, approve_all=True)
    member = joining.join(database, host.room_id)
    quick = replace(database, limits=replace(database.limits, seconds_between=0))
    for name in ("a", "b"):
        sending.send(quick, member, drawing(name))
    page = room_page(room=code, host=host.token)
    (first, second) = wall.waiting(database, host.room_id)
    page.button(key=f"show-{first.id}").click().run()
    assert [tile.id for tile in wall.tiles(database, host.room_id)] == [first.id]
    click(page, "Show all")
    assert len(wall.tiles(database, host.room_id)) == 2
    page.run()
    page.session_state["room_visit"].watched.picked = second.id
    click(page.run(), "Hide")
    assert [tile.id for tile in wall.tiles(database, host.room_id)] == [first.id]
    page.session_state["room_visit"].watched.picked = first.id
    click(page.run(), f"Remove all of {first.name}")
    assert wall.tiles(database, host.room_id) == [] and wall.tile(database, host.room_id, first.id) is None


def test_the_scoreboard_judges_networks(room, database):
    host, code = room
    sending.send(database, joining.join(database, host.room_id), drawing())
    page = room_page(room=code, host=host.token)
    page.session_state["room_view"] = "Scoreboard"
    page.run()
    body = scores(page)
    assert not page.exception
    assert "<b>1</b> of 1" in body and "<b>0</b> of 1" in body and "Surest while wrong: CNN, 1 with 97.0 %" in body
    assert joining.join(database, host.room_id).name not in body


def test_the_scoreboard_of_another_room_is_that_rooms(room, database):
    host, code = room
    other = hosting.open_room(database, Prompt("digit", 7), hide_answers=False)
    for room_id, right in ((host.room_id, 7), (other.room_id, 3)):
        ten = {"mlp": probabilities(right)}
        sending.send(database, joining.join(database, room_id), drawing(probabilities=ten))
    page = room_page(room=code)
    page.session_state["room_view"] = "Scoreboard"
    page.run()
    assert "<b>1</b> of 1" in scores(page)
    page.query_params["room"] = other.code
    page.run()
    assert "<b>0</b> of 1" in scores(page)


def test_a_room_that_was_left_is_not_offered_for_training(room, database):
    host, code = room
    hosting.change(database, host, training=True)
    page = room_page(room=code)
    assert page.session_state["room_visit"].room.training
    hosting.delete_room(database, host)
    page.run()
    assert page.session_state["room_visit"].room is None


def test_an_address_that_no_qr_code_can_hold_is_a_sentence_beside_the_code(room, monkeypatch):
    _, code = room
    monkeypatch.setattr(st, "context", SimpleNamespace(url=f"http://example.org/{'x' * 5000}", is_embedded=False))
    page = room_page(room=code)
    assert not page.exception and "fits into no QR code" in page.markdown[0].value
    assert f"<b>{code}</b>" in "".join(html.body for html in page.html)


def test_one_drawing_is_not_called_drawings(room, database):
    host, code = room
    sending.send(database, joining.join(database, host.room_id), drawing())
    page = room_page(room=code)
    assert "1 joined · 1 drawing · round 1" in "".join(html.body for html in page.html)
    page.session_state["room_view"] = "Scoreboard"
    assert "that was meant; 1 drawing<" in scores(page.run())


@pytest.mark.slow
def test_deleting_asks_twice_and_leaves_nothing(room, database):
    host, code = room
    page = room_page(room=code, host=host.token)
    page.toggle(key="delete_sure").set_value(True).run()
    click(page, "Yes, delete it all")
    assert not page.exception
    assert "Open a room" in [button.label for button in page.button]
    with database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM rooms").scalar() == 0


def test_the_four_exports_are_made_for_the_host_alone(room, database):
    from rooms.limits import Forbidden
    from ui.room.controls import EXPORTS, exported

    host, _ = room
    sending.send(database, joining.join(database, host.room_id), drawing())
    for label in EXPORTS:
        assert exported(host, label)
        with pytest.raises(Forbidden):
            exported(replace(host, token="x"), label)
