"""What a host may do, and that nobody else may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rooms import hosting, joining, sending, wall
from rooms.identity import ALPHABET
from rooms.limits import Forbidden, Refused
from rooms.prompts import ANY_DIGIT, Prompt
from rooms.schema import SHOWN, WAITING
from rooms.state import state
from tests.rooms.conftest import drawing, hosted, send_many

COMMANDS = {
    "change": lambda database, host: hosting.change(database, host, paused=True),
    "reveal": lambda database, host: hosting.reveal(database, host, 1),
    "next": lambda database, host: hosting.next_round(database, host, 1, ANY_DIGIT),
    "hide": lambda database, host: hosting.hide(database, host, 1),
    "show": lambda database, host: hosting.show(database, host, 1),
    "approve": hosting.approve_all,
    "remove": lambda database, host: hosting.remove_drawings(database, host, 1),
    "end": hosting.end,
    "delete": hosting.delete_room,
}


def test_a_room_has_a_code_of_six_characters_without_look_alikes(database):
    codes = {hosting.open_room(database).code for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 6 and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("01258BILOSZ")


def test_the_token_hosts_the_room_and_only_its_hash_is_stored(database, url):
    opened = hosting.open_room(database)
    assert hosting.host(database, opened.code.lower(), opened.token).room_id == opened.room_id
    with database.reading() as session:
        rows = [str(row) for row in session.connection().exec_driver_sql("SELECT * FROM rooms").all()]
    assert rows and not any(opened.token in row for row in rows)


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "' OR 1=1 --", "\0", "<script>"])
def test_any_other_token_is_refused(database, token):
    opened = hosting.open_room(database)
    with pytest.raises(Forbidden):
        hosting.host(database, opened.code, token)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_another_rooms_host_may_do_nothing(database, clock, command):
    host, other = hosted(database), hosted(database)
    member = joining.join(database, host.room_id)
    sending.send(database, member, drawing())
    before = state(database, host.room_id)
    with pytest.raises(Forbidden):
        command(database, replace(other, room_id=host.room_id))
    assert state(database, host.room_id) == before
    assert len(wall.tiles(database, host.room_id)) == 1


def test_answers_are_hidden_until_they_are_revealed_and_of_the_next_round_again(database, clock):
    host = hosted(database, hide_answers=True)
    member = joining.join(database, host.room_id)
    send_many(database, member, clock, [drawing("a")])
    assert [tile.answers for tile in wall.tiles(database, host.room_id)] == [{}]
    assert hosting.reveal(database, host, 1).revealed
    assert [tile.answers for tile in wall.tiles(database, host.room_id)] == [{"mlp": 7, "cnn": 1}]
    after = hosting.next_round(database, host, 1, Prompt("digit", 3))
    assert (after.round, after.prompt, after.revealed) == (2, Prompt("digit", 3), False)
    send_many(database, member, clock, [drawing("b", round=2)])
    first, second = wall.tiles(database, host.room_id)
    assert first.answers and not second.answers and (first.meant, second.meant) == (7, 3)


def test_shown_at_once_shows_this_round_and_those_to_come(database):
    host = hosted(database, hide_answers=True)
    assert hosting.change(database, host, hide_answers=False).revealed
    assert hosting.next_round(database, host, 1, ANY_DIGIT).revealed


def test_two_hosts_who_press_next_at_once_begin_one_round(database):
    host = hosted(database)
    first = hosting.next_round(database, host, 1, Prompt("digit", 3))
    second = hosting.next_round(database, host, 1, Prompt("digit", 5))
    assert (first.round, second.round, second.prompt) == (2, 2, Prompt("digit", 3))


def test_a_paused_room_takes_no_drawing_and_goes_on(database, clock):
    host = hosted(database)
    member = joining.join(database, host.room_id)
    hosting.change(database, host, paused=True)
    with pytest.raises(Refused, match="paused"):
        sending.send(database, member, drawing())
    hosting.change(database, host, paused=False)
    assert sending.send(database, member, drawing()).status == SHOWN


def test_a_hidden_drawing_leaves_the_wall_and_comes_back(database):
    host = hosted(database)
    sending.send(database, joining.join(database, host.room_id), drawing())
    (tile,) = wall.tiles(database, host.room_id)
    hosting.hide(database, host, tile.id)
    assert wall.tiles(database, host.room_id) == []
    hosting.show(database, host, tile.id)
    assert [found.id for found in wall.tiles(database, host.room_id)] == [tile.id]


def test_a_drawing_of_another_room_cannot_be_hidden(database):
    host, other = hosted(database), hosted(database)
    sending.send(database, joining.join(database, host.room_id), drawing())
    (tile,) = wall.tiles(database, host.room_id)
    with pytest.raises(Refused, match="not in this room"):
        hosting.hide(database, other, tile.id)
    assert len(wall.tiles(database, host.room_id)) == 1
    assert wall.tile(database, other.room_id, tile.id) is None


def test_removing_a_participants_drawings_bans_nobody_and_leaves_the_others(database, clock):
    host = hosted(database)
    one, other = (joining.join(database, host.room_id) for _ in range(2))
    send_many(database, one, clock, [drawing("a"), drawing("b")])
    send_many(database, other, clock, [drawing("a")])
    assert hosting.remove_drawings(database, host, one.participant_id) == 2
    assert [tile.name for tile in wall.tiles(database, host.room_id)] == [other.name]
    (again,) = send_many(database, one, clock, [drawing("a")])
    assert again.again, "what was removed does not come back by itself"
    send_many(database, one, clock, [drawing("c")])
    assert [tile.name for tile in wall.tiles(database, host.room_id)] == [other.name, one.name]


def test_what_looks_like_no_digit_waits_for_approval_until_that_is_switched_off(database, clock):
    host = hosted(database)
    member = joining.join(database, host.room_id)
    usual, odd = send_many(database, member, clock, [drawing("a"), drawing("b", outlier=True)])
    assert (usual.status, odd.status) == (SHOWN, WAITING)
    assert state(database, host.room_id).waiting == 1
    (waiting,) = wall.waiting(database, host.room_id)
    hosting.show(database, host, waiting.id)
    assert state(database, host.room_id).waiting == 0 and len(wall.tiles(database, host.room_id)) == 2
    hosting.change(database, host, approve_outliers=False)
    assert [receipt.status for receipt in send_many(database, member, clock, [drawing("c", outlier=True)])] == [SHOWN]


def test_everything_waits_where_the_host_approves_first(database, clock):
    host = hosted(database)
    hosting.change(database, host, approve_all=True)
    member = joining.join(database, host.room_id)
    receipts = send_many(database, member, clock, [drawing("a"), drawing("b")])
    assert [receipt.status for receipt in receipts] == [WAITING, WAITING]
    assert wall.tiles(database, host.room_id) == []
    assert hosting.approve_all(database, host) == 2
    assert len(wall.tiles(database, host.room_id)) == 2


def test_training_is_allowed_before_the_first_drawing_or_not_at_all(database):
    host = hosted(database)
    assert not state(database, host.room_id).training, "not by itself"
    assert hosting.change(database, host, training=True).training
    member = joining.join(database, host.room_id)
    sending.send(database, member, drawing())
    assert not hosting.change(database, host, training=False).training
    with pytest.raises(Refused, match="before the first drawing"):
        hosting.change(database, host, training=True)
