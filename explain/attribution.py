"""How important each part of the ink is to an answer, measured in the same two ways for every network.

Both speak of the log-odds of the answer, ln(p / (1 - p)): a confidence of 99.99 % hides changes that its log-odds show.
Sources: M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2013 (covering);
K. Simonyan et al., Deep Inside Convolutional Networks, 2013 (gradients).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from digits import SIDE, check_digits

if TYPE_CHECKING:
    from recognition.classifier import Classifier

PATCH = 4  # pixels on each side of the black square that covers the digit
STEP = 2  # pixels from one place of it to the next
SMALLEST = 1e-30  # probabilities below this count as this, so that log-odds stay finite


def log_odds(probabilities: np.ndarray, answer: int) -> np.ndarray:
    """Log-odds of one digit: probabilities float32 (n, 10) to float64 (n,)."""
    probabilities = probabilities.astype(np.float64)
    others = np.delete(probabilities, answer, axis=1).sum(axis=1)
    return np.log(np.maximum(probabilities[:, answer], SMALLEST)) - np.log(np.maximum(others, SMALLEST))


def occlusion(classifier: Classifier, digit: np.ndarray, answer: int) -> np.ndarray:
    """How much the log-odds of an answer fall where the ink is covered.

    digit: uint8 (28, 28); answer: 0 to 9. A black square of 4 by 4 pixels covers each place in turn, two pixels apart.
    Returns float32 (28, 28): for each pixel the mean over the squares that cover it; below 0 where they rise instead,
    0 where no square covers ink. Raises ValueError for another shape or dtype.
    """
    check_digits(digit[None])
    places = [(y, x) for y in range(0, SIDE - PATCH + 1, STEP) for x in range(0, SIDE - PATCH + 1, STEP)]
    squares = np.zeros((len(places), SIDE, SIDE), bool)
    for square, (y, x) in zip(squares, places, strict=True):
        square[y : y + PATCH, x : x + PATCH] = True
    squares_on_ink = squares[(squares & (digit > 0)).any(axis=(1, 2))]
    digits = np.concatenate([digit[None], np.where(squares_on_ink, 0, digit).astype(np.uint8)])
    odds = log_odds(classifier.predict(digits), answer)
    total = ((odds[0] - odds[1:, None, None]) * squares_on_ink).sum(axis=0)
    return (total / np.maximum(squares.sum(axis=0), 1)).astype(np.float32)


def gradient(classifier: Classifier, digit: np.ndarray, answer: int) -> np.ndarray:
    """How much the log-odds of an answer would grow with each pixel's ink, for a pixel from 0 to 1.

    digit: uint8 (28, 28); answer: 0 to 9. Returns float32 (28, 28). Raises ValueError for another shape or dtype.
    """
    inputs = classifier.network.inputs(check_digits(digit[None]))
    graph = classifier.cached("gradient", lambda: _gradient_of(classifier))
    return np.asarray(graph(inputs, np.int32(answer))).reshape(SIDE, SIDE)


def _gradient_of(classifier: Classifier) -> Callable[[np.ndarray, np.int32], Any]:
    import keras
    import tensorflow as tf

    model = keras.Model(classifier.model.input, classifier.model.get_layer("logits").output)

    @tf.function(
        input_signature=[tf.TensorSpec(classifier.model.input_shape, tf.float32), tf.TensorSpec((), tf.int32)],
    )
    def graph(inputs: tf.Tensor, answer: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            logits = model(inputs, training=False) / classifier.card.temperature
            chosen = tf.one_hot(answer, logits.shape[-1], dtype=tf.bool, on_value=True, off_value=False)
            others = tf.reduce_logsumexp(tf.where(chosen, -1e9, logits), axis=-1)
            odds = tf.gather(logits, answer, axis=-1) - others
        return tape.gradient(odds, inputs)

    return graph
