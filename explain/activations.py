"""The feature maps and states between a network's layers, for one digit, from its LiteRT file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognition.exported_model import ROW_PROBABILITIES, STATES

if TYPE_CHECKING:
    from recognition.classifier import Classifier


def activations(classifier: Classifier, digit: np.ndarray, layers: tuple[str, ...]) -> list[np.ndarray]:
    """The outputs of some layers for a digit, uint8 (28, 28): for each layer, float32 of its own shape.

    Raises ValueError for another shape or dtype, or for a layer that is not an output of the LiteRT file.
    """
    return [values[0] for values in classifier.outputs(digit[None], layers)]


def row_by_row(classifier: Classifier, digit: np.ndarray, calibrated: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """A recurrent network's state after each row of a digit, and its prediction if that row were the last.

    digit: uint8 (28, 28). Returns the states, float32 (28, units), and the probabilities, float32 (28, 10), calibrated
    or as the network's softmax gives them.
    In a bidirectional network, the first half of a state has read that many rows from the top, the second half as many
    from the bottom. The output layer was trained on the last state alone; earlier predictions only show a tendency.
    """
    states, probabilities = activations(classifier, digit, (STATES, ROW_PROBABILITIES))
    return states, classifier.calibrate(probabilities) if calibrated else probabilities
