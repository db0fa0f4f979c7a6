"""The importance of each part of the ink to a prediction, measured in the same two ways for every network.

Both use the log-odds of the predicted digit, ln(p / (1 - p)), which show changes that a confidence of 99.99 % hides.
Sources: M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2013 (occlusion);
K. Simonyan et al., Deep Inside Convolutional Networks, 2013 (gradients).
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from digits import SIDE, check_digits

if TYPE_CHECKING:
    from recognition.classifier import Classifier

PATCH = 4  # pixels on each side of the black square that covers the digit
STEP = 2  # pixels from one position of the square to the next
MIN_PROBABILITY = 1e-30  # smaller ones are raised to this, so that log-odds stay finite

_graphs: WeakKeyDictionary[Classifier, Callable[[np.ndarray, np.int32], Any]] = WeakKeyDictionary()
_tracing = threading.Lock()


def log_odds(probabilities: np.ndarray, label: int) -> np.ndarray:
    """Log-odds of one digit: probabilities float32 (n, 10) to float64 (n,)."""
    probabilities = probabilities.astype(np.float64)
    others = np.delete(probabilities, label, axis=1).sum(axis=1)
    return np.log(np.maximum(probabilities[:, label], MIN_PROBABILITY)) - np.log(np.maximum(others, MIN_PROBABILITY))


def occlusion(classifier: Classifier, digit: np.ndarray, label: int) -> np.ndarray:
    """The fall of a label's log-odds when parts of the ink are covered.

    digit: uint8 (28, 28); label: 0 to 9. A black square of 4 by 4 pixels covers one position after another.
    Returns float32 (28, 28): for each pixel the mean over the squares that cover it; below 0 where the log-odds rise, 0
    where no square covers ink. Raises ValueError for another shape or dtype.
    """
    check_digits(digit[None])
    places = [(y, x) for y in range(0, SIDE - PATCH + 1, STEP) for x in range(0, SIDE - PATCH + 1, STEP)]
    squares = np.zeros((len(places), SIDE, SIDE), bool)
    for square, (y, x) in zip(squares, places, strict=True):
        square[y : y + PATCH, x : x + PATCH] = True
    squares_on_ink = squares[(squares & (digit > 0)).any(axis=(1, 2))]
    digits = np.concatenate([digit[None], np.where(squares_on_ink, 0, digit).astype(np.uint8)])
    odds = log_odds(classifier.predict(digits), label)
    total = ((odds[0] - odds[1:, None, None]) * squares_on_ink).sum(axis=0)
    return (total / np.maximum(squares.sum(axis=0), 1)).astype(np.float32)


def gradient(classifier: Classifier, digit: np.ndarray, label: int) -> np.ndarray:
    """The gradient of a label's log-odds with respect to each pixel's ink, on a scale from 0 to 1.

    Where a network has several inputs, the sum over them, as all of them are given the same pixels.
    digit: uint8 (28, 28); label: 0 to 9. Returns float32 (28, 28). The first call in a process imports TensorFlow.
    Raises ValueError for another shape or dtype, recognition.TensorFlowMissing if TensorFlow is not installed.
    """
    inputs = classifier.network.inputs(check_digits(digit[None]))
    pictures = inputs[0] if isinstance(inputs, list) else inputs
    with _tracing:  # a second for each network; other threads wait for it
        if classifier not in _graphs:
            with _kept_from_garbage_collection():
                _graphs[classifier] = _gradient_graph(classifier)
    return np.asarray(_graphs[classifier](pictures, np.int32(label))).reshape(SIDE, SIDE)


def tensorflow_is_imported() -> bool:
    """True if the next gradient is spared TensorFlow's import, which takes seconds."""
    return "tensorflow" in sys.modules


def _gradient_graph(classifier: Classifier) -> Callable[[np.ndarray, np.int32], Any]:
    _keep_keras_session()
    model, temperature = classifier.model, classifier.card.temperature
    import keras
    import tensorflow as tf

    head = keras.Model(model.input, model.get_layer("logits").output)

    @tf.function(
        input_signature=[tf.TensorSpec(model.inputs[0].shape, tf.float32), tf.TensorSpec((), tf.int32)],
    )
    def graph(pictures: tf.Tensor, label: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            every_input = [pictures] * len(model.inputs)
            logits = head(every_input if len(every_input) > 1 else pictures, training=False) / temperature
            chosen = tf.one_hot(label, logits.shape[-1], dtype=tf.bool, on_value=True, off_value=False)
            others = tf.reduce_logsumexp(tf.where(chosen, -1e9, logits), axis=-1)
            odds = tf.gather(logits, label, axis=-1) - others
        return tape.gradient(odds, pictures)

    return graph


def _keep_keras_session() -> None:
    """Keep Streamlit from clearing Keras's session after each run of the script, for all visitors at once.

    It would drop TensorFlow's compiled kernels, which cost the next gradient 250 ms, and the state of a model that
    another visitor is loading.
    """
    with suppress(ImportError):  # Classifier.model raises the error that explains it
        import keras

        keras.backend.clear_session = lambda free_memory=True: None


@contextmanager
def _kept_from_garbage_collection() -> Iterator[None]:
    """Exclude what TensorFlow's import allocates, and everything before it, from Python's garbage collection.

    A full collection that walks through TensorFlow's 370,000 objects stops all visitors for 400 ms, and its import
    would trigger many of them. Nothing to do once it is imported.
    """
    if tensorflow_is_imported():
        yield
        return
    gc.disable()
    try:
        yield
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()
