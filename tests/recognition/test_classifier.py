"""A trained network answers: sound probabilities, the same from every thread, calibrated without a change of mind."""

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
from explain.layers import arithmetic, keras_summary, layer_table
from models import NETWORKS
from recognition.classifier import BATCH, Classifier, Ensemble, ask_in_parallel
from recognition.store import released, trained_recipes
from tests.drawings import DIGITS, placed

EVERY_NETWORK = pytest.mark.parametrize("key", released(trained_recipes()[0]))
THREADS = 32


@pytest.fixture(scope="module")
def digits():
    """Ten drawn digits, their negatives, noise and an empty one: what a network may meet."""
    drawn = np.stack([from_canvas(draw_strokes(placed(digit), 18, 280, 280)) for digit in DIGITS])
    noise = np.random.default_rng(3).integers(0, 256, (10, 28, 28), np.uint8)
    return np.concatenate([drawn, 255 - drawn, noise, np.zeros((1, 28, 28), np.uint8)])


@pytest.fixture(scope="module")
def found(classifiers):
    """A classifier by its key; a network that has no weights yet fails the test by name."""
    return lambda key: classifiers.get(key) or pytest.fail(f"no weights/book/{key}.weights.h5")


@EVERY_NETWORK
def test_predictions_are_probabilities(found, digits, key):
    for answer in (found(key).predict, found(key).raw):
        probabilities = answer(digits)
        assert probabilities.shape == (len(digits), 10) and probabilities.dtype == np.float32
        assert probabilities.min() >= 0 and probabilities.max() <= 1
        np.testing.assert_allclose(probabilities.sum(axis=1, dtype=float), 1, atol=1e-6)


@EVERY_NETWORK
def test_most_drawn_digits_are_read(found, digits, key):
    assert (found(key).predict(digits[:10]).argmax(1) == np.arange(10)).sum() >= 9


@EVERY_NETWORK
def test_raw_is_what_the_keras_model_says(found, digits, key):
    classifier = found(key)
    expected = classifier.model.predict(classifier.network.inputs(digits), verbose=0)
    np.testing.assert_allclose(classifier.raw(digits), expected, rtol=0, atol=5e-6)  # float32 sums; measured 1.5e-6


@EVERY_NETWORK
def test_no_digits_get_no_answers(found, key):
    for answer in (found(key).predict, found(key).raw):
        probabilities = answer(np.empty((0, 28, 28), np.uint8))
        assert probabilities.shape == (0, 10) and probabilities.dtype == np.float32


@EVERY_NETWORK
@pytest.mark.parametrize("extra", [0, 1])
def test_more_digits_than_fit_one_batch_get_the_same_answers_in_order(found, digits, key, extra):
    many = np.resize(digits, (BATCH + extra, 28, 28))
    expected = np.resize(found(key).predict(digits), (BATCH + extra, 10))
    np.testing.assert_allclose(found(key).predict(many), expected, atol=1e-5)


@EVERY_NETWORK
def test_many_threads_get_bit_for_bit_the_answers_of_one(found, digits, key):
    classifier = found(key)
    alone = [classifier.predict(digit[None]) for digit in digits]
    jobs = list(range(len(digits))) * 8
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda job: classifier.predict(digits[job][None]), jobs))
    for job, probabilities in zip(jobs, together, strict=True):
        np.testing.assert_array_equal(probabilities, alone[job])


@pytest.mark.parametrize("temperature", [0.5, 1.3, 4.0])
@EVERY_NETWORK
def test_a_temperature_changes_the_probabilities_and_never_their_order(found, digits, key, temperature):
    plain = found(key)
    tempered = Classifier(plain.network, plain.model, replace(plain.card, temperature=temperature))
    before, after = plain.raw(digits).astype(float), tempered.predict(digits)
    order = before.argsort(axis=1)
    assert (np.diff(np.take_along_axis(after, order, axis=1), axis=1) >= 0).all()
    np.testing.assert_array_equal(tempered.raw(digits), plain.raw(digits))
    np.testing.assert_allclose(after.sum(axis=1), 1, atol=1e-6)
    certain = before.max(axis=1) < 0.999  # of the others nothing can be seen in float32
    moved = after.max(axis=1)[certain] - before.max(axis=1)[certain]
    assert certain.any() and ((moved > 0) if temperature < 1 else (moved < 0)).all()


@EVERY_NETWORK
def test_a_temperature_divides_the_logits(found, digits, key):
    plain = found(key)
    doubled = Classifier(plain.network, plain.model, replace(plain.card, temperature=2.0))
    logits = np.log(np.maximum(plain.raw(digits).astype(float), 1e-300)) / 2
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(doubled.predict(digits), expected, atol=1e-6)


@EVERY_NETWORK
def test_anything_but_digits_is_refused(found, key):
    for answer in (found(key).predict, found(key).raw):
        with pytest.raises(ValueError, match="expected digits as uint8"):
            answer(np.zeros((1, 28, 28), np.float32))


@EVERY_NETWORK
def test_layers_bear_names_of_their_own(key):
    one, other = NETWORKS[key].build(), NETWORKS[key].build()
    names = [layer.name for layer in one.layers]
    assert names == [layer.name for layer in other.layers], "Keras numbers the layers that it names itself"
    assert len(set(names)) == len(names)
    assert names[-2:] == ["logits", "softmax"]


def computed(parameters: str) -> int:
    """What the arithmetic comes to; it has to be the number that stands behind it."""
    if parameters == "0":
        return 0
    assert re.fullmatch(r"\d+( [×+] \d+)* = \d{1,3}(,\d{3})*", parameters)
    terms, number = parameters.split(" = ")
    value = sum(math.prod(int(factor) for factor in term.split(" × ")) for term in terms.split(" + "))
    assert value == int(number.replace(",", "")), parameters
    return value


@EVERY_NETWORK
def test_the_table_of_layers_adds_up_and_its_arithmetic_is_right(key):
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
def test_the_arithmetic_of_some_layers_done_by_hand(key, layer, expected):
    assert arithmetic(NETWORKS[key].build().get_layer(layer)) == expected


@EVERY_NETWORK
def test_keras_own_summary_holds_the_total_and_fits_its_width(key):
    model = NETWORKS[key].build()
    text = keras_summary(model)
    assert f"Total params: {model.count_params():,}" in text
    assert max(map(len, text.splitlines())) <= inspect.signature(keras_summary).parameters["width"].default


def test_asked_together_they_answer_as_each_alone(classifiers, splits):
    digits = splits.validation.digits[:600]
    together = Ensemble(classifiers.values())
    for one, predicted, raw in zip(classifiers.values(), together.predict(digits), together.raw(digits), strict=True):
        np.testing.assert_allclose(predicted, one.predict(digits), atol=1e-5)
        np.testing.assert_allclose(raw, one.raw(digits), atol=1e-5)


def test_an_ensemble_of_none_answers_nothing():
    assert Ensemble([]).predict(np.zeros((1, 28, 28), np.uint8)) == []


@pytest.mark.parametrize("raw", [False, True], ids=["calibrated", "raw"])
def test_ensembles_asked_side_by_side_answer_as_one_after_another(classifiers, raw):
    keys = list(classifiers)
    ensembles = [Ensemble([classifiers[key] for key in part]) for part in (keys[:2], keys[2:3], keys[3:])]
    digits = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    found = ask_in_parallel(ensembles, digits, raw)
    for ensemble, answers in zip(ensembles, found, strict=True):
        one_by_one = ensemble.raw(digits) if raw else ensemble.predict(digits)
        np.testing.assert_allclose(answers, one_by_one, atol=1e-6)


def test_what_goes_wrong_side_by_side_is_said(classifiers):
    ensembles = [Ensemble([one]) for one in list(classifiers.values())[:2]]
    with pytest.raises(ValueError, match="uint8"):
        ask_in_parallel(ensembles, np.zeros((1, 28, 28)))


def test_threads_that_ask_at_once_compile_a_graph_once(classifiers):
    import time
    from concurrent.futures import ThreadPoolExecutor

    calls = []

    def make():
        calls.append(1)
        time.sleep(0.1)
        return len(calls)

    with ThreadPoolExecutor(32) as threads:
        graphs = list(threads.map(lambda _: classifiers["mlp"].cached("a test", make), range(32)))
    assert graphs == [1] * 32 and calls == [1]
