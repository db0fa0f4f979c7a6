"""A drawing of a number is split into its digits, very wide strokes made narrower; a drawing of one digit stays one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from digits import from_canvas, number_from_canvas
from digits.numbers import MAX_STROKE_WIDTH, narrow_strokes, split_line
from digits.samples import SAMPLES, sample_strokes
from digits.segmentation import Segment, find_cuts, slice_segment
from digits.strokes import draw_strokes
from tests.drawings import DIGITS, placed

BRUSH = 14


def number(digits: str, size: float = 120, gap: float = 20, width: int = 560) -> tuple[np.ndarray, list[np.ndarray]]:
    """A canvas with these digits side by side, gap pixels between their columns, and each digit alone."""
    left, alone, strokes = 20.0, [], []
    for digit in digits:
        drawn = placed(int(digit), size, 0, 60)
        drawn = [stroke + (left - min(s[:, 0].min() for s in drawn) + BRUSH / 2, 0) for stroke in drawn]
        left = max(stroke[:, 0].max() for stroke in drawn) + BRUSH / 2 + gap
        strokes += drawn
        alone.append(from_canvas(draw_strokes(drawn, BRUSH, width, 280)))
    return draw_strokes(strokes, BRUSH, width, 280), alone


def canvas(strokes, brush=BRUSH, width=280, height=280):
    return draw_strokes(strokes, brush, width, height)


@pytest.mark.parametrize("digits", ["42", "2026", "10", "11", "77", "90817"])
def test_a_number_is_split_into_what_from_canvas_makes_of_each_digit(digits):
    for gap in (6, 20, 50):
        drawing, alone = number(digits, size=100, gap=gap)
        np.testing.assert_array_equal(number_from_canvas(drawing), alone)


@pytest.mark.parametrize("brush", [10, 18, 30])
def test_one_digit_stays_one_and_is_what_from_canvas_makes_of_it(brush):
    for name in SAMPLES:
        drawing = canvas(sample_strokes(name), brush)
        (found,) = number_from_canvas(drawing)
        np.testing.assert_array_equal(found, from_canvas(drawing), err_msg=name)


def test_a_bar_that_stands_apart_belongs_to_its_5():
    body, bar = placed(5, 160)
    drawing = canvas([body, bar + (22, -14)], 8)
    (found,) = number_from_canvas(drawing)
    np.testing.assert_array_equal(found, from_canvas(drawing))


def test_a_number_is_found_with_thin_and_wide_brushes_and_at_any_size():
    for size, brush in [(60, 6), (60, 12), (150, 8), (150, 30)]:
        drawing = canvas([*placed(4, size, 10, 60), *placed(2, size, 10 + 1.1 * size, 60)], brush, 420)
        assert len(number_from_canvas(drawing)) == 2, (size, brush)


def test_nothing_and_a_dot_are_no_digits():
    assert number_from_canvas(np.zeros((280, 280, 4), np.uint8)) == []
    assert number_from_canvas(canvas([np.array([(140.0, 140.0), (141.0, 140.0)])])) == []


def test_hatching_is_one_drawing():
    strokes = [np.array([(x, 20.0), (x + 1, 250.0)]) for x in range(4, 276, 5)]
    assert len(number_from_canvas(canvas(strokes, 2))) == 1


def test_more_digits_than_a_number_has_are_one_drawing():
    for count, expected in ((10, 10), (11, 1)):
        drawing, _ = number("1" * count, size=60, gap=20, width=640)
        assert len(number_from_canvas(drawing)) == expected


def test_digits_that_touch_are_cut_apart():
    split = 0
    for text in ("42", "10", "86", "35", "26", "90", "58", "73"):
        drawing, _ = number(text, size=120, gap=-3)
        split += len(number_from_canvas(drawing)) == 2
    assert split >= 6


def test_a_line_tells_which_of_its_digits_were_cut_out_of_the_same_ink():
    ink = draw_strokes([*placed(3, 60, 10, 30), *placed(4, 60, 42, 30), *placed(7, 60, 120, 30)], 8, 190, 110)[..., 3]
    assert split_line(ink).touching == [2, 2, 1]


@pytest.mark.parametrize("slant", [-0.35, 0.0, 0.35])
def test_a_cut_follows_the_slant_of_the_strokes_that_it_passes_between(slant):
    strokes = [np.array([(x + slant * 40, 10.0), (x - slant * 40, 90.0)]) for x in (60, 80)]
    bridge = np.array([(60.0, 50), (80.0, 50)])
    ink = draw_strokes([*strokes, bridge], 8, 140, 100)[..., 3]
    between = [cut for cut in find_cuts(Segment(ink, 0, 0)) if 55 < cut.column < 85]
    cut = min(between, key=lambda cut: cut.crossed)
    left, right = slice_segment(Segment(ink, 0, 0), None, cut), slice_segment(Segment(ink, 0, 0), cut, None)
    assert cut.crossed < 2 and all(side is not None and side.height > 80 for side in (left, right))


def test_a_7_that_leans_over_a_4_is_two_digits():
    seven, four = placed(7, 120, 0, 40), placed(4, 120, 48, 62)
    drawing = canvas([*seven, *four], 8)
    assert len(number_from_canvas(drawing)) == 2


def test_every_pair_of_digits_is_split():
    for first in DIGITS:
        for second in (0, 1, 4, 7):
            drawing, alone = number(f"{first}{second}", size=100, gap=12)
            assert len(number_from_canvas(drawing)) == len(alone), (first, second)


def ink(digit: int, side: float, brush: float) -> np.ndarray:
    """The ink of a digit, cut out, uint8 (h, w)."""
    drawn = draw_strokes(placed(digit, side - brush, 20, 20), brush, 280, 280)[..., 3]
    rows, columns = (np.flatnonzero(drawn.any(axis)) for axis in (1, 0))
    return drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def test_strokes_of_usual_width_are_left_as_they_are():
    for digit in DIGITS:
        drawn = ink(digit, 120, 18)
        assert narrow_strokes(drawn) is drawn


@pytest.mark.parametrize("brush", [18, 24, 30])
def test_a_wide_stroke_becomes_as_wide_as_the_widest_usual_one(brush):
    stroke = np.pad(np.full((90, brush), 255, np.uint8), 5)
    wide = (narrow_strokes(stroke) / 255).sum(1)[50]
    assert wide == pytest.approx(min(brush, MAX_STROKE_WIDTH * 90), abs=1.1)


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
