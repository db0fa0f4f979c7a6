"""Classifiers predict valid probabilities, the same from every thread; calibration keeps their order."""

from __future__ import annotations

import inspect
import math
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from explain.architecture import arithmetic, keras_summary, layer_table
from models import NETWORKS
from recognition.classifier import Classifier
from recognition.exported_model import BATCH
from recognition.store import released, trained_recipes
from tests.drawings import DIGITS, placed

EVERY_NETWORK = pytest.mark.parametrize("key", released(trained_recipes()[0]))
THREADS = 32


@pytest.fixture(scope="module")
def digits():
    """Ten drawn digits, their negatives, noise and an empty digit."""
    drawn = np.stack([from_canvas(draw_strokes(placed(digit), 18, 280, 280)) for digit in DIGITS])
    noise = np.random.default_rng(3).integers(0, 256, (10, 28, 28), np.uint8)
    return np.concatenate([drawn, 255 - drawn, noise, np.zeros((1, 28, 28), np.uint8)])


@pytest.fixture(scope="module")
def find(classifiers):
    """Returns a classifier by its key; fails the test if its weights are missing."""
    return lambda key: classifiers.get(key) or pytest.fail(f"no weights/book/{key}.weights.h5")


@EVERY_NETWORK
def test_predictions_are_probabilities(find, digits, key):
    for answer in (find(key).predict, find(key).raw):
        probabilities = answer(digits)
        assert probabilities.shape == (len(digits), 10) and probabilities.dtype == np.float32
        assert probabilities.min() >= 0 and probabilities.max() <= 1
        np.testing.assert_allclose(probabilities.sum(axis=1, dtype=float), 1, atol=1e-6)


@EVERY_NETWORK
def test_at_least_nine_of_ten_drawn_digits_are_classified_correctly(find, digits, key):
    assert (find(key).predict(digits[:10]).argmax(1) == np.arange(10)).sum() >= 9


@EVERY_NETWORK
def test_raw_matches_the_keras_model(find, digits, key):
    classifier = find(key)
    expected = classifier.model.predict(classifier.network.inputs(digits), verbose=0)
    np.testing.assert_allclose(classifier.raw(digits), expected, rtol=0, atol=5e-6)  # float32 sums; measured 1.5e-6


@EVERY_NETWORK
def test_zero_digits_give_zero_predictions(find, key):
    for answer in (find(key).predict, find(key).raw):
        probabilities = answer(np.empty((0, 28, 28), np.uint8))
        assert probabilities.shape == (0, 10) and probabilities.dtype == np.float32


@EVERY_NETWORK
@pytest.mark.parametrize("extra", [0, 1])
def test_predictions_for_more_than_a_batch_are_in_order(find, digits, key, extra):
    many = np.resize(digits, (BATCH + extra, 28, 28))
    expected = np.resize(find(key).predict(digits), (BATCH + extra, 10))
    np.testing.assert_allclose(find(key).predict(many), expected, atol=1e-5)


@EVERY_NETWORK
def test_many_threads_get_exactly_the_predictions_of_a_single_thread(find, digits, key):
    classifier = find(key)
    alone = [classifier.predict(digit[None]) for digit in digits]
    jobs = list(range(len(digits))) * 8
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda job: classifier.predict(digits[job][None]), jobs))
    for job, probabilities in zip(jobs, together, strict=True):
        np.testing.assert_array_equal(probabilities, alone[job])


@pytest.mark.parametrize("temperature", [0.5, 1.3, 4.0])
@EVERY_NETWORK
def test_a_temperature_changes_the_probabilities_but_not_their_order(find, digits, key, temperature):
    plain = find(key)
    tempered = Classifier(plain.network, replace(plain.card, temperature=temperature), plain.interpreters)
    before, after = plain.raw(digits).astype(float), tempered.predict(digits)
    order = before.argsort(axis=1)
    assert (np.diff(np.take_along_axis(after, order, axis=1), axis=1) >= 0).all()
    np.testing.assert_array_equal(tempered.raw(digits), plain.raw(digits))
    np.testing.assert_allclose(after.sum(axis=1), 1, atol=1e-6)
    uncertain = before.max(axis=1) < 0.999  # higher confidence leaves no visible change in float32
    change = after.max(axis=1)[uncertain] - before.max(axis=1)[uncertain]
    assert uncertain.any() and ((change > 0) if temperature < 1 else (change < 0)).all()


@EVERY_NETWORK
def test_a_temperature_divides_the_logits(find, digits, key):
    plain = find(key)
    doubled = Classifier(plain.network, replace(plain.card, temperature=2.0), plain.interpreters)
    logits = np.log(np.maximum(plain.raw(digits).astype(float), 1e-300)) / 2
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(doubled.predict(digits), expected, atol=1e-6)


@EVERY_NETWORK
def test_an_array_of_another_shape_or_dtype_is_refused(find, key):
    for answer in (find(key).predict, find(key).raw):
        with pytest.raises(ValueError, match="expected digits as uint8"):
            answer(np.zeros((1, 28, 28), np.float32))


@EVERY_NETWORK
def test_layers_have_fixed_unique_names(key):
    first, second = NETWORKS[key].build(), NETWORKS[key].build()
    names = [layer.name for layer in first.layers]
    assert names == [layer.name for layer in second.layers], "Keras adds numbers to default names"
    assert len(set(names)) == len(names)
    assert names[-2:] == ["logits", "softmax"]


def computed(parameters: str) -> int:
    """The result of the arithmetic, which must be the number after the equals sign."""
    if parameters == "0":
        return 0
    assert re.fullmatch(r"\d+( [×+] \d+)* = \d{1,3}(,\d{3})*", parameters)
    terms, number = parameters.split(" = ")
    value = sum(math.prod(int(factor) for factor in term.split(" × ")) for term in terms.split(" + "))
    assert value == int(number.replace(",", "")), parameters
    return value


@EVERY_NETWORK
def test_the_arithmetic_in_the_layer_table_is_correct(key):
    model = NETWORKS[key].build()
    table = layer_table(model)
    assert [row["layer"] for row in table] == [layer.name for layer in model.layers]
    assert [computed(row["parameters"]) for row in table] == [layer.count_params() for layer in model.layers]
    assert sum(computed(row["parameters"]) for row in table) == model.count_params()
    assert table[0]["output"] == " × ".join(map(str, NETWORKS[key].input_shape)) and table[-1]["output"] == "10"


@pytest.mark.parametrize(
    ("key", "layer", "expected"),
    [
        ("mlp", "hidden_1", "784 × 256 + 256 = 200,960"),
        ("mlp", "logits", "256 × 10 + 10 = 2,570"),
        ("cnn", "conv_2", "3 × 3 × 64 × 64 + 64 = 36,928"),
        ("rnn", "rnn", "28 × 256 + 256 × 256 + 256 = 72,960"),
        ("resnet", "stem_norm", "4 × 16 = 64"),
        ("resnet", "stage2_block1_shortcut_conv", "1 × 1 × 16 × 32 + 32 = 544"),
    ],
)
def test_the_arithmetic_matches_examples_calculated_by_hand(key, layer, expected):
    assert arithmetic(NETWORKS[key].build().get_layer(layer)) == expected


@EVERY_NETWORK
def test_the_keras_summary_has_the_total_and_fits_its_width(key):
    model = NETWORKS[key].build()
    text = keras_summary(model)
    assert f"Total params: {model.count_params():,}" in text
    assert max(map(len, text.splitlines())) <= inspect.signature(keras_summary).parameters["width"].default
