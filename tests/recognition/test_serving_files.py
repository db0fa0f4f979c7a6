"""The LiteRT files predict like the Keras models, from many threads, and without TensorFlow installed."""

from __future__ import annotations

import gc
import hashlib
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from explain.architecture import dot, keras_summary
from models import NETWORKS
from recognition import TensorFlowMissing, exported_model, load, outlier, store
from recognition.card import ModelCard
from recognition.classifier import Classifier
from recognition.exported_model import BATCH, COPIES, ONE_BY_ONE, InterpreterPool
from recognition.store import WeightsError, released, serving_path, trained_recipes
from tests.drawings import DIGITS, placed
from tests.page_server import ROOT

COMMITTED = [(recipe, key) for recipe in trained_recipes() for key in released(recipe)]
EVERY_FILE = pytest.mark.parametrize(("recipe", "key"), [*COMMITTED, ("drawn", outlier.DETECTOR.key)])
DRAWN = np.stack([from_canvas(draw_strokes(placed(digit), 18, 280, 280)) for digit in DIGITS])
THREADS = 32


def loaded(key: str, recipe: str) -> Classifier:
    return Classifier.load(outlier.DETECTOR if key == outlier.DETECTOR.key else NETWORKS[key], recipe)


@EVERY_FILE
def test_litert_and_keras_agree(recipe, key):
    classifier = loaded(key, recipe)
    noise = np.random.default_rng(3).integers(0, 256, (BATCH, 28, 28), np.uint8)
    digits = np.concatenate([DRAWN, 255 - DRAWN, noise])
    expected = classifier.model.predict(classifier.network.inputs(digits), verbose=0)
    actual = classifier.raw(digits)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(actual.argmax(1), expected.argmax(1))


@EVERY_FILE
def test_the_card_describes_the_file_and_the_layers(recipe, key):
    classifier = loaded(key, recipe)
    content, serving = serving_path(key, recipe).read_bytes(), classifier.card.serving
    assert serving is not None and serving.size == len(content)
    assert serving.sha256 == hashlib.sha256(content).hexdigest()
    model, shown = classifier.network.build(), classifier.architecture
    assert (shown.summary, shown.diagram) == (keras_summary(model), dot(model))
    assert [row[0] for row in shown.layers] == [layer.name for layer in model.layers]
    names = {*shown.hidden, *shown.convolutions, *(name for place in shown.sums for name in vars(place).values())}
    assert names <= set(classifier.interpreters.output_shapes)


@pytest.mark.parametrize("n", [1, ONE_BY_ONE, ONE_BY_ONE + 1, BATCH, BATCH + 1, 2 * BATCH + ONE_BY_ONE + 1])
def test_batches_of_every_size_match_single_predictions(classifiers, n):
    digits = np.random.default_rng(n).integers(0, 256, (n, 28, 28), np.uint8)
    for key in ("mlp", "lstm"):
        alone = np.concatenate([classifiers[key].raw(digit[None]) for digit in digits])
        np.testing.assert_allclose(classifiers[key].raw(digits), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("key", ["cnn", "gru"])
def test_many_threads_share_a_bounded_number_of_interpreters_from_the_first_call(key, monkeypatch):
    created, alive, most = [], [], []

    class Counted(exported_model._Loaded):
        def __init__(self, content, size, delegated):
            super().__init__(content, size, delegated)
            created.append(size)
            alive.append(weakref.ref(self))
            most.append(sum(reference() is not None for reference in [*alive]))

    expected = [load(key, "drawn").raw(digit[None]) for digit in DRAWN]
    monkeypatch.setattr(exported_model, "_Loaded", Counted)
    fresh = load(key, "drawn")
    jobs = list(range(len(DRAWN))) * 8
    with ThreadPoolExecutor(THREADS) as pool:
        single = list(pool.map(lambda job: fresh.raw(DRAWN[job][None]), jobs))
        batches = list(pool.map(lambda _: fresh.raw(DRAWN), range(THREADS)))
    for job, probabilities in zip(jobs, single, strict=True):
        np.testing.assert_array_equal(probabilities, expected[job])
    for probabilities in batches:
        np.testing.assert_allclose(probabilities, np.concatenate(expected), rtol=0, atol=1e-5)
    assert created.count(1) <= COPIES + 1 and max(most) <= 2 * COPIES + 1
    gc.collect()
    assert sum(reference() is not None for reference in alive) <= COPIES, "those for batches are not kept"


def test_an_unknown_output_is_named(classifiers):
    with pytest.raises(ValueError, match="no output 'no_such_layer'; known: "):
        classifiers["mlp"].outputs(DRAWN[:1], ["no_such_layer"])


def test_interpreters_refuse_a_file_that_is_not_litert():
    with pytest.raises(ValueError):
        InterpreterPool(b"no such file")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Copies of two networks' files, which tests can change."""
    (tmp_path / "book").mkdir()
    for key in ("mlp", "cnn"):
        for path in (serving_path(key, "book"), store.weights_path(key, "book"), store.card_path(key, "book")):
            (tmp_path / "book" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    return tmp_path


def test_an_altered_serving_file_is_not_parsed(folder, monkeypatch):
    monkeypatch.setattr("recognition.classifier.Interpreters", lambda _: pytest.fail("parsed before it was checked"))
    path = serving_path("mlp", "book")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(
        WeightsError, match=r"weights/book/mlp\.tflite is not the file its card describes.*training\.export"
    ):
        load("mlp", "book")


@pytest.mark.parametrize("content", ["cnn", b"not LiteRT"], ids=["the CNN's", "text"])
def test_a_serving_file_that_fits_its_card_but_not_the_network_is_named(folder, content):
    content = serving_path("cnn", "book").read_bytes() if content == "cnn" else content
    serving_path("mlp", "book").write_bytes(content)
    card = store.read_card("mlp", "book")
    serving = replace(card.serving, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    store.write_card(replace(card, serving=serving))
    with pytest.raises(WeightsError, match=r"mlp\.tflite does not fit the network in models/mlp\.py"):
        load("mlp", "book")


def test_a_card_without_a_serving_file_says_how_to_write_it(folder):
    store.write_card(replace(store.read_card("mlp", "book"), serving=None))
    with pytest.raises(WeightsError, match=r"is not described by its card.*python -m training\.export"):
        load("mlp", "book")


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "abc"},
        {"size": 0},
        {"sha256": 7},
        {"architecture": None},
        {"architecture": {}},
        {"architecture": {"layers": [["three", "cells", "only"]]}},
    ],
    ids=repr,
)
def test_a_card_with_an_invalid_serving_file_is_refused(folder, change):
    data = store.read_card("mlp", "book").to_json()
    if change.get("architecture"):
        change = {"architecture": data["serving"]["architecture"] | change["architecture"]}
    with pytest.raises((KeyError, TypeError, ValueError)):
        ModelCard.from_json(data | {"serving": data["serving"] | change})


def test_without_tensorflow_everything_but_gradients_works():
    script = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
from digits.samples import sample_digit
from explain import activations, attribution
from recognition import TensorFlowMissing, load, outlier
cnn, digit = load("cnn", "drawn"), sample_digit("5")
assert cnn.predict(digit[None]).argmax() == 5 and outlier.score(digit[None])[0] < outlier.THRESHOLD
assert attribution.occlusion(cnn, digit, 5).any() and activations.row_by_row(load("rnn", "drawn"), digit)
try:
    attribution.gradient(cnn, digit, 5)
except TensorFlowMissing as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == str(
        TensorFlowMissing("TensorFlow is not installed here; install it with: pip install -r requirements.txt")
    )
