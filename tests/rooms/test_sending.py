"""A drawing from a phone is stored once, within the limits, and with the digit that was asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from rooms import hosting, joining, sending, wall
from rooms.limits import RateLimited, Refused
from rooms.prompts import Prompt
from rooms.state import state
from tests.rooms.conftest import HOSTILE, drawing, hosted, limited, on_both_databases, probabilities, send_many


@on_both_databases
def test_the_same_drawing_is_stored_once_however_often_and_at_the_same_time_it_is_sent(database, host, member):
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: sending.send(database, member, drawing()), range(16)))
    assert sorted(receipt.again for receipt in receipts) == [False] + [True] * 15
    assert {receipt.drawings for receipt in receipts} == {1}
    assert len(wall.tiles(database, host.room_id)) == state(database, host.room_id).drawings == 1


@on_both_databases
def test_drawings_that_come_at_the_same_time_each_have_their_place(database, host):
    members = [joining.join(database, host.room_id) for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda member: sending.send(database, member, drawing()), members))
    assert [tile.place for tile in wall.tiles(database, host.room_id)] == list(range(1, 21))
    assert state(database, host.room_id).drawings == 20


def test_a_participant_sends_one_drawing_a_second_even_when_the_clock_is_set_back(database, clock, host, member):
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
        ({"drawings_each": 2}, "the most for one participant"),
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


FORGED = {
    "201 strokes": {"strokes": [[(1.0, 1.0)]] * 201},
    "7,000 points": {"strokes": [[(float(x % 280), float(x // 280)) for x in range(7000)]]},
    "no number": {"strokes": [[(float("nan"), 1.0)]]},
    "far away": {"strokes": [[(1e9, 1.0)]]},
    "three coordinates": {"strokes": [[(1.0, 2.0, 3.0)]]},
    "words": {"strokes": [[("a", "b")]]},
    "a short digit": {"digit": b"x"},
    "a long digit": {"digit": bytes(785)},
    "a long id": {"client_id": "x" * 65},
    "no id": {"client_id": ""},
    "a zero in the id": {"client_id": "a\0b"},
    "17 networks": {"probabilities": {f"n{number}": probabilities(1) for number in range(17)}},
    "a long network": {"probabilities": {"n" * 41: probabilities(1)}},
    "a zero in a network": {"probabilities": {"\0": probabilities(1)}},
    "nine probabilities": {"probabilities": {"mlp": probabilities(1)[:9]}},
    "no probabilities": {"probabilities": {"mlp": [float("nan")] * 10}},
    "a sum of twenty": {"probabilities": {"mlp": [2.0] * 10}},
    "label 10": {"label": 10},
    "label -1": {"label": -1},
    "round 0": {"round": 0},
    "round 2**40": {"round": 2**40},
    "a long recipe": {"recipe": "x" * 41},
}


def test_a_drawing_that_no_page_would_send_is_refused(database):
    host = hosted(database, Prompt("free"))
    member = joining.join(database, host.room_id)
    for name, changes in FORGED.items():
        with pytest.raises(Refused):
            sending.send(database, member, drawing(**changes))
            pytest.fail(f"{name} was stored")
    assert state(database, host.room_id).drawings == 0
    sending.send(database, member, drawing())


@on_both_databases
def test_sql_and_html_are_stored_as_the_letters_they_are(database, clock, host, member):
    for text in HOSTILE:
        send_many(database, member, clock, [drawing(text, recipe=text, probabilities={text: probabilities(7)})])
        assert wall.tiles(database, host.room_id)[-1].predictions == {text: 7}
        assert sending.send(database, member, drawing(text)).again


def test_a_drawing_belongs_to_the_round_that_was_on_the_phone(database, clock):
    host = hosted(database, Prompt("digit", 7))
    member = joining.join(database, host.room_id)
    hosting.next_round(database, host, 1, Prompt("free"))
    send_many(database, member, clock, [drawing("a", round=1, label=3), drawing("b", round=2, label=3)])
    late, timely = wall.tiles(database, host.room_id)
    assert (late.round, late.label) == (1, 7), "everybody was asked for a 7, whatever the phone says"
    assert (timely.round, timely.label) == (2, 3)


def test_a_round_that_there_is_not_becomes_the_current_one(database, host):
    sending.send(database, joining.join(database, host.room_id), drawing(round=99, label=4))
    (tile,) = wall.tiles(database, host.room_id)
    assert (tile.round, tile.label) == (1, 4)


def test_digits_in_turn_are_each_participants_own_order_of_all_ten():
    prompt = Prompt("turn")
    first, second = ([prompt.digit_for(person, sent) for sent in range(20)] for person in (1, 2))
    assert sorted(first[:10]) == sorted(first[10:]) == sorted(second[:10]) == list(range(10))
    assert first[:10] != second[:10] and first[:10] != first[10:]
    assert first == [prompt.digit_for(1, sent) for sent in range(20)], "a reload asks for the same"


def test_an_invalid_prompt_is_an_error():
    for kind, digit in [("digit", None), ("digit", 10), ("free", 3), ("fool", None), ("x", None)]:
        with pytest.raises(ValueError):
            Prompt(kind, digit)
