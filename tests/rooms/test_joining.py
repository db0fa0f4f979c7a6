"""A phone finds a room, joins it and comes back; guesses and forged tokens do not."""

from __future__ import annotations

import colorsys
from dataclasses import replace

import pytest

from rooms import hosting, joining, sending, wall
from rooms.identity import ADJECTIVES, ANIMALS, COLOURS, new_name
from rooms.limits import FREE_TRIES, Forbidden, Refused, RoomError, UnknownRoom
from rooms.schema import SHOWN
from rooms.state import state
from tests.rooms.conftest import INVALID, drawing, hosted, limited, on_both_databases, send_many


def test_a_phone_finds_a_room_by_its_code_however_it_is_typed(database):
    opened = hosting.open_room(database)
    typed = f" {opened.code[:3].lower()}-{opened.code[3:]} "
    found = joining.find_room(database, typed)
    assert (found.id, found.code, found.participants) == (opened.room_id, opened.code, 0)


def test_everybody_gets_a_name_of_two_words_and_a_colour(database, host):
    members = [joining.join(database, host.room_id) for _ in range(30)]
    assert len({member.name for member in members}) == 30
    assert all(len(member.name.split()) == 2 for member in members)
    assert {member.colour for member in members} == set(COLOURS)
    assert state(database, host.room_id).participants == 30


def test_no_participants_colour_says_right_or_wrong():
    for colour in COLOURS:
        red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
        assert saturation < 0.2 or 20 <= 360 * hue <= 60 or 190 <= 360 * hue <= 310, colour


def test_names_are_found_while_any_is_free():
    names = {f"{adjective} {animal}" for adjective in ADJECTIVES for animal in ANIMALS}
    assert len(names) == len(ADJECTIVES) * len(ANIMALS) > 2000
    free = names.pop()
    assert new_name(names) == free
    with pytest.raises(ValueError):
        new_name(names | {free})


def test_a_reload_finds_the_same_participant(database, clock, host, member):
    send_many(database, member, clock, [drawing()])
    code = state(database, host.room_id).code
    assert joining.rejoin(database, code, member.token) == replace(member, drawings=1)


@on_both_databases
def test_a_forged_token_is_nobody_and_a_forged_code_is_no_room(database, host):
    joining.join(database, host.room_id)
    code = state(database, host.room_id).code
    for forged in INVALID:
        with pytest.raises(Forbidden):
            joining.rejoin(database, code, forged)
        with pytest.raises(UnknownRoom):
            joining.find_room(database, forged)


def test_a_token_of_another_room_is_nobody_here(database):
    host, other = hosted(database), hosted(database)
    member = joining.join(database, other.room_id)
    with pytest.raises(Forbidden):
        joining.rejoin(database, state(database, host.room_id).code, member.token)
    with pytest.raises(Forbidden):
        sending.send(database, replace(member, room_id=host.room_id), drawing())
    assert wall.tiles(database, host.room_id) == []


def test_codes_cannot_be_guessed_but_whoever_scanned_the_code_comes_in(database, monkeypatch):
    small = limited(database, wrong_codes=5)
    host = hosted(small)
    code = state(small, host.room_id).code
    for _ in range(4):
        with pytest.raises(UnknownRoom):
            joining.find_room(small, "AAAAAA" if code != "AAAAAA" else "CCCCCC")
    with pytest.raises(UnknownRoom):
        joining.find_room(small, code, "a forged key counts as a guess")
    with pytest.raises(Refused, match="Too many wrong codes"):
        joining.find_room(small, code)
    assert joining.find_room(small, code, host.key).id == host.room_id
    with pytest.raises(Refused, match="Too many wrong codes"):
        joining.find_room(small, code, "forged")
    later = small.guesses.clock() + 61
    monkeypatch.setattr(small.guesses, "clock", lambda: later)
    assert joining.find_room(small, code).id == host.room_id


def test_who_types_wrong_codes_on_and_on_does_not_shut_out_who_types_the_right_one(database):
    small = limited(database, wrong_codes=20)
    host = hosted(small)
    code = state(small, host.room_id).code
    refused = 0
    for wrong in range(50):
        with pytest.raises(RoomError) as caught:
            joining.find_room(small, "AAAAAA" if code != "AAAAAA" else "CCCCCC", wrong=wrong)
        refused += caught.type is Refused
    assert refused >= 35
    assert joining.find_room(small, code).id == host.room_id
    assert joining.find_room(small, code, wrong=FREE_TRIES - 1).id == host.room_id
    with pytest.raises(Refused, match="Too many wrong codes"):
        joining.find_room(small, code, wrong=FREE_TRIES)


def test_joining_again_and_again_fills_a_room_and_nothing_else(database):
    small = limited(database, most_participants=20)
    host, other = hosted(small), hosted(small)
    first = joining.join(small, host.room_id)
    for _ in range(19):
        joining.join(small, host.room_id)
    for _ in range(20):
        with pytest.raises(Refused, match="room is full: 20"):
            joining.join(small, host.room_id)
    assert state(small, host.room_id).participants == 20
    assert sending.send(small, first, drawing()).status == SHOWN
    assert joining.join(small, other.room_id).name
