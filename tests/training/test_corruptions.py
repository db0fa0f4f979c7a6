"""Corruptions do to a digit what their definitions say, keep it a digit, and are the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from tests.drawings import DIGITS, placed
from training.evaluation import corruptions
from training.evaluation.corruptions import BRIGHTER, CORRUPTIONS, IMPULSES, SHIFT, corrupt

PICTURES = np.stack([from_canvas(draw_strokes(placed(digit), 18, 280, 280)) for digit in DIGITS] * 3)
BLANK = np.zeros((40, 28, 28), np.uint8)


def moments(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre, (n, 2), and extent, (n, 2), of the ink: rows and columns."""
    ink = digits.astype(float) / digits.sum((1, 2), keepdims=True, dtype=float)
    places = np.arange(28)
    centre = np.stack([ink.sum(2) @ places, ink.sum(1) @ places], -1)
    second = np.stack([ink.sum(2) @ places**2, ink.sum(1) @ places**2], -1)
    return centre, np.sqrt(second - centre**2)


def test_there_are_the_fifteen_of_the_paper():
    assert len(CORRUPTIONS) == 15


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_same_seed_corrupts_alike_and_every_digit_is_changed(name):
    corrupted = corrupt(name, PICTURES, 1)
    assert corrupted.dtype == np.uint8 and corrupted.shape == PICTURES.shape
    assert np.array_equal(corrupted, corrupt(name, PICTURES, 1))
    assert (corrupted != PICTURES).any((1, 2)).all()
    assert (corrupted.std((1, 2)) > 10).all(), "something is left to be seen"


@pytest.mark.parametrize("name", sorted({*CORRUPTIONS} - {"scale", "brightness", "stripe", "Canny edges"}))
def test_another_seed_corrupts_otherwise(name):
    assert not np.array_equal(corrupt(name, PICTURES, 1), corrupt(name, PICTURES, 2))


def test_shot_noise_keeps_the_mean_and_leaves_black_black():
    noisy = corrupt("shot noise", np.full((40, 28, 28), 80, np.uint8), 0)
    assert noisy.mean() == pytest.approx(80, rel=0.05) and not corrupt("shot noise", BLANK, 0).any()


def test_impulse_noise_makes_some_pixels_white():
    assert (corrupt("impulse noise", BLANK, 0) == 255).mean() == pytest.approx(IMPULSES / 2, rel=0.1)


@pytest.mark.parametrize("name", ["glass blur", "motion blur"])
def test_blurs_keep_most_ink_and_soften_it(name):
    blurred = corrupt(name, PICTURES, 0).astype(float)
    assert blurred.sum() == pytest.approx(PICTURES.sum(dtype=float), rel=0.1)
    steps = [np.abs(np.diff(digits.astype(float), axis=2)).max() for digits in (blurred, PICTURES)]
    assert steps[0] < 0.8 * steps[1]


def test_translating_moves_and_scaling_shrinks_and_neither_does_the_other():
    centre, extent = moments(PICTURES)
    moved_centre, moved_extent = moments(corrupt("translate", PICTURES, 0))
    whole = corrupt("translate", PICTURES, 0).sum((1, 2), dtype=int) == PICTURES.sum((1, 2), dtype=int)
    assert whole.sum() > 20, "a few wide digits lose ink at the edges"
    assert np.allclose(np.abs(moved_centre - centre)[whole], SHIFT) and np.allclose(moved_extent[whole], extent[whole])
    small_centre, small_extent = moments(corrupt("scale", PICTURES, 0))
    assert np.allclose(small_extent, 0.7 * extent, rtol=0.12) and np.allclose(small_centre, centre, atol=0.6)


def test_rotating_and_shearing_keep_the_ink_about_where_it_was():
    for name in ("rotate", "shear"):
        turned = corrupt(name, PICTURES, 0)
        assert np.abs(moments(turned)[0] - moments(PICTURES)[0]).max() < 1
        assert turned.sum(dtype=float) == pytest.approx(PICTURES.sum(dtype=float), rel=0.05)


def test_brightness_lifts_black_and_a_stripe_inverts_the_sides():
    assert (corrupt("brightness", BLANK, 0) == round(255 * BRIGHTER)).all()
    striped = corrupt("stripe", BLANK, 0)
    assert (striped[:, :, :7] == 255).all() and (striped[:, :, 21:] == 255).all() and not striped[:, :, 7:21].any()


def test_fog_and_spatter_lie_over_the_digit():
    fog = corrupt("fog", BLANK, 0)
    assert fog.max() <= 171 and fog.std((1, 2)).min() > 15
    mud = corrupt("spatter", BLANK, 0)
    assert 0.05 < (mud > 0).mean() < 0.7 and mud.max() == 63


def test_lines_cross_the_picture_and_leave_the_digit_below():
    for name in ("dotted line", "zigzag"):
        corrupted = corrupt(name, PICTURES, 0)
        assert (corrupted >= PICTURES).all()
        drawn = corrupt(name, BLANK, 0)
        assert (drawn.max(1) > 128).any(1).all() and 0.03 < (drawn > 0).mean() < 0.4


def test_a_dotted_line_has_gaps_and_a_line_fades_from_its_middle():
    dotted = corruptions.dotted(5, np.random.default_rng(0)).max(1)
    assert not dotted[:, 0].any() and dotted[:, 2].all()
    line = corruptions.line((0, 10), (27, 10))
    assert line[10, 5] == 1 and 0 < line[11, 5] < 1 and line[13, 5] == 0


def test_edges_are_the_outline_of_a_square_and_nothing_inside_it():
    square = np.zeros((1, 28, 28), np.uint8)
    square[0, 8:20, 8:20] = 255
    (edges,) = corrupt("Canny edges", square, 0)
    assert set(np.unique(edges)) == {0, 255} and not edges[11:17, 11:17].any()
    assert (edges[14, :14] > 0).sum() == 1 and (edges[14, 14:] > 0).sum() == 1
