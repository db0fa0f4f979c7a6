"""What the documents promise about rooms is what the limits are."""

from __future__ import annotations

import pytest

from rooms.identity import ALPHABET, CODE_LENGTH, new_token, room_key
from rooms.limits import DEFAULT
from tests.page_server import ROOT

SECURITY = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "promise",
    [
        f"within {DEFAULT.hours:.0f} hours",
        f"{DEFAULT.drawings_each} in all for a participant",
        f"{DEFAULT.most_participants} participants, {DEFAULT.most_drawings:,} drawings",
        f"{DEFAULT.most_bytes // 10**6} MB of strokes for a room",
        f"{DEFAULT.most_strokes} strokes and {DEFAULT.most_points:,} points for a drawing",
        f"{DEFAULT.most_rooms} rooms for a server",
        f"one of {len(ALPHABET) ** CODE_LENGTH // 10**6} million",
        f"{DEFAULT.wrong_codes} wrong ones in a minute",
        f"{4 * len(room_key('x'))} bits more",
        f"token of {len(new_token()) * 6} random bits",
    ],
)
def test_every_number_on_rooms_in_the_security_policy_is_so(promise):
    assert promise in SECURITY


def test_one_drawing_a_second_and_an_hour_for_a_room_that_nobody_joined():
    assert (DEFAULT.seconds_between, DEFAULT.unused) == (1.0, 3600.0)
    assert "one drawing a second" in SECURITY and "nobody joined for an hour" in SECURITY


def test_guessing_a_code_takes_years_on_average():
    minutes = len(ALPHABET) ** CODE_LENGTH / 2 / DEFAULT.wrong_codes
    assert 3.5 < minutes / 60 / 24 / 365 < 4.5 and "four years on average" in SECURITY
