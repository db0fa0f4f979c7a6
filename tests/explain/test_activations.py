"""What is shown of a network's inside, against slow and obvious computations."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from explain import activations
from models import NETWORKS
from recognition.classifier import Classifier
from tests.drawings import placed

DIGIT = from_canvas(draw_strokes(placed(5), 18, 280, 280))


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_the_rnn_row_by_row_is_its_recurrence_written_out(classifiers):
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
    """In place of a card, for networks as they are built."""

    temperature = 1.3


@pytest.fixture(scope="module")
def untrained():
    """Every network as it is built, by key: what is shown does not depend on the weights."""
    keras.utils.set_random_seed(3)
    return {key: Classifier(network, network.build(), Card) for key, network in NETWORKS.items()}


@pytest.mark.parametrize("key", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("rows", [1, 10, 28])
def test_a_state_is_the_one_after_so_many_rows(untrained, key, rows):
    classifier = untrained[key]
    layer = next(layer for layer in classifier.model.layers if hasattr(layer, "return_sequences"))
    states, guesses = activations.row_by_row(classifier, DIGIT)
    np.testing.assert_allclose(states[rows - 1], layer(DIGIT[None, :rows] / np.float32(255))[0], atol=1e-5)
    np.testing.assert_allclose(guesses[-1], classifier.predict(DIGIT[None])[0], atol=1e-5)


@pytest.mark.parametrize("rows", [1, 10, 28])
def test_read_both_ways_each_half_has_read_so_many_rows(untrained, rows):
    classifier = untrained["bilstm"]
    layer = classifier.model.get_layer("bilstm")
    states, guesses = activations.row_by_row(classifier, DIGIT)
    top, bottom = (np.float32(part[None] / 255) for part in (DIGIT[:rows], DIGIT[28 - rows :]))
    np.testing.assert_allclose(states[rows - 1, :128], layer.forward_layer(top)[0], atol=1e-5)
    np.testing.assert_allclose(states[rows - 1, 128:], layer.backward_layer(bottom)[0], atol=1e-5)
    np.testing.assert_allclose(guesses[-1], classifier.predict(DIGIT[None])[0], atol=1e-5)
    assert [key for key, one in untrained.items() if activations.both_ways(one.model)] == ["bilstm"]


def test_the_layers_shown_of_each_network_are_its_own(untrained):
    for key, classifier in untrained.items():
        layers = activations.convolutions(classifier.model)
        if len(classifier.network.input_shape) == 3:
            assert len(layers) >= 3, key
            for values in activations.activations(classifier, DIGIT, tuple(layers)):
                assert values.ndim == 3 and values.dtype == np.float32, key
    assert [one.out[:6] for one in activations.sums(untrained["resnet_v2"].model)] == ["stage1", "stage2", "stage3"]


def test_looking_row_by_row_leaves_the_network_as_it_was(classifiers):
    rnn = classifiers["rnn"]
    activations.row_by_row(rnn, DIGIT)
    assert rnn.model.get_layer("rnn").output.shape == (None, 256) and not rnn.model.get_layer("rnn").return_sequences


def test_the_first_maps_of_the_cnn_are_its_filters_slid_over_the_digit(classifiers):
    cnn = classifiers["cnn"]
    kernel, bias = cnn.model.get_layer("conv_1").get_weights()
    (maps,) = activations.activations(cnn, DIGIT, ("conv_1",))
    picture = DIGIT / 255
    assert maps.shape == (26, 26, 64)
    for y, x in ((0, 0), (7, 12), (13, 9), (25, 25)):
        expected = np.maximum(0, np.einsum("yx,yxf->f", picture[y : y + 3, x : x + 3], kernel[:, :, 0]) + bias)
        np.testing.assert_allclose(maps[y, x], expected, atol=1e-5)


def test_the_hidden_layers_of_the_mlp_are_sums_and_no_less_than_zero(classifiers):
    mlp = classifiers["mlp"]
    assert activations.hidden(mlp.model) == ["relu_1", "relu_2"]
    values = DIGIT.reshape(-1) / 255
    for layer, found in zip(
        ("hidden_1", "hidden_2"), activations.activations(mlp, DIGIT, ("relu_1", "relu_2")), strict=True
    ):
        kernel, bias = mlp.model.get_layer(layer).get_weights()
        values = np.maximum(0, values @ kernel + bias)
        np.testing.assert_allclose(found, values, atol=1e-4)


def test_each_convolution_of_the_cnn_and_each_stage_of_the_resnet_is_shown(classifiers):
    assert activations.convolutions(classifiers["cnn"].model) == ["conv_1", "conv_2", "conv_3"]
    assert [name[:6] for name in activations.convolutions(classifiers["resnet"].model)] == [
        "stage1",
        "stage2",
        "stage3",
    ]


def test_what_comes_around_and_what_is_added_make_the_sum(classifiers):
    resnet = classifiers["resnet"]
    sums = activations.sums(resnet.model)
    assert [one.out for one in sums] == [f"stage{stage}_block3_add" for stage in (1, 2, 3)]
    for one in sums:
        assert one.around.endswith("block2_relu") and one.added.endswith("block3_b_norm")
        around, added, out = activations.activations(resnet, DIGIT, (one.around, one.added, one.out))
        np.testing.assert_allclose(around + added, out, atol=1e-4)
    assert activations.sums(classifiers["cnn"].model) == []


def test_a_layer_that_is_not_there_is_named(classifiers):
    with pytest.raises(ValueError, match="no_such_layer"):
        activations.activations(classifiers["mlp"], DIGIT, ("no_such_layer",))


@pytest.mark.parametrize(
    "look",
    [
        lambda one: activations.row_by_row(one, DIGIT[:5]),
        lambda one: activations.activations(one, DIGIT / 255, ("logits",)),
    ],
)
def test_what_is_no_digit_is_refused(classifiers, look):
    with pytest.raises(ValueError, match="expected digits as uint8"):
        look(classifiers["rnn"])


def test_every_network_is_one_of_the_kinds_that_can_be_shown():
    assert {len(network.input_shape) for network in NETWORKS.values()} <= {1, 2, 3}
