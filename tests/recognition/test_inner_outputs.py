"""The inner outputs of exported networks agree with slow, explicit computations."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from recognition.exported_model import ROW_PROBABILITIES, STATES
from tests.drawings import placed

DIGIT = from_canvas(draw_strokes(placed(5), 18, 280, 280))


def inner(classifier, names) -> list[np.ndarray]:
    return [output[0] for output in classifier.outputs(DIGIT[None], names)]


def row_by_row(classifier) -> tuple[np.ndarray, np.ndarray]:
    """The state after each row, and the calibrated prediction from it."""
    states, probabilities = inner(classifier, (STATES, ROW_PROBABILITIES))
    return states, classifier.calibrate(probabilities)


@pytest.mark.parametrize("key", ["rnn", "lstm", "gru"])
def test_each_state_is_the_one_after_that_many_rows(classifiers, key):
    classifier = classifiers[key]
    layer = next(layer for layer in classifier.model.layers if hasattr(layer, "return_sequences"))
    states, guesses = row_by_row(classifier)
    for rows in (1, 10, 28):
        np.testing.assert_allclose(states[rows - 1], layer(DIGIT[None, :rows] / np.float32(255))[0], atol=1e-4)
    head, offset = classifier.model.get_layer("logits").get_weights()
    powers = np.exp((states @ head + offset) / classifier.card.temperature)
    np.testing.assert_allclose(guesses, powers / powers.sum(1, keepdims=True), atol=1e-4)
    np.testing.assert_allclose(guesses[-1], classifier.predict(DIGIT[None])[0], atol=1e-5)


def test_each_half_of_a_bidirectional_state_has_read_that_many_rows(classifiers):
    layer = classifiers["bilstm"].model.get_layer("bilstm")
    states, guesses = row_by_row(classifiers["bilstm"])
    for rows in (1, 10, 28):
        top, bottom = (np.float32(part[None] / 255) for part in (DIGIT[:rows], DIGIT[28 - rows :]))
        np.testing.assert_allclose(states[rows - 1, :128], layer.forward_layer(top)[0], atol=1e-4)
        np.testing.assert_allclose(states[rows - 1, 128:], layer.backward_layer(bottom)[0], atol=1e-4)
    np.testing.assert_allclose(guesses[-1], classifiers["bilstm"].predict(DIGIT[None])[0], atol=1e-5)


def test_the_first_feature_maps_of_the_cnn_match_an_explicit_convolution(classifiers):
    kernel, bias = classifiers["cnn"].model.get_layer("conv_1").get_weights()
    (maps,) = inner(classifiers["cnn"], ("conv_1",))
    picture = DIGIT / 255
    assert maps.shape == (26, 26, 64) and maps.dtype == np.float32
    for y, x in ((0, 0), (7, 12), (13, 9), (25, 25)):
        expected = np.maximum(0, np.einsum("yx,yxf->f", picture[y : y + 3, x : x + 3], kernel[:, :, 0]) + bias)
        np.testing.assert_allclose(maps[y, x], expected, atol=1e-5)


def test_the_hidden_layers_of_the_mlp_match_matrix_products_with_relu(classifiers):
    mlp = classifiers["mlp"]
    values = DIGIT.reshape(-1) / 255
    shown = inner(mlp, tuple(mlp.architecture.hidden))
    for layer, actual in zip(("hidden_1", "hidden_2"), shown, strict=True):
        kernel, bias = mlp.model.get_layer(layer).get_weights()
        values = np.maximum(0, values @ kernel + bias)
        np.testing.assert_allclose(actual, values, atol=1e-4)


@pytest.mark.parametrize("key", ["resnet", "resnet_v2"])
def test_the_shortcut_and_the_branch_add_up_to_the_output(classifiers, key):
    for add in classifiers[key].architecture.residual_adds:
        shortcut, branch, output = inner(classifiers[key], (add.shortcut, add.branch, add.output))
        np.testing.assert_allclose(shortcut + branch, output, atol=1e-4)


def test_an_unknown_layer_and_what_is_no_digit_are_refused(classifiers):
    with pytest.raises(ValueError, match="no output 'no_such_layer'; known: "):
        inner(classifiers["mlp"], ("no_such_layer",))
    with pytest.raises(ValueError, match="expected digits as uint8"):
        classifiers["rnn"].outputs(DIGIT[None, :5], (STATES,))
