"""Formats fractions as percentages."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from recognition.card import Score

MIN_WRITTEN = 0.0005  # smaller probabilities would round to 0.0 %
TENTH = Decimal("0.1")


def percent(fraction: float) -> str:
    """A probability from 0 to 1 with one decimal, halves up; neither 0 nor 100 % unless it is exactly that."""
    if 0 < fraction < MIN_WRITTEN:
        return "<0.1 %"
    if 1 - MIN_WRITTEN <= fraction < 1:
        return ">99.9 %"
    return f"{Decimal(100 * fraction).quantize(TENTH, ROUND_HALF_UP)} %"


def accuracy_percent(score: Score) -> str:
    """An accuracy with its 95 % interval, such as "99.28 % (99.09 to 99.43)"."""
    low, high = score.interval
    return f"{100 * score.accuracy:.2f} % ({100 * low:.2f} to {100 * high:.2f})"
