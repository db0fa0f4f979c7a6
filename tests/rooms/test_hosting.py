"""A host may do everything here, and nobody else may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rooms import database as databases
from rooms import hosting, joining, sending, wall
from rooms.identity import ALPHABET
from rooms.limits import Forbidden, Refused, UnknownRoom
from rooms.prompts import ANY_DIGIT, Prompt
from rooms.schema import SHOWN, WAITING
from rooms.state import state
from tests.rooms.conftest import INVALID, drawing, hosted, limited, on_both_databases, send_many

COMMANDS = {
    "change": lambda database, host: hosting.change(database, host, paused=True),
    "put": lambda database, host: hosting.put_on_stage(database, host, "scores"),
    "bring": lambda database, host: hosting.bring_back(database, host, {1: SHOWN}),
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


def test_any_other_token_is_refused(database):
    opened = hosting.open_room(database)
    for token in INVALID:
        with pytest.raises(Forbidden):
            hosting.host(database, opened.code, token)


def test_another_rooms_host_may_do_nothing(database):
    host, other = hosted(database), hosted(database)
    member = joining.join(database, host.room_id)
    sending.send(database, member, drawing())
    before = state(database, host.room_id)
    for name, command in COMMANDS.items():
        with pytest.raises(Forbidden):
            command(database, replace(other, room_id=host.room_id))
            pytest.fail(f"another host may {name}")
    assert state(database, host.room_id) == before
    assert len(wall.tiles(database, host.room_id)) == 1


@on_both_databases
def test_answers_are_hidden_until_they_are_revealed_and_of_the_next_round_again(database, clock):
    host = hosted(database, hide_answers=True)
    member = joining.join(database, host.room_id)
    send_many(database, member, clock, [drawing("a")])
    assert [tile.predictions for tile in wall.tiles(database, host.room_id)] == [{}]
    assert hosting.reveal(database, host, 1).revealed
    assert [tile.predictions for tile in wall.tiles(database, host.room_id)] == [{"mlp": 7, "cnn": 1}]
    after = hosting.next_round(database, host, 1, Prompt("digit", 3))
    assert (after.round, after.prompt, after.revealed) == (2, Prompt("digit", 3), False)
    send_many(database, member, clock, [drawing("b", round=2)])
    first, second = wall.tiles(database, host.room_id)
    assert first.predictions and not second.predictions and (first.label, second.label) == (7, 3)


def test_hide_answers_is_for_rounds_to_come_and_every_earlier_round_can_be_revealed(database, clock):
    host = hosted(database, hide_answers=True)
    assert not hosting.change(database, host, hide_answers=False).revealed, "of this round they wait for the reveal"
    assert hosting.next_round(database, host, 1, ANY_DIGIT).revealed
    assert hosting.change(database, host, hide_answers=True).revealed, "what has been seen stays"
    clock.now += 60
    assert not hosting.next_round(database, host, 2, ANY_DIGIT).revealed
    hosting.reveal(database, host, 1)
    assert [chapter.revealed for chapter in wall.chapters(database, host.room_id)] == [True, True, False]


def test_two_hosts_who_press_next_round_within_two_seconds_begin_one(database, clock, host):
    assert hosting.next_round(database, host, 1, Prompt("digit", 3)).round == 2
    clock.now += 1.9
    assert hosting.next_round(database, host, 2, Prompt("digit", 4)).round == 2, "the other had seen it already"
    clock.now += 0.2
    assert hosting.next_round(database, host, 2, Prompt("digit", 4)).round == 3
    clock.now -= 1000
    assert hosting.next_round(database, host, 3, ANY_DIGIT).round == 4, "a clock that was set back locks nobody out"


def test_a_reveal_is_a_show_that_begins_three_seconds_later_once_for_two_hosts_and_again_when_it_is_over(
    database, clock, host
):
    first = hosting.reveal(database, host, 1)
    assert (first.show_round, first.show_at) == (1, clock.now + 3)
    clock.now += 12.9
    assert hosting.reveal(database, host, 1).show_at == first.show_at
    clock.now += 0.2
    assert hosting.reveal(database, host, 1).show_at == clock.now + 3


def test_the_host_puts_something_on_all_walls_until_the_next_round(database, clock, host):
    hosting.next_round(database, host, 1, ANY_DIGIT)
    for stage in ("1", "scores", "join", "cell-mlp-4-9"):
        assert hosting.put_on_stage(database, host, stage).stage == stage
    assert hosting.put_on_stage(database, host, "2").stage == "", "this round is the usual"
    for forged in ("0", "x", "cell-mlp-4-99", "cell-<b>-1-1", "-1", "1\n"):
        with pytest.raises(ValueError):
            hosting.put_on_stage(database, host, forged)
    hosting.put_on_stage(database, host, "scores")
    assert hosting.reveal(database, host, 1).stage == "1", "a reveal is seen where it happens"
    clock.now += 60
    assert hosting.next_round(database, host, 2, ANY_DIGIT).stage == ""


def test_a_round_says_how_many_have_sent_and_how_long_it_takes(database, clock, host):
    hosting.next_round(database, host, 1, ANY_DIGIT, seconds=60)
    one, other, _ = (joining.join(database, host.room_id) for _ in range(3))
    send_many(database, one, clock, [drawing("a", round=2), drawing("b", round=2)])
    send_many(database, other, clock, [drawing("a", round=2, outlier=True)])
    first, second = wall.chapters(database, host.room_id)
    assert (first.shown, first.sent, second.shown, second.sent) == (0, 0, 2, 2), "who waits has sent"
    assert (second.seconds, second.begun) == (60, clock.now - 6)
    with pytest.raises(ValueError, match="seconds"):
        hosting.next_round(database, host, 2, ANY_DIGIT, seconds=10_000)


def test_a_paused_room_takes_no_drawing_and_goes_on(database, clock, host, member):
    hosting.change(database, host, paused=True)
    with pytest.raises(Refused, match="paused"):
        sending.send(database, member, drawing())
    hosting.change(database, host, paused=False)
    assert sending.send(database, member, drawing()).status == SHOWN


def test_a_hidden_drawing_leaves_the_wall_and_comes_back(database, host):
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


@on_both_databases
def test_removing_a_participants_drawings_bans_nobody_and_leaves_the_others(database, clock, host):
    one, other = (joining.join(database, host.room_id) for _ in range(2))
    send_many(database, one, clock, [drawing("a"), drawing("b")])
    send_many(database, other, clock, [drawing("a")])
    removed = hosting.remove_drawings(database, host, one.participant_id)
    assert len(removed) == 2
    assert [tile.name for tile in wall.tiles(database, host.room_id)] == [other.name]
    (again,) = send_many(database, one, clock, [drawing("a")])
    assert again.again, "what was removed does not come back by itself"
    send_many(database, one, clock, [drawing("c")])
    assert [tile.name for tile in wall.tiles(database, host.room_id)] == [other.name, one.name]


def test_what_was_removed_can_be_brought_back_for_a_minute_and_is_then_deleted(database, clock, host, member):
    send_many(database, member, clock, [drawing("a"), drawing("b", outlier=True)])
    removed = hosting.remove_drawings(database, host, member.participant_id)
    databases.sweep(database)
    assert hosting.bring_back(database, host, removed) == 2
    assert len(wall.tiles(database, host.room_id)) == len(wall.tiles(database, host.room_id, (WAITING,))) == 1
    removed = hosting.remove_drawings(database, host, member.participant_id)
    with pytest.raises(Forbidden):
        hosting.bring_back(database, replace(host, token="x"), removed)
    clock.now += 61
    databases.sweep(database)
    with database.reading() as session:
        sizes = "SELECT max(length(digit)), max(length(strokes)), count(meant) FROM drawings"
        assert session.connection().exec_driver_sql(sizes).one() == (0, 0, 0)
        assert session.connection().exec_driver_sql("SELECT count(*) FROM answers").scalar() == 0
    assert hosting.bring_back(database, host, removed) == 0


def test_what_looks_like_no_digit_is_shown_at_once_where_it_was_asked_for(database, clock):
    host = hosted(database, Prompt("fool", 4))
    member = joining.join(database, host.room_id)
    (receipt,) = send_many(database, member, clock, [drawing("a", outlier=True)])
    assert receipt.status == SHOWN


def test_what_looks_like_no_digit_waits_for_approval_until_that_is_switched_off(database, clock, host, member):
    usual, odd = send_many(database, member, clock, [drawing("a"), drawing("b", outlier=True)])
    assert (usual.status, odd.status) == (SHOWN, WAITING)
    assert state(database, host.room_id).waiting == 1
    (waiting,) = wall.tiles(database, host.room_id, (WAITING,))
    hosting.show(database, host, waiting.id)
    assert state(database, host.room_id).waiting == 0 and len(wall.tiles(database, host.room_id)) == 2
    hosting.change(database, host, approve_outliers=False)
    assert [receipt.status for receipt in send_many(database, member, clock, [drawing("c", outlier=True)])] == [SHOWN]


@on_both_databases
def test_everything_waits_where_the_host_approves_first(database, clock, host):
    hosting.change(database, host, approve_all=True)
    member = joining.join(database, host.room_id)
    receipts = send_many(database, member, clock, [drawing("a"), drawing("b")])
    assert [receipt.status for receipt in receipts] == [WAITING, WAITING]
    assert wall.tiles(database, host.room_id) == []
    assert hosting.approve_all(database, host) == 2
    assert len(wall.tiles(database, host.room_id)) == 2


def test_training_is_allowed_before_the_first_drawing_or_not_at_all(database, host):
    assert not state(database, host.room_id).training, "not by itself"
    assert hosting.change(database, host, training=True).training
    member = joining.join(database, host.room_id)
    sending.send(database, member, drawing())
    assert not hosting.change(database, host, training=False).training
    with pytest.raises(Refused, match="before the first drawing"):
        hosting.change(database, host, training=True)


def test_an_ended_room_takes_nobody_and_nothing_but_is_still_there(database, clock, host, member):
    send_many(database, member, clock, [drawing("a")])
    assert hosting.end(database, host).ended
    with pytest.raises(Refused, match="ended"):
        joining.join(database, host.room_id)
    with pytest.raises(Refused, match="ended"):
        send_many(database, member, clock, [drawing("b")])
    assert len(wall.tiles(database, host.room_id)) == 1


@on_both_databases
def test_a_deleted_room_is_gone_with_everything_in_it(database, clock):
    host, other = hosted(database), hosted(database)
    member = joining.join(database, host.room_id)
    send_many(database, member, clock, [drawing("a")])
    hosting.delete_room(database, host)
    with pytest.raises(UnknownRoom):
        state(database, host.room_id)
    with pytest.raises(UnknownRoom):
        send_many(database, member, clock, [drawing("b")])
    with database.reading() as session:
        counts = {
            table: session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("rooms", "rounds", "participants", "drawings", "answers")
        }
    assert counts == {"rooms": 1, "rounds": 1, "participants": 0, "drawings": 0, "answers": 0}
    assert state(database, other.room_id).participants == 0


@on_both_databases
def test_the_id_of_a_deleted_room_is_not_given_to_another(database):
    """Browsers that are still open ask for their room by it."""
    first = hosted(database)
    hosting.delete_room(database, first)
    assert hosted(database).room_id != first.room_id


def test_a_server_takes_so_many_rooms_and_one_that_nobody_joined_makes_place(database, clock):
    small = limited(database, most_rooms=2)
    small = replace(small, clock=clock)
    hosted(small)
    host = hosted(small)
    joining.join(small, host.room_id)
    with pytest.raises(Refused, match="2 rooms"):
        hosted(small)
    clock.now += 3601
    third = hosted(small)
    assert state(small, host.room_id).participants == 1
    joining.join(small, third.room_id)
    with pytest.raises(Refused, match="2 rooms"):
        hosted(small)


def test_a_room_has_so_many_rounds(database, clock):
    small = replace(limited(database, most_rounds=2), clock=clock)
    host = hosted(small)
    hosting.next_round(small, host, 1, ANY_DIGIT)
    clock.now += 60
    with pytest.raises(Refused, match="2 rounds"):
        hosting.next_round(small, host, 2, ANY_DIGIT)


def test_a_setting_that_is_none_is_named(database):
    with pytest.raises(ValueError, match="host_hash"):
        hosting.change(database, hosted(database), host_hash=True)
