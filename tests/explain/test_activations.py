"""Activations and states agree with slow, explicit computations."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from explain import activations
from models import NETWORKS
from recognition.classifier import Classifier
from recognition.exported_model import InterpreterPool
from tests.drawings import placed
from training import export

DIGIT = from_canvas(draw_strokes(placed(5), 18, 280, 280))


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_the_states_of_the_rnn_match_its_recurrence_relation(classifiers):
    rnn = classifiers["rnn"]
    kernel, recurrent, bias = rnn.model.get_layer("rnn").get_weights()
    head, offset = rnn.model.get_layer("logits").get_weights()
    states, guesses = activations.row_by_row(rnn, DIGIT)
    state = np.zeros(len(recurrent))
    for row in range(28):
        state = np.tanh(DIGIT[row] / 255 @ kernel + bias + state @ recurrent)
        np.testing.assert_allclose(states[row], state, atol=1e-4)
        np.testing.assert_allclose(guesses[row], softmax((state @ head + offset) / rnn.card.temperature), atol=1e-4)
    np.testing.assert_allclose(guesses[-1], rnn.predict(DIGIT[None])[0], atol=1e-5)


class Card:
    """Stands in for a card, for untrained networks."""

    temperature = 1.3


@cache
def untrained(key: str) -> Classifier:
    """A network with random weights, as these tests do not depend on the trained ones."""
    keras.utils.set_random_seed(3)
    network = NETWORKS[key]
    model = network.build()
    with tempfile.TemporaryDirectory() as folder:
        export.write(model, path := Path(folder) / "untrained.tflite")
        return Classifier(network, Card, InterpreterPool(path.read_bytes()), model)


@pytest.fixture(scope="module")
def models():
    """The Keras models of all networks, untrained, by key."""
    return {key: network.build() for key, network in NETWORKS.items()}


@pytest.mark.parametrize("key", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("rows", [1, 10, 28])
def test_each_state_is_the_one_after_that_many_rows(key, rows):
    classifier = untrained(key)
    layer = next(layer for layer in classifier.model.layers if hasattr(layer, "return_sequences"))
    states, guesses = activations.row_by_row(classifier, DIGIT)
    np.testing.assert_allclose(states[rows - 1], layer(DIGIT[None, :rows] / np.float32(255))[0], atol=1e-5)
    np.testing.assert_allclose(guesses[-1], classifier.predict(DIGIT[None])[0], atol=1e-5)


@pytest.mark.parametrize("rows", [1, 10, 28])
def test_each_half_of_a_bidirectional_state_has_read_that_many_rows(rows):
    classifier = untrained("bilstm")
    layer = classifier.model.get_layer("bilstm")
    states, guesses = activations.row_by_row(classifier, DIGIT)
    top, bottom = (np.float32(part[None] / 255) for part in (DIGIT[:rows], DIGIT[28 - rows :]))
    np.testing.assert_allclose(states[rows - 1, :128], layer.forward_layer(top)[0], atol=1e-5)
    np.testing.assert_allclose(states[rows - 1, 128:], layer.backward_layer(bottom)[0], atol=1e-5)
    np.testing.assert_allclose(guesses[-1], classifier.predict(DIGIT[None])[0], atol=1e-5)


def test_only_the_bidirectional_network_reads_both_ways(models):
    assert [key for key, model in models.items() if activations.both_ways(model)] == ["bilstm"]


def test_the_convolutions_of_each_network_give_maps(models, classifiers):
    for key, model in models.items():
        if len(model.input_shape) == 4:
            layers = activations.convolutions(model)
            assert len(layers) >= 3, key
            for values in activations.activations(classifiers[key], DIGIT, tuple(layers)):
                assert values.ndim == 3 and values.dtype == np.float32, key
    assert [place.out[:6] for place in activations.sums(models["resnet_v2"])] == ["stage1", "stage2", "stage3"]


def test_computing_the_states_leaves_the_network_unchanged(classifiers):
    rnn = classifiers["rnn"]
    activations.row_by_row(rnn, DIGIT)
    assert rnn.model.get_layer("rnn").output.shape == (None, 256) and not rnn.model.get_layer("rnn").return_sequences


def test_the_first_feature_maps_of_the_cnn_match_an_explicit_convolution(classifiers):
    cnn = classifiers["cnn"]
    kernel, bias = cnn.model.get_layer("conv_1").get_weights()
    (maps,) = activations.activations(cnn, DIGIT, ("conv_1",))
    picture = DIGIT / 255
    assert maps.shape == (26, 26, 64)
    for y, x in ((0, 0), (7, 12), (13, 9), (25, 25)):
        expected = np.maximum(0, np.einsum("yx,yxf->f", picture[y : y + 3, x : x + 3], kernel[:, :, 0]) + bias)
        np.testing.assert_allclose(maps[y, x], expected, atol=1e-5)


def test_the_hidden_layers_of_the_mlp_match_matrix_products_with_relu(classifiers):
    mlp = classifiers["mlp"]
    assert activations.hidden(mlp.model) == ["relu_1", "relu_2"]
    values = DIGIT.reshape(-1) / 255
    for layer, actual in zip(
        ("hidden_1", "hidden_2"), activations.activations(mlp, DIGIT, ("relu_1", "relu_2")), strict=True
    ):
        kernel, bias = mlp.model.get_layer(layer).get_weights()
        values = np.maximum(0, values @ kernel + bias)
        np.testing.assert_allclose(actual, values, atol=1e-4)


def test_each_convolution_of_the_cnn_and_each_stage_of_the_resnet_is_shown(classifiers):
    assert activations.convolutions(classifiers["cnn"].model) == ["conv_1", "conv_2", "conv_3"]
    assert [name[:6] for name in activations.convolutions(classifiers["resnet"].model)] == [
        "stage1",
        "stage2",
        "stage3",
    ]


def test_the_shortcut_and_the_residual_add_up_to_the_sum(classifiers):
    resnet = classifiers["resnet"]
    sums = activations.sums(resnet.model)
    assert [place.out for place in sums] == [f"stage{stage}_block3_add" for stage in (1, 2, 3)]
    for place in sums:
        assert place.around.endswith("block2_relu") and place.added.endswith("block3_b_norm")
        around, added, out = activations.activations(resnet, DIGIT, (place.around, place.added, place.out))
        np.testing.assert_allclose(around + added, out, atol=1e-4)
    assert activations.sums(classifiers["cnn"].model) == []


def test_an_unknown_layer_is_named_in_the_error(classifiers):
    with pytest.raises(ValueError, match="no_such_layer"):
        activations.activations(classifiers["mlp"], DIGIT, ("no_such_layer",))


@pytest.mark.parametrize(
    "look",
    [
        lambda classifier: activations.row_by_row(classifier, DIGIT[:5]),
        lambda classifier: activations.activations(classifier, DIGIT / 255, ("logits",)),
    ],
)
def test_an_array_that_is_not_a_digit_is_refused(classifiers, look):
    with pytest.raises(ValueError, match="expected digits as uint8"):
        look(classifiers["rnn"])


def test_every_input_shape_is_one_that_can_be_shown():
    assert {len(network.input_shape) for network in NETWORKS.values()} <= {1, 2, 3}
