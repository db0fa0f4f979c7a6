"""The basic calculations agree with Keras's implementations and with their mathematical properties."""

from __future__ import annotations

import numpy as np
import pytest

from explain.basics import ACTIVATIONS, CURVES, FILTERS, FORMULAS, convolve, descend, max_pool, softmax

PICTURE = np.random.default_rng(0).uniform(0, 1, (9, 7)).astype(np.float32)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_match_keras(name):
    import keras

    x = np.linspace(-5, 5, 41).astype(np.float32)
    expected = np.asarray(keras.activations.get(name.lower())(x))
    np.testing.assert_allclose(ACTIVATIONS[name](x), expected, atol=1e-5)
    assert name in FORMULAS


def test_softmax_is_normalized_and_a_higher_temperature_flattens_it():
    logits = np.array([2.0, 1.0, -3.0])
    np.testing.assert_allclose(softmax(logits), np.exp(logits) / np.exp(logits).sum())
    assert softmax(logits, 5).max() < softmax(logits).max() < softmax(logits, 0.2).max()
    np.testing.assert_allclose(softmax(logits + 1000), softmax(logits))


@pytest.mark.parametrize("name", CURVES)
def test_a_slope_is_the_derivative_of_its_loss(name):
    x = np.linspace(-4, 4, 33)
    numerical = (CURVES[name].loss(x + 1e-5) - CURVES[name].loss(x - 1e-5)) / 2e-5
    np.testing.assert_allclose(CURVES[name].slope(x), numerical, atol=1e-6)


def test_gradient_descent_converges_to_a_minimum_that_depends_on_its_start_or_diverges():
    assert abs(descend(CURVES["one minimum"], 3, 0.3, 60)[-1]) < 1e-6
    left, right = (descend(CURVES["two minima"], start, 0.1, 200)[-1] for start in (-3, 3))
    assert left < -2 and right > 2 and CURVES["two minima"].loss(left) < CURVES["two minima"].loss(right)
    divergent = descend(CURVES["one minimum"], 3, 2.5, 60)
    assert len(divergent) < 20 and abs(divergent[-1]) > 40
    assert descend(CURVES["one minimum"], 3, 0.5, 2).tolist() == [3, 1.5, 0.75]


@pytest.mark.parametrize("name", FILTERS)
def test_convolution_matches_keras(name):
    import keras

    kernel = FILTERS[name].astype(np.float32)
    expected = np.asarray(keras.ops.conv(PICTURE[None, :, :, None], kernel[:, :, None, None], padding="valid"))
    np.testing.assert_allclose(convolve(PICTURE, kernel), expected[0, :, :, 0], atol=1e-4)


def test_max_pooling_matches_keras():
    import keras

    expected = np.asarray(keras.ops.max_pool(PICTURE[None, :, :, None], 2, strides=2, padding="valid"))
    np.testing.assert_array_equal(max_pool(PICTURE), expected[0, :, :, 0])
