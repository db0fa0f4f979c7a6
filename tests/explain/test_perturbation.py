"""Each perturbation changes a digit in the way and by the amount that it states."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from explain.perturbation import PERTURBATIONS
from tests.drawings import placed

DIGIT = from_canvas(draw_strokes(placed(2), 18, 280, 280))


def centre(digit: np.ndarray) -> np.ndarray:
    """Centre of mass, x and y."""
    ink = digit.astype(float)
    return np.array([np.arange(28) @ ink.sum(0), np.arange(28) @ ink.sum(1)]) / ink.sum()


@pytest.mark.parametrize("key", PERTURBATIONS)
def test_the_neutral_amount_changes_nothing_and_every_amount_gives_a_digit(key):
    perturb = PERTURBATIONS[key]
    assert perturb.neutral in perturb.amounts() and perturb.amounts()[[0, -1]].tolist() == [perturb.low, perturb.high]
    np.testing.assert_array_equal(perturb(DIGIT, perturb.neutral), DIGIT)
    for amount in perturb.amounts():
        changed = perturb(DIGIT, amount)
        assert changed.dtype == np.uint8 and changed.shape == (28, 28)
    assert not np.array_equal(perturb(DIGIT, perturb.high), DIGIT)


def test_shifts_move_the_ink_by_whole_pixels():
    np.testing.assert_array_equal(PERTURBATIONS["right"](DIGIT, 3)[:, 3:], DIGIT[:, :-3])
    np.testing.assert_array_equal(PERTURBATIONS["down"](DIGIT, -2)[:-2], DIGIT[2:])


def test_a_positive_rotation_is_clockwise():
    np.testing.assert_allclose(PERTURBATIONS["rotate"](DIGIT, 90), np.rot90(DIGIT, -1), atol=2)
    np.testing.assert_allclose(PERTURBATIONS["rotate"](DIGIT, 180), DIGIT[::-1, ::-1], atol=2)


def test_half_the_scale_leaves_a_quarter_of_the_ink_around_the_same_centre():
    small = PERTURBATIONS["scale"](DIGIT, 50)
    assert small.sum() == pytest.approx(DIGIT.sum() / 4, rel=0.1)
    np.testing.assert_allclose(centre(small) - 13.5, (centre(DIGIT) - 13.5) / 2, atol=0.3)


def test_thickening_adds_ink_and_thinning_removes_it():
    ink = [PERTURBATIONS["thicken"](DIGIT, amount).sum() for amount in (-2, -1, 0, 1, 2, 4)]
    assert ink == sorted(ink) and ink[0] < 0.6 * ink[2] < 0.8 * ink[4]


def test_noise_has_the_stated_strength_and_is_reproducible():
    grey = np.full((28, 28), 128, np.uint8)
    noisy = PERTURBATIONS["noise"](grey, 8)
    assert (noisy.astype(float) - grey).std() == pytest.approx(0.08 * 255, rel=0.1)
    np.testing.assert_array_equal(noisy, PERTURBATIONS["noise"](grey, 8))


def test_rows_are_erased_from_the_top():
    erased = PERTURBATIONS["erase"](DIGIT, 10)
    assert not erased[:10].any() and np.array_equal(erased[10:], DIGIT[10:]) and DIGIT[:10].any()
    assert not PERTURBATIONS["erase"](DIGIT, 28).any()


def test_an_array_that_is_not_a_digit_is_refused():
    with pytest.raises(ValueError, match="expected digits as uint8"):
        PERTURBATIONS["rotate"](DIGIT / 255, 10)
