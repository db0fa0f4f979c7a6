"""Which ink mattered, against a loop over the squares and against finite differences."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from explain import attribution
from explain.attribution import log_odds
from recognition.store import released, trained_recipes
from tests.drawings import placed

DIGIT = from_canvas(draw_strokes(placed(4), 18, 280, 280))
KEYS = released(trained_recipes()[0])


def test_log_odds_are_the_logarithm_of_how_much_more_likely():
    shares = np.array([[0.8, 0.1, 0.1], [0.5, 0.25, 0.25], [0.0, 1.0, 0.0]], np.float32)
    assert log_odds(shares, 0)[:2] == pytest.approx([np.log(4), 0], abs=1e-6)
    assert np.isfinite(log_odds(shares, 0)).all() and np.isfinite(log_odds(shares, 1)).all()


@pytest.mark.parametrize("key", KEYS)
def test_covering_place_by_place_in_a_loop_gives_the_same_map(classifiers, key):
    one = classifiers[key]
    whole = log_odds(one.predict(DIGIT[None]), 4)[0]
    falls, times = np.zeros((28, 28)), np.zeros((28, 28))
    for top in range(0, 25, 2):
        for left in range(0, 25, 2):
            spoilt = DIGIT.copy()
            spoilt[top : top + 4, left : left + 4] = 0
            falls[top : top + 4, left : left + 4] += whole - log_odds(one.predict(spoilt[None]), 4)[0]
            times[top : top + 4, left : left + 4] += 1
    np.testing.assert_allclose(attribution.occlusion(one, DIGIT, 4), falls / times, atol=2e-3)


@pytest.mark.parametrize("key", KEYS)
def test_the_gradient_is_what_small_steps_find(classifiers, key):
    """On a grainy digit: on an even one many maxima are shared, and have no slope of their own."""
    one, random = classifiers[key], np.random.default_rng(0)
    digit = np.clip(DIGIT.astype(int) + random.integers(-40, 41, DIGIT.shape), 0, 255).astype(np.uint8)
    slopes = attribution.gradient(one, digit, 4)
    assert slopes.shape == (28, 28) and np.isfinite(slopes).all()
    places = random.permutation(np.argwhere(digit > 0))[:40]
    step = np.float32(4e-4)
    pictures = np.repeat(digit[None].astype(np.float32) / 255, 2 * len(places), axis=0)
    for i, (y, x) in enumerate(places):
        pictures[2 * i, y, x] += step
        pictures[2 * i + 1, y, x] -= step
    logits = keras.Model(one.model.input, one.model.get_layer("logits").output)
    found = np.asarray(logits(pictures.reshape(-1, *one.network.input_shape), training=False), np.float64)
    found = found / one.card.temperature
    odds = found[:, 4] - np.log(np.exp(np.delete(found, 4, axis=1)).sum(axis=1))
    expected = slopes[places[:, 0], places[:, 1]]
    close = np.isclose((odds[::2] - odds[1::2]) / (2 * step), expected, rtol=0, atol=0.03 * np.abs(slopes).max())
    assert close.mean() >= 0.9, "all but a few, where a step crosses the edge of a ReLU or of a maximum"


def test_nothing_matters_where_there_is_no_ink_to_cover(classifiers):
    found = attribution.occlusion(classifiers["cnn"], DIGIT, 4)
    assert (found[:2] == 0).all() and (found[:, :2] == 0).all() and np.abs(found).max() > 0
    assert (attribution.occlusion(classifiers["cnn"], np.zeros((28, 28), np.uint8), 4) == 0).all()


@pytest.mark.parametrize("measure", [attribution.occlusion, attribution.gradient])
def test_what_is_no_digit_is_refused(classifiers, measure):
    with pytest.raises(ValueError, match="expected digits as uint8"):
        measure(classifiers["mlp"], DIGIT[:20], 4)
