"""The journey shows the network's own numbers: values, sums and logits are LiteRT's in Python, and Keras's."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import recognition
from digits.samples import sample_digit
from models import NETWORKS
from recognition.exported_model import STATES
from recognition.store import serving_path
from tests.engine.test_engine import encoded

TOLERANCE = 1e-4  # of sums of up to 784 products, in float32 and in another order
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return np.stack([sample_digit(name) for name in ("1 with flag and foot", "7 with a bar", "a 3 or an 8?")])


@pytest.fixture(scope="module", params=["mlp", "cnn", "rnn", "resnet"])
def journey(request, digits):
    """A network's classifier, and what the journey has for the digits."""
    classifier = recognition.load(request.param, "drawn")
    return classifier, shown(request.param, digits)["results"]


def shown(key: str, digits: np.ndarray) -> dict:
    """Return the journey's values of a network for digits."""
    job = {"key": key, "file": str(serving_path(key, "drawn")), "digits": encoded(digits)}
    job["temperature"] = recognition.load(key, "drawn").card.temperature
    script = Path(__file__).with_name("journey.mjs")
    done = subprocess.run(["node", script], input=json.dumps(job), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_activations_are_pythons(journey, digits):
    classifier, results = journey
    names = list(results[0]["values"])
    if classifier.network.key == "rnn":
        names, results = [STATES], [{"values": {STATES: result["states"]}} for result in results]
    assert names
    for name, expected in zip(names, classifier.outputs(digits, names), strict=True):
        given = np.array([result["values"][name] for result in results]).reshape(expected.shape)
        np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)


def test_logits_become_the_calibrated_probabilities(journey, digits):
    classifier, results = journey
    given = np.array([result["probabilities"] for result in results])
    np.testing.assert_allclose(given, classifier.predict(digits), rtol=0, atol=2e-6)


def test_sums_are_the_values_that_the_network_computed(journey):
    classifier, results = journey
    for result in results:
        {"mlp": units, "cnn": windows, "resnet": blocks, "rnn": rows}[classifier.network.key](result)


def test_the_difference_of_two_outputs_weights_gives_the_difference_of_their_logits(journey):
    classifier, results = journey
    for result in results:
        logits = np.array(result["logits"]).reshape(-1, 10)
        ahead = logits - np.roll(logits, -1, axis=1)
        if classifier.network.key == "rnn":
            behind = [np.flatnonzero(rows[:-1] <= 0) for rows in ahead.T]
            assert result["leads"] == [int(rows[-1]) + 1 if rows.size else 0 for rows in behind]
        else:
            given = np.array(result["leads"])
            np.testing.assert_allclose(given[:, 0], ahead[0], rtol=0, atol=TOLERANCE)
            np.testing.assert_allclose(given[:, 1], ahead[0], rtol=0, atol=TOLERANCE)


def units(result: dict) -> None:
    first, second, logits = result["sums"]
    for sums, name in ((first, "relu_1"), (second, "relu_2")):
        np.testing.assert_allclose(np.maximum(0, sums), result["values"][name], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(logits, result["logits"], rtol=0, atol=TOLERANCE)


def windows(result: dict) -> None:
    for number, sums in enumerate(result["sums"]["sums"], 1):
        values = np.array(result["values"][f"conv_{number}"])
        maps = values.reshape(int(np.sqrt(values.size / 64)), -1, 64)
        given = [max(0, each["sum"]) for each in sums]
        expected = [maps[each["row"], each["column"], each["map"]] for each in sums]
        np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)
        assert any(expected)
    np.testing.assert_allclose(result["sums"]["outputs"], result["logits"], rtol=0, atol=TOLERANCE)


def blocks(result: dict) -> None:
    assert len(result["sums"]["sums"]) == 9
    for block in result["sums"]["sums"]:
        np.testing.assert_allclose(np.maximum(0, block["sum"]), block["value"], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(result["sums"]["outputs"], result["logits"], rtol=0, atol=TOLERANCE)


def rows(result: dict) -> None:
    assert len(result["logits"]) == 280 and len(result["states"]) == 28 * 256


@pytest.mark.parametrize("key", ["mlp", "cnn", "rnn", "resnet"])
def test_logits_are_those_of_keras(key, digits):
    keras = pytest.importorskip("keras")
    classifier = recognition.load(key, "drawn")
    model = keras.Model(classifier.model.inputs, classifier.model.get_layer("logits").output)
    expected = model.predict(classifier.network.inputs(digits), verbose=0)
    given = np.array([result["logits"][-10:] for result in shown(key, digits)["results"]])
    np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("key", list(NETWORKS)[4:])
def test_the_other_networks_have_maps_or_states(key, digits):
    told = shown(key, digits[:1])
    assert told["family"] in ("maps", "recurrent")
    assert told["results"][0]["states"] or len(told["results"][0]["values"]) >= 3
