"""What a phone sends is stored once, within the limits; and prompts are what was asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from rooms import hosting, joining, sending, wall
from rooms.limits import Forbidden, RateLimited, Refused, RoomError
from rooms.prompts import Prompt
from rooms.state import state
from tests.rooms.conftest import HOSTILE, drawing, hosted, limited, send_many, shares


def test_the_same_drawing_is_stored_once_however_often_it_is_sent(database, clock):
    host = hosted(database)
    member = joining.join(database, host.room_id)
    receipts = [sending.send(database, member, drawing()) for _ in range(5)]
    assert [receipt.again for receipt in receipts] == [False, True, True, True, True]
    assert {receipt.drawings for receipt in receipts} == {1}
    assert len(wall.tiles(database, host.room_id)) == state(database, host.room_id).drawings == 1


def test_the_same_drawing_sent_at_the_same_time_is_stored_once(database):
    host = hosted(database)
    member = joining.join(database, host.room_id)
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: sending.send(database, member, drawing()), range(16)))
    assert sorted(receipt.again for receipt in receipts) == [False] + [True] * 15
    assert len(wall.tiles(database, host.room_id)) == 1


def test_drawings_that_come_at_the_same_time_each_have_their_place(database):
    host = hosted(database)
    members = [joining.join(database, host.room_id) for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda member: sending.send(database, member, drawing()), members))
    assert [tile.place for tile in wall.tiles(database, host.room_id)] == list(range(1, 21))
    assert state(database, host.room_id).drawings == 20


def test_another_participants_id_is_no_obstacle(database):
    host = hosted(database)
    for _ in range(2):
        assert not sending.send(database, joining.join(database, host.room_id), drawing("same")).again
    assert len(wall.tiles(database, host.room_id)) == 2


def test_a_participant_sends_one_drawing_a_second_even_when_the_clock_is_set_back(database, clock):
    host = hosted(database)
    member = joining.join(database, host.room_id)
    sending.send(database, member, drawing("a"))
    clock.now += 0.9
    with pytest.raises(RateLimited):
        sending.send(database, member, drawing("b"))
    clock.now += 0.2
    sending.send(database, member, drawing("b"))
    clock.now -= 1000
    sending.send(database, member, drawing("c"))
    assert len(wall.tiles(database, host.room_id)) == 3


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"drawings_each": 2}, "as many as one may"),
        ({"most_drawings": 2}, "wall is full"),
        ({"most_bytes": 100}, "wall is full"),
        ({"most_participants": 1}, "room is full"),
    ],
)
def test_beyond_a_limit_there_is_a_sentence_and_nothing_is_stored(database, clock, limits, sentence):
    small = replace(limited(database, **limits), clock=clock)
    host = hosted(small)
    member = joining.join(small, host.room_id)
    with pytest.raises(Refused, match=sentence):
        for number in range(4):
            send_many(small, member, clock, [drawing(number)])
        joining.join(small, host.room_id)
    found = state(small, host.room_id)
    assert found.drawings == len(wall.tiles(small, host.room_id)) <= 4 and found.participants == 1


POINTS = [(float(x % 280), float(x // 280)) for x in range(7000)]
TOO_MUCH = {
    "strokes": {"strokes": [[(1.0, 1.0)]] * 201},
    "points": {"strokes": [POINTS]},
    "no number": {"strokes": [[(float("nan"), 1.0)]]},
    "far away": {"strokes": [[(1e9, 1.0)]]},
    "three coordinates": {"strokes": [[(1.0, 2.0, 3.0)]]},
    "words": {"strokes": [[("a", "b")]]},
    "a short digit": {"digit": b"x"},
    "a long digit": {"digit": bytes(785)},
    "a long id": {"client_id": "x" * 65},
    "no id": {"client_id": ""},
    "a zero in the id": {"client_id": "a\0b"},
    "networks": {"answers": {f"n{number}": shares(1) for number in range(17)}},
    "a long network": {"answers": {"n" * 41: shares(1)}},
    "a zero in a network": {"answers": {"\0": shares(1)}},
    "nine probabilities": {"answers": {"mlp": shares(1)[:9]}},
    "no probabilities": {"answers": {"mlp": [float("nan")] * 10}},
    "a sum of nine": {"answers": {"mlp": [2.0] * 10}},
    "meant 10": {"meant": 10},
    "meant -1": {"meant": -1},
    "round 0": {"round": 0},
    "round 2**40": {"round": 2**40},
    "a long recipe": {"recipe": "x" * 41},
}


@pytest.mark.parametrize("changes", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_what_a_page_would_never_send_is_refused(database, changes):
    host = hosted(database, Prompt("free"))
    member = joining.join(database, host.room_id)
    with pytest.raises(Refused):
        sending.send(database, member, drawing(**changes))
    assert state(database, host.room_id).drawings == 0


@pytest.mark.parametrize("text", HOSTILE[:5])
def test_sql_and_html_are_kept_as_the_letters_they_are(database, text):
    host = hosted(database)
    member = joining.join(database, host.room_id)
    sending.send(database, member, drawing(text, recipe=text, answers={text: shares(7)}))
    (tile,) = wall.tiles(database, host.room_id)
    assert tile.answers == {text: 7} and sending.send(database, member, drawing(text)).again


def test_a_drawing_belongs_to_the_round_that_was_on_the_phone(database, clock):
    host = hosted(database, Prompt("digit", 7))
    member = joining.join(database, host.room_id)
    hosting.next_round(database, host, 1, Prompt("free"))
    send_many(database, member, clock, [drawing("a", round=1, meant=3), drawing("b", round=2, meant=3)])
    late, timely = wall.tiles(database, host.room_id)
    assert (late.round, late.meant) == (1, 7), "everybody was asked for a 7, whatever the phone says"
    assert (timely.round, timely.meant) == (2, 3)


def test_a_round_that_never_was_is_the_one_that_is(database):
    host = hosted(database)
    sending.send(database, joining.join(database, host.room_id), drawing(round=99, meant=4))
    (tile,) = wall.tiles(database, host.room_id)
    assert (tile.round, tile.meant) == (1, 4)


def test_digits_in_turn_are_each_participants_own_order_of_all_ten():
    prompt = Prompt("turn")
    first, second = ([prompt.digit_for(person, sent) for sent in range(20)] for person in (1, 2))
    assert sorted(first[:10]) == sorted(first[10:]) == sorted(second[:10]) == list(range(10))
    assert first[:10] != second[:10] and first[:10] != first[10:]
    assert first == [prompt.digit_for(1, sent) for sent in range(20)], "a reload asks for the same"


@pytest.mark.parametrize(("kind", "digit"), [("digit", None), ("digit", 10), ("free", 3), ("fool", None), ("x", None)])
def test_a_prompt_that_is_none_is_refused(kind, digit):
    with pytest.raises(ValueError):
        Prompt(kind, digit)


def test_every_refusal_is_one_of_the_rooms_own():
    assert issubclass(RateLimited, Refused) and issubclass(Refused, RoomError) and not issubclass(Forbidden, Refused)
