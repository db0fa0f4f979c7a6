"""The host's page, without a browser: its controls, the scoreboard, deleting and exports."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st

from rooms import hosting, joining, sending, wall
from rooms.prompts import Prompt
from rooms.schema import WAITING
from rooms.state import state
from tests.rooms.conftest import drawing
from tests.ui.page import click
from tests.ui.room_pages import parameter, room_page
from ui.room import controls
from ui.room.visit import RoomVisit, WatchedRoom


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
    found = state(database, host.room_id)
    assert (found.round, found.prompt, found.paused, found.revealed) == (2, Prompt("fool", 4), True, False)
    click(page, "Go on")
    page.toggle(key="room-approve_all").set_value(True).run()
    found = state(database, host.room_id)
    assert not found.paused and found.approve_all
    click(page, "End the room")
    assert state(database, host.room_id).ended


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
    monkeypatch.setattr(
        st,
        "context",
        SimpleNamespace(url=f"http://example.org/{'x' * 5000}", is_embedded=False, cookies={}, headers={}, locale="en"),
    )
    page = room_page(room=code)
    assert not page.exception and "fits into no QR code" in page.markdown[0].value
    assert f"<b>{code}</b>" in "".join(html.body for html in page.html)


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


@pytest.mark.slow
def test_the_host_approves_hides_and_brings_back(room, database):
    host, code = room
    hosting.change(database, host, approve_all=True)
    member = joining.join(database, host.room_id)
    quick = replace(database, limits=replace(database.limits, seconds_between=0))
    for name in ("a", "b"):
        sending.send(quick, member, drawing(name))
    page = room_page(room=code, host=host.token)
    (first, second) = wall.tiles(database, host.room_id, (WAITING,))
    page.button(key=f"show-{first.id}").click().run()
    assert [tile.id for tile in wall.tiles(database, host.room_id)] == [first.id]
    click(page, "Show all")
    assert len(wall.tiles(database, host.room_id)) == 2
    hosting.hide(database, host, second.id)
    page.run()
    page.button(key=f"show-{second.id}").click().run()
    assert len(wall.tiles(database, host.room_id)) == 2


def test_what_the_host_does_on_the_wall_can_be_undone_and_forged_commands_do_nothing(room, database, monkeypatch):
    host, code = room
    member = joining.join(database, host.room_id)
    sending.send(database, member, drawing())
    (tile,) = wall.tiles(database, host.room_id)
    visit = RoomVisit(watched=WatchedRoom(host.room_id, code, host))
    monkeypatch.setattr(controls, "room_visit", lambda: visit)

    def do(what):
        monkeypatch.setattr(controls, "command", lambda: what)
        controls.run_command()
        return len(wall.tiles(database, host.room_id)), visit.undo.words if visit.undo else ""

    assert do({"do": "hide", "id": tile.id}) == (0, "Hidden")
    assert do({"do": "undo"}) == (1, "")
    assert do({"do": "remove", "id": tile.id}) == (0, f"1 drawing of {member.name} removed")
    assert do({"do": "undo"}) == (1, "")
    assert do({"do": "undo"}) == (1, ""), "once"
    for forged in (
        {},
        {"do": "hide"},
        {"do": "hide", "id": "1"},
        {"do": "hide", "id": 99},
        {"do": "stage", "stage": "<b>"},
    ):
        assert do(forged) == (1, "")
    do({"do": "stage", "stage": "scores"})
    assert state(database, host.room_id).stage == "scores"
    visit.watched = WatchedRoom(host.room_id, code)
    assert do({"do": "hide", "id": tile.id}) == (1, ""), "without the host's right"


def test_the_projectors_link_carries_the_invitation_and_has_no_controls(room):
    host, code = room
    page = room_page(room=code, host=host.token)
    (link,) = (button for button in page.get("link_button") if "projector" in button.proto.label)
    assert link.proto.url == f"?room={code}&invited={host.key}&projector=1"
    projected = room_page(room=code, invited=host.key, projector="1")
    assert not projected.exception and not projected.button and not projected.html[-1].body.startswith("<section")
    onlooker = room_page(room=code, invited=host.key)
    assert f"invited={host.key}" in "".join(html.body for html in onlooker.html), "its QR code invites too"
