"""Classifiers predict valid probabilities; calibration divides the logits and keeps their order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from recognition.classifier import Classifier
from recognition.store import default_recipe, released
from tests.drawings import DIGITS, placed


@pytest.fixture(scope="module")
def digits():
    """Ten drawn digits, their negatives, noise and an empty digit."""
    drawn = np.stack([from_canvas(draw_strokes(placed(digit), 18, 280, 280)) for digit in DIGITS])
    noise = np.random.default_rng(3).integers(0, 256, (10, 28, 28), np.uint8)
    return np.concatenate([drawn, 255 - drawn, noise, np.zeros((1, 28, 28), np.uint8)])


@pytest.mark.parametrize("key", released(default_recipe()))
def test_predictions_are_probabilities_and_right_for_nine_of_ten_drawn_digits(classifiers, digits, key):
    for predict in (classifiers[key].predict, classifiers[key].raw):
        probabilities = predict(digits)
        assert probabilities.shape == (len(digits), 10) and probabilities.dtype == np.float32
        assert probabilities.min() >= 0 and probabilities.max() <= 1
        np.testing.assert_allclose(probabilities.sum(axis=1, dtype=float), 1, atol=1e-6)
        assert (probabilities[:10].argmax(1) == np.arange(10)).sum() >= 9


def test_zero_digits_give_zero_predictions_and_other_arrays_are_refused(classifiers):
    for predict in (classifiers["mlp"].predict, classifiers["rnn"].raw):
        probabilities = predict(np.empty((0, 28, 28), np.uint8))
        assert probabilities.shape == (0, 10) and probabilities.dtype == np.float32
        with pytest.raises(ValueError, match="expected digits as uint8"):
            predict(np.zeros((1, 28, 28), np.float32))


@pytest.mark.parametrize("temperature", [0.5, 1.3, 4.0])
def test_the_temperature_divides_the_logits_and_keeps_the_order(classifiers, digits, temperature):
    plain = classifiers["cnn"]
    tempered = Classifier(plain.network, replace(plain.card, temperature=temperature), plain.interpreters)
    before, after = plain.raw(digits).astype(float), tempered.predict(digits)
    powers = np.exp(np.log(np.maximum(before, 1e-300)) / temperature)
    np.testing.assert_allclose(after, powers / powers.sum(axis=1, keepdims=True), atol=1e-6)
    order = before.argsort(axis=1)
    assert (np.diff(np.take_along_axis(after, order, axis=1), axis=1) >= 0).all()
    uncertain = before.max(axis=1) < 0.999  # higher confidence leaves no visible change in float32
    change = after.max(axis=1)[uncertain] - before.max(axis=1)[uncertain]
    assert uncertain.any() and ((change > 0) if temperature < 1 else (change < 0)).all()
    np.testing.assert_array_equal(tempered.raw(digits), plain.raw(digits))
