"""Formats fractions as percentages."""

from __future__ import annotations

import language
from language import _
from recognition.card import Score

MIN_WRITTEN = 0.0005  # smaller probabilities would round to 0.0 %


def percent(fraction: float) -> str:
    """A probability from 0 to 1 with one decimal, halves up; neither 0 nor 100 % unless it is exactly that."""
    if 0 < fraction < MIN_WRITTEN:
        return f"<{language.percent(0.001)}"
    if 1 - MIN_WRITTEN <= fraction < 1:
        return f">{language.percent(0.999)}"
    return language.percent(fraction)


def accuracy_percent(score: Score) -> str:
    """An accuracy with its 95 % interval, such as "99.28 % (99.09 to 99.43)"."""
    low, high = score.interval
    return _("{accuracy} ({low} to {high})").format(
        accuracy=language.percent(score.accuracy, 2),
        low=language.number(100 * low, 2),
        high=language.number(100 * high, 2),
    )
