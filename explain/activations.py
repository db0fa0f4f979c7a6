"""What a network computes on the way to its prediction: the feature maps and states between its layers.

The values come from the network's LiteRT file; training.export uses the functions that take a Keras model to decide
which layers that file contains.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from recognition.exported_model import ANSWERS, STATES, ResidualAdd

if TYPE_CHECKING:
    import keras

    from recognition.classifier import Classifier


def activations(classifier: Classifier, digit: np.ndarray, layers: tuple[str, ...]) -> list[np.ndarray]:
    """The outputs of some layers for a digit, uint8 (28, 28): for each layer, float32 of its own shape.

    Raises ValueError for another shape or dtype, or for a layer that is not an output of the LiteRT file.
    """
    return [values[0] for values in classifier.outputs(digit[None], layers)]


def hidden(model: keras.Model) -> list[str]:
    """The activation layers between the dense layers of a multilayer perceptron in order; [] for other networks."""
    if len(model.input_shape) > 2:
        return []
    return [layer.name for layer in model.layers[:-1] if type(layer).__name__ == "Activation"]


def convolutions(model: keras.Model) -> list[str]:
    """The layers whose feature maps are shown: the last of each stage, or each convolution if there are no stages."""
    stages: dict[str, str] = {}
    for layer in model.layers:
        if stage := re.match(r"stage\d+", layer.name):
            stages[stage[0]] = layer.name
    return list(stages.values()) or [layer.name for layer in model.layers if type(layer).__name__ == "Conv2D"]


def sums(model: keras.Model) -> list[ResidualAdd]:
    """The last addition of each stage of a residual network; none for other networks."""
    last: dict[str, ResidualAdd] = {}
    order = {layer.name: place for place, layer in enumerate(model.layers)}
    for layer in model.layers:
        stage = re.match(r"stage\d+", layer.name)
        if type(layer).__name__ == "Add" and stage:
            ends = sorted((tensor._keras_history.operation.name for tensor in layer.input), key=order.__getitem__)
            around, added = ends
            last[stage[0]] = ResidualAdd(around, added, layer.name)
    return list(last.values())


def row_by_row(classifier: Classifier, digit: np.ndarray, calibrated: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """A recurrent network's state after each row of a digit, and its prediction if that row were the last.

    digit: uint8 (28, 28). Returns the states, float32 (28, units), and the probabilities, float32 (28, 10), calibrated
    or as the network's softmax gives them.
    In a bidirectional network, the first half of a state has read that many rows from the top, the second half as many
    from the bottom. The output layer was trained on the last state alone; earlier predictions only show a tendency.
    """
    states, answers = activations(classifier, digit, (STATES, ANSWERS))
    return states, classifier.calibrate(answers) if calibrated else answers


def both_ways(model: keras.Model) -> bool:
    """Whether a recurrent network is bidirectional."""
    return any(hasattr(layer, "backward_layer") for layer in model.layers)
