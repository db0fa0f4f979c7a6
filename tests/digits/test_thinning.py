"""Strokes that are very wide for their digit are thinned, others are left as they are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from digits.numbers import WIDEST, narrow_strokes
from digits.strokes import draw_strokes
from tests.drawings import DIGITS, placed


def ink(digit: int, side: float, brush: float) -> np.ndarray:
    """The ink of a digit, cut out, uint8 (h, w)."""
    drawn = draw_strokes(placed(digit, side - brush, 20, 20), brush, 280, 280)[..., 3]
    rows, columns = (np.flatnonzero(drawn.any(axis)) for axis in (1, 0))
    return drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@pytest.mark.parametrize("digit", range(len(DIGITS)))
def test_strokes_of_usual_width_are_left_as_they_are(digit):
    drawn = ink(digit, 120, 18)
    assert narrow_strokes(drawn) is drawn


@pytest.mark.parametrize("brush", [18, 24, 30])
def test_a_wide_stroke_becomes_as_wide_as_the_widest_usual_one(brush):
    stroke = np.pad(np.full((90, brush), 255, np.uint8), 5)
    wide = (narrow_strokes(stroke) / 255).sum(1)[50]
    assert wide == pytest.approx(min(brush, WIDEST * 90), abs=1.1)


def test_the_loop_of_a_6_drawn_with_a_wide_brush_grows():
    before = ink(6, 80, 22)
    after = narrow_strokes(before)

    def loop(picture: np.ndarray) -> int:
        return int(ndimage.binary_fill_holes(picture >= 128).sum() - (picture >= 128).sum())

    assert after.shape == before.shape and loop(after) > loop(before)


def test_a_speck_has_no_width():
    speck = np.full((1, 2), 255, np.uint8)
    assert narrow_strokes(speck) is speck
    assert not narrow_strokes(np.zeros((3, 3), np.uint8)).any()
