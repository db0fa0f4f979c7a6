"""Pen strokes are drawn as visitors draw them, and the test writers' digits are all there."""

from __future__ import annotations

import os
from collections import Counter

import numpy as np
import pytest

from digits.strokes import BRUSH, CANVAS_SIDE
from training.data import pen_digits
from training.data.pen_digits import EXTENT, draw_on_canvas, pendigits
from training.data.unipen import PenDrawing


@pytest.fixture
def written():
    """Sixty digits of all proportions: wide, tall, tiny, huge, far from the origin; and a vertical line."""
    random = np.random.default_rng(11)
    digits = []
    for number in range(60):
        scale, place = random.uniform((0.1, 0.1), (500, 500)), random.uniform(-1e4, 1e4, 2)
        strokes = tuple(random.uniform(size=(random.integers(2, 9), 2)) * scale + place for _ in range(1 + number % 3))
        digits.append(PenDrawing(str(number % 10), strokes))
    return [*digits, PenDrawing("1", (np.array([(5.0, 5.0), (5.0, 60.0)]),))]


def test_drawings_are_the_same_for_the_same_seed_only(written):
    first, same, other = (np.stack(list(draw_on_canvas(written, seed))) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, same)
    assert all(not np.array_equal(*pair) for pair in zip(first, other, strict=True))


def test_drawings_vary_in_size_and_position_over_the_whole_range(written):
    longest, corners = [], []
    for canvas in draw_on_canvas(written):
        assert canvas.shape == (CANVAS_SIDE, CANVAS_SIDE, 4) and canvas.dtype == np.uint8
        rows, columns = (np.flatnonzero(canvas[..., 3].any(axis)) for axis in (1, 0))
        longest.append(max(np.ptp(rows), np.ptp(columns)) + 1)
        corners.append((rows[0], columns[0]))
    low, high = (share * CANVAS_SIDE for share in EXTENT)
    assert min(longest) >= low - 2 and max(longest) <= high + 2
    assert max(longest) - min(longest) > 0.8 * (high - low), "sizes vary over the whole range"
    assert np.ptp(corners, axis=0).min() > 60, "and so do positions"


def test_no_ink_is_cut_off_at_the_border(written, monkeypatch):
    calls = []
    monkeypatch.setattr(pen_digits, "draw_strokes", lambda *arguments: calls.append(arguments))
    assert len(list(draw_on_canvas(written * 5))) == len(calls) == 5 * len(written)
    for drawn, brush, width, height in calls:
        points = np.concatenate(drawn)
        assert BRUSH[0] <= brush <= BRUSH[1] and (width, height) == (CANVAS_SIDE, CANVAS_SIDE)
        assert points.min() - brush / 2 >= -1e-6 and points.max() + brush / 2 <= CANVAS_SIDE + 1e-6


def test_a_single_point_is_drawn_as_a_dot():
    (canvas,) = draw_on_canvas([PenDrawing("1", (np.array([(3.0, 3.0)]),))])
    diameter = 2 * np.sqrt((canvas[..., 3] / 255).sum() / np.pi)
    assert BRUSH[0] - 1 < diameter < BRUSH[1] + 1


@pytest.fixture(scope="module")
def tested():
    if not os.path.isfile(os.path.join(os.environ.get("DIGIT_DATA", ""), "pendigits-orig.tes")):
        pytest.skip("needs pen strokes: set DIGIT_DATA to a folder that holds pendigits-orig.tes")
    return pendigits("tes")


def test_the_test_writers_wrote_3498_digits(tested):
    counts = Counter(digit.label for digit in tested)
    assert sum(counts.values()) == len(tested) == 3_498
    assert set(counts) == set(range(10)) and all(300 < count < 400 for count in counts.values())


def test_the_digits_of_the_test_writers_are_upright(tested):
    """A 7 begins at the top, unless y is inverted."""
    starts = [
        digit.strokes[0][0, 1] < np.concatenate(digit.strokes)[:, 1].mean() for digit in tested if digit.label == 7
    ]
    assert np.mean(starts) > 0.9
