"""The importance of the ink agrees with a loop over the squares and with finite differences."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from explain import attribution
from explain.attribution import log_odds
from tests.drawings import placed

DIGIT = from_canvas(draw_strokes(placed(4), 18, 280, 280))


def test_log_odds_are_the_logarithm_of_the_odds_and_stay_finite():
    shares = np.array([[0.8, 0.1, 0.1], [0.5, 0.25, 0.25], [0.0, 1.0, 0.0]], np.float32)
    assert log_odds(shares, 0)[:2] == pytest.approx([np.log(4), 0], abs=1e-6)
    assert np.isfinite(log_odds(shares, 0)).all() and np.isfinite(log_odds(shares, 1)).all()


def test_occlusion_matches_covering_one_square_after_another(classifiers):
    classifier = classifiers["cnn"]
    whole = log_odds(classifier.predict(DIGIT[None]), 4)[0]
    falls, times = np.zeros((28, 28)), np.zeros((28, 28))
    for top in range(0, 25, 2):
        for left in range(0, 25, 2):
            spoilt = DIGIT.copy()
            spoilt[top : top + 4, left : left + 4] = 0
            falls[top : top + 4, left : left + 4] += whole - log_odds(classifier.predict(spoilt[None]), 4)[0]
            times[top : top + 4, left : left + 4] += 1
    np.testing.assert_allclose(attribution.occlusion(classifier, DIGIT, 4), falls / times, atol=2e-3)


@pytest.mark.parametrize("key", ["mlp", "cnn", "bilstm", "resnet"])
def test_the_gradient_matches_finite_differences(classifiers, key):
    """On a noisy digit: on a clean one, several pixels share a maximum, where the gradient is not defined."""
    classifier, random = classifiers[key], np.random.default_rng(0)
    digit = np.clip(DIGIT.astype(int) + random.integers(-40, 41, DIGIT.shape), 0, 255).astype(np.uint8)
    slopes = attribution.gradient(classifier, digit, 4)
    assert slopes.shape == (28, 28) and np.isfinite(slopes).all()
    places = random.permutation(np.argwhere(digit > 0))[:40]
    step = np.float32(4e-4)
    pictures = np.repeat(digit[None].astype(np.float32) / 255, 2 * len(places), axis=0)
    for i, (y, x) in enumerate(places):
        pictures[2 * i, y, x] += step
        pictures[2 * i + 1, y, x] -= step
    logits = keras.Model(classifier.model.input, classifier.model.get_layer("logits").output)
    values = np.asarray(logits(pictures.reshape(-1, *classifier.network.input_shape), training=False), np.float64)
    values = values / classifier.card.temperature
    odds = values[:, 4] - np.log(np.exp(np.delete(values, 4, axis=1)).sum(axis=1))
    expected = slopes[places[:, 0], places[:, 1]]
    close = np.isclose((odds[::2] - odds[1::2]) / (2 * step), expected, rtol=0, atol=0.03 * np.abs(slopes).max())
    assert close.mean() >= 0.9, "all but a few, where a step crosses the edge of a ReLU or of a maximum"


def test_importance_is_zero_where_there_is_no_ink_to_cover(classifiers):
    importance = attribution.occlusion(classifiers["cnn"], DIGIT, 4)
    assert (importance[:2] == 0).all() and (importance[:, :2] == 0).all() and np.abs(importance).max() > 0
    assert (attribution.occlusion(classifiers["cnn"], np.zeros((28, 28), np.uint8), 4) == 0).all()


@pytest.mark.parametrize("measure", [attribution.occlusion, attribution.gradient])
def test_an_array_that_is_not_a_digit_is_refused(classifiers, measure):
    with pytest.raises(ValueError, match="expected digits as uint8"):
        measure(classifiers["mlp"], DIGIT[:20], 4)
