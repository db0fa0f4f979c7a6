"""What one visit uses beyond its quota has to wait."""

from __future__ import annotations

import pytest

from rooms.limits import TokenBucket


def test_what_fits_does_not_wait_and_what_does_not_waits_until_it_would():
    now = [0.0]
    quota = TokenBucket(rate=10, most=40, clock=lambda: now[0])
    assert [quota.use(1) for _ in range(40)] == [0] * 40
    assert quota.use(1) == pytest.approx(0.1)
    assert quota.use(1) == pytest.approx(0.2)
    now[0] = 0.2
    assert quota.use(1) == pytest.approx(0.1)


def test_a_pause_fills_it_no_further_than_its_most():
    now = [0.0]
    quota = TokenBucket(rate=10, most=40, clock=lambda: now[0])
    now[0] = 1000.0
    assert quota.use(40) == 0 and quota.use(10) == pytest.approx(1.0)
