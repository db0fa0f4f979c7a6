"""The limits are those that SECURITY.md promises, and a token bucket keeps a rate."""

from __future__ import annotations

import pytest

from rooms.identity import ALPHABET, CODE_LENGTH, new_token, room_key
from rooms.limits import DEFAULT, TokenBucket
from tests.page_server import ROOT

SECURITY = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())


def test_every_number_on_rooms_in_the_security_policy_is_a_limit():
    for promise in (
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
    ):
        assert promise in SECURITY
    assert (DEFAULT.seconds_between, DEFAULT.unused) == (1.0, 3600.0)
    assert "one drawing a second" in SECURITY and "nobody joined for an hour" in SECURITY


def test_guessing_a_code_takes_years_on_average():
    minutes = len(ALPHABET) ** CODE_LENGTH / 2 / DEFAULT.wrong_codes
    assert 3.5 < minutes / 60 / 24 / 365 < 4.5 and "four years on average" in SECURITY


def test_what_fits_does_not_wait_and_what_does_not_waits_until_it_would():
    now = [0.0]
    bucket = TokenBucket(rate=10, most=40, clock=lambda: now[0])
    assert [bucket.use(1) for _ in range(40)] == [0] * 40
    assert bucket.use(1) == pytest.approx(0.1)
    assert bucket.use(1) == pytest.approx(0.2)
    now[0] = 0.2
    assert bucket.use(1) == pytest.approx(0.1)


def test_a_pause_fills_it_no_further_than_its_most():
    now = [0.0]
    bucket = TokenBucket(rate=10, most=40, clock=lambda: now[0])
    now[0] = 1000.0
    assert bucket.use(40) == 0 and bucket.use(10) == pytest.approx(1.0)
