"""Augmented digits stay normalized digits with the same strokes, and are reproducible."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.normalization import BOX
from digits.strokes import draw_strokes
from tests.drawings import DIGITS, placed
from training.augment.warp import augment_image, augment_strokes, random_warp
from training.data.pen_digits import draw_on_canvas
from training.data.unipen import PenDrawing

PEN_DIGITS = [PenDrawing(str(digit), tuple(placed(digit)), "a writer") for digit in DIGITS]
PICTURES = [from_canvas(draw_strokes(placed(digit), 18, 280, 280)) for digit in DIGITS]


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_varied_picture_is_normalized(digit):
    for seed in range(20):
        varied = augment_image(PICTURES[digit], random(seed))
        assert varied.dtype == np.uint8 and varied.shape == (28, 28)
        rows, columns = np.nonzero(varied.any(1))[0], np.nonzero(varied.any(0))[0]
        extents = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert BOX - 1 <= max(extents) <= BOX
        for axis, extent in enumerate(extents):
            centre = np.arange(28) @ varied.sum(1 - axis, dtype=float) / varied.sum(dtype=float)
            assert abs(centre - 14) <= 0.51 or extent == BOX


@pytest.mark.parametrize("pen_digit", PEN_DIGITS, ids=lambda pen_digit: str(pen_digit.label))
def test_varied_strokes_keep_their_number_points_label_and_writer(pen_digit):
    varied = augment_strokes(pen_digit, random())
    assert (varied.label, varied.writer) == (pen_digit.label, pen_digit.writer)
    assert [stroke.shape for stroke in varied.strokes] == [stroke.shape for stroke in pen_digit.strokes]
    assert all(np.isfinite(stroke).all() for stroke in varied.strokes)
    assert not np.allclose(varied.strokes[0], pen_digit.strokes[0])


def test_strokes_shift_slightly_relative_to_one_another():
    """The bar of a 5 moves from its bow by a few hundredths of its size, and never by half of it."""
    bar_to_bow = []
    for seed in range(200):
        bow, bar = augment_strokes(
            PenDrawing("5", (np.zeros((2, 2)) + [[0, 0], [0, 1]], np.array([[0, 0], [1.0, 0]]))), random(seed)
        ).strokes
        bar_to_bow.append(np.linalg.norm(bow[0] - bar[0]))
    assert 0.02 < np.median(bar_to_bow) < 0.12 and max(bar_to_bow) < 0.4


def test_every_varied_pen_digit_still_gives_a_digit():
    varied = [augment_strokes(pen_digit, random(seed)) for seed in range(10) for pen_digit in PEN_DIGITS]
    assert all(from_canvas(canvas) is not None for canvas in draw_on_canvas(varied))


def test_the_same_seed_gives_the_same_variation_and_another_seed_does_not():
    assert np.array_equal(augment_image(PICTURES[5], random(1)), augment_image(PICTURES[5], random(1)))
    assert not np.array_equal(augment_image(PICTURES[5], random(1)), augment_image(PICTURES[5], random(2)))


def test_a_warp_is_small_and_smooth():
    """Neighbours stay neighbours: no point of the unit square moves far, and the grid neither tears nor folds."""
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 21)] * 2), -1).reshape(-1, 2)
    for seed in range(50):
        moved = random_warp(random(seed))(grid)
        assert np.abs(moved - grid).max() < 0.6
        steps = np.diff(moved.reshape(21, 21, 2)[..., 0], axis=1)
        assert steps.min() > -0.03 and steps.max() < 0.2


def test_a_blank_picture_is_not_changed():
    blank = np.zeros((28, 28), np.uint8)
    assert np.array_equal(augment_image(blank, random()), blank)
