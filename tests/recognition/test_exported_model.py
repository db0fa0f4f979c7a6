"""The LiteRT files predict like the Keras models, in batches of any size and from many threads, without TensorFlow."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from models import NETWORKS
from recognition import TensorFlowMissing, exported_model, load, store
from recognition.classifier import Classifier
from recognition.exported_model import BATCH_SIZE, MAX_INTERPRETERS, MAX_SINGLE_INPUTS, InterpreterPool
from recognition.outlier import DETECTOR
from recognition.store import WeightsError, default_recipe, released, serving_path, trained_recipes
from tests.drawings import DIGITS, placed
from tests.page_server import ROOT

DRAWN = np.stack([from_canvas(draw_strokes(placed(digit), 18, 280, 280)) for digit in DIGITS])
THREADS = 32


@pytest.mark.parametrize("key", [*released(default_recipe()), DETECTOR.key])
def test_litert_and_keras_agree(key):
    classifier = Classifier.load({**NETWORKS, DETECTOR.key: DETECTOR}[key], default_recipe())
    noise = np.random.default_rng(3).integers(0, 256, (BATCH_SIZE, 28, 28), np.uint8)
    digits = np.concatenate([DRAWN, 255 - DRAWN, noise])
    expected = np.asarray(classifier.model(classifier.network.inputs(digits), training=False))
    np.testing.assert_allclose(classifier.raw(digits), expected, rtol=0, atol=1e-5)
    assert set(classifier.architecture.shown_layers) <= set(classifier.interpreters.output_shapes)


def test_every_shipped_file_is_the_one_its_card_describes():
    for recipe in trained_recipes():
        for key in released(recipe):
            content, card = store.verified_serving_file(key, recipe)
            assert card.serving.size == len(content)


@pytest.mark.parametrize("key", ["mlp", "lstm"])
def test_batches_of_every_size_match_single_predictions(classifiers, key):
    digits = np.random.default_rng(5).integers(0, 256, (2 * BATCH_SIZE + MAX_SINGLE_INPUTS + 1, 28, 28), np.uint8)
    alone = np.concatenate([classifiers[key].raw(digit[None]) for digit in digits])
    for n in (0, 1, MAX_SINGLE_INPUTS, MAX_SINGLE_INPUTS + 1, BATCH_SIZE, BATCH_SIZE + 1, len(digits)):
        np.testing.assert_allclose(classifiers[key].raw(digits[:n]), alone[:n], rtol=0, atol=1e-5)


@pytest.mark.parametrize("key", ["cnn", "gru"])
def test_many_threads_get_the_predictions_of_one_from_a_bounded_number_of_interpreters(key, monkeypatch):
    expected = np.concatenate([load(key, "drawn").raw(digit[None]) for digit in DRAWN])
    created = []
    interpreter = exported_model.Interpreter
    monkeypatch.setattr(exported_model, "Interpreter", lambda **options: created.append(1) or interpreter(**options))
    fresh = load(key, "drawn")
    jobs = list(range(len(DRAWN))) * 8
    with ThreadPoolExecutor(THREADS) as pool:
        single = list(pool.map(lambda job: fresh.raw(DRAWN[job][None])[0], jobs))
        assert len(created) <= MAX_INTERPRETERS + 1
        batches = list(pool.map(lambda _: fresh.raw(DRAWN), range(THREADS)))
    np.testing.assert_array_equal(single, expected[jobs])
    for probabilities in batches:
        np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-5)


def test_interpreters_refuse_a_file_that_is_not_litert():
    with pytest.raises(ValueError):
        InterpreterPool(b"no such file")


def test_an_altered_file_is_not_parsed(folder, monkeypatch):
    monkeypatch.setattr("recognition.classifier.InterpreterPool", lambda _: pytest.fail("parsed before it was checked"))
    path = serving_path("mlp", "book")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsError, match=r"mlp\.tflite is not the file its card describes.*training\.export"):
        load("mlp", "book")


@pytest.mark.parametrize("content", ["cnn", b"not LiteRT"], ids=["the CNN's", "text"])
def test_a_file_that_fits_its_card_but_not_the_network_is_named(folder, content):
    content = serving_path("cnn", "book").read_bytes() if content == "cnn" else content
    serving_path("mlp", "book").write_bytes(content)
    card = store.read_card("mlp", "book")
    store.write_card(replace(card, serving=replace(card.serving, sha256=hashlib.sha256(content).hexdigest())))
    with pytest.raises(WeightsError, match=r"mlp\.tflite does not fit the network in models/mlp\.py"):
        load("mlp", "book")


def test_a_card_without_an_exported_file_says_how_to_write_it(folder):
    store.write_card(replace(store.read_card("mlp", "book"), serving=None))
    with pytest.raises(WeightsError, match=r"is not described by its card.*python -m training\.export"):
        load("mlp", "book")


def test_without_tensorflow_networks_answer_and_their_keras_models_say_what_they_need():
    script = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
from digits.samples import sample_digit
from explain import architecture
from recognition import TensorFlowMissing, load, outlier
cnn, digit = load("cnn", "drawn"), sample_digit("5")
assert cnn.predict(digit[None]).argmax() == 5 and outlier.score(digit[None])[0] < outlier.THRESHOLD
assert load("rnn", "drawn").predict(digit[None]).any()
try:
    cnn.model
except TensorFlowMissing as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == str(
        TensorFlowMissing("TensorFlow is not installed here; install it with: pip install -r requirements.txt")
    )
