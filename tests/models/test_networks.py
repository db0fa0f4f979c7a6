"""The registry of networks: its entries, their numbers of parameters, and their inputs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import models
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import load
from recognition.recipes import RECIPES
from recognition.store import read_card

PARAMETERS = {
    "mlp": 269_322,
    "cnn": 80_266,
    "rnn": 75_530,
    "resnet": 274_154,
    "lstm": 294_410,
    "gru": 222_218,
    "bilstm": 163_338,
}
PARAMETERS |= {"resnet_v2": 573_802, "densenet": 181_830, "ynet": 208_394}
SHAPES = {"mlp": (784,), "cnn": (28, 28, 1), "rnn": (28, 28), "resnet": (28, 28, 1)}
FOLDER = Path(models.__file__).parent

EVERY_NETWORK = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())


@pytest.fixture(scope="module")
def built():
    """A new, untrained model of each network."""
    return {key: network.build() for key, network in NETWORKS.items()}


@pytest.fixture
def digits():
    return np.random.default_rng(7).integers(0, 256, (5, 28, 28), np.uint8)


def test_mlp_cnn_rnn_and_resnet_come_first():
    assert tuple(NETWORKS)[:4] == DEFAULT_NETWORKS == ("mlp", "cnn", "rnn", "resnet")


def test_each_file_that_defines_a_network_is_registered_under_its_name():
    defining = {
        path.stem
        for path in FOLDER.glob("*.py")
        if re.search(r"^NETWORK\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert defining == set(NETWORKS)


def test_a_network_has_the_same_name_everywhere(built):
    for key, network in NETWORKS.items():
        assert network.key == built[key].name == Path(sys.modules[network.build.__module__].__file__).stem == key


def test_layers_have_fixed_unique_names(built):
    for key in NETWORKS:
        names = [layer.name for layer in built[key].layers]
        assert names == [row[0] for row in read_card(key, "book").serving.architecture.layers], "none by default"
        assert len(set(names)) == len(names) and names[-2:] == ["logits", "softmax"]


def test_a_network_has_its_documented_number_of_parameters(built):
    for key, count in PARAMETERS.items():
        assert built[key].count_params() == count
        assert f"{count:,} " in sys.modules[NETWORKS[key].build.__module__].build.__doc__


@EVERY_NETWORK
def test_a_model_maps_its_inputs_to_ten_probabilities(network, built, digits):
    model = built[network.key]
    assert [tensor.shape for tensor in model.inputs] == [(None, *network.input_shape)] * network.input_count
    assert model.output_shape == (None, 10)
    probabilities = np.asarray(model(network.inputs(digits), training=False))
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_inputs_are_the_pixels_over_255_in_reading_order(digits):
    before = digits.copy()
    for key, network in NETWORKS.items():
        assert network.input_shape == SHAPES.get(key, network.input_shape)
        for inputs in each_input(network, digits):
            assert inputs.shape == (5, *network.input_shape) and inputs.dtype == np.float32
            np.testing.assert_array_equal(inputs.ravel(), digits.ravel().astype(np.float32) / 255)
        assert each_input(network, digits[:0])[0].shape == (0, *network.input_shape)
        each_input(network, digits)[0][:] = 0
        np.testing.assert_array_equal(digits, before)


def test_the_y_network_is_given_the_digit_twice(digits, built):
    left, right = NETWORKS["ynet"].inputs(digits)
    np.testing.assert_array_equal(left, right)
    turned = np.asarray(built["ynet"]([left, right[:, ::-1]], training=False))
    assert not np.allclose(turned, np.asarray(built["ynet"]([left, right], training=False))), "each branch has its own"


def each_input(network, digits):
    inputs = network.inputs(digits)
    return inputs if isinstance(inputs, list) else [inputs]


@pytest.mark.parametrize(
    "digits",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros((1, 784), np.uint8),
        np.zeros((1, 28, 28), np.float32),
        None,
    ],
    ids=["no batch", "a channel", "flat", "float32", "None"],
)
def test_other_arrays_are_refused_with_the_expected_shape(digits):
    with pytest.raises(ValueError, match=r"expected digits as uint8 \(n, 28, 28\), got .+digits\.from_canvas"):
        NETWORKS["cnn"].inputs(digits)


@pytest.mark.parametrize("recipe", ["Book", "../book", None])
def test_an_unknown_recipe_is_refused_with_the_known_ones(recipe):
    with pytest.raises(ValueError, match=rf"unknown recipe {re.escape(repr(recipe))}; known: {', '.join(RECIPES)}"):
        load("mlp", recipe)


def test_an_unknown_network_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown network 'horse'; known: mlp, cnn, rnn, resnet"):
        load("horse", "drawn")


def test_importing_the_libraries_does_not_import_any_framework():
    heavy = ("tensorflow", "keras", "streamlit", "training", "h5py")
    modules = "models, digits.photo, recognition.report, explain.architecture"
    script = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=FOLDER.parent, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
