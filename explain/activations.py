"""What a network computes on the way to its answer: the maps and states between its layers.

Keras is imported only when something is computed; the classifier that is asked has done it before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digits import check_digits

if TYPE_CHECKING:
    import keras

    from recognition.classifier import Classifier


@dataclass(frozen=True)
class Sum:
    """A place where a residual network adds: layer names of the way around, of what is added, and of what comes out."""

    around: str
    added: str
    out: str


def activations(classifier: Classifier, digit: np.ndarray, layers: tuple[str, ...]) -> list[np.ndarray]:
    """What some layers give out for a digit, uint8 (28, 28): for each float32 of the layer's own shape.

    Raises ValueError for another shape or dtype, or for a layer that the network does not have.
    """
    import keras

    from recognition.classifier import compiled

    def build() -> Callable[[list[np.ndarray]], list]:
        model = classifier.model
        return compiled([keras.Model(model.input, [model.get_layer(name).output for name in layers])])

    inputs = classifier.network.inputs(check_digits(digit[None]))
    (found,) = classifier.cached(("activations", layers), build)([inputs])
    return [np.asarray(maps)[0] for maps in (found if isinstance(found, list | tuple) else [found])]


def hidden(model: keras.Model) -> list[str]:
    """The activation layers between the dense layers of a multilayer perceptron, first to last."""
    return [layer.name for layer in model.layers[:-1] if type(layer).__name__ == "Activation"]


def convolutions(model: keras.Model) -> list[str]:
    """The layers whose maps tell the story: the last of each stage where there are stages, or else each convolution."""
    stages: dict[str, str] = {}
    for layer in model.layers:
        if stage := re.match(r"stage\d+", layer.name):
            stages[stage[0]] = layer.name
    return list(stages.values()) or [layer.name for layer in model.layers if type(layer).__name__ == "Conv2D"]


def sums(model: keras.Model) -> list[Sum]:
    """The last addition of each stage of a residual network; none for other networks."""
    found: dict[str, Sum] = {}
    order = {layer.name: place for place, layer in enumerate(model.layers)}
    for layer in model.layers:
        stage = re.match(r"stage\d+", layer.name)
        if type(layer).__name__ == "Add" and stage:
            ends = sorted((tensor._keras_history.operation.name for tensor in layer.input), key=order.__getitem__)
            around, added = ends
            found[stage[0]] = Sum(around, added, layer.name)
    return list(found.values())


def row_by_row(classifier: Classifier, digit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A recurrent network's state after each row of a digit, and what it would answer if that were the last row.

    digit: uint8 (28, 28). Returns the states, float32 (28, units), and calibrated probabilities, float32 (28, 10).
    Where the network reads both ways, the first half of a state has read so many rows from the top, the second half as
    many from the bottom. The head was trained on the last state alone: earlier answers show where it heads, no more.
    """
    from recognition.classifier import compiled

    inputs = classifier.network.inputs(check_digits(digit[None]))
    graph = classifier.cached("row by row", lambda: compiled([_unrolled(classifier.model)]))
    states, answers = (np.asarray(values)[0] for values in graph([inputs])[0])
    return states, classifier.calibrate(answers)


def both_ways(model: keras.Model) -> bool:
    """Whether a recurrent network reads the rows from the bottom too."""
    return any(hasattr(layer, "backward_layer") for layer in model.layers)


def _unrolled(model: keras.Model) -> keras.Model:
    """A copy of a recurrent network that gives out each state and each state's answer; the model stays untouched."""
    import keras

    x = inputs = keras.Input(model.input_shape[1:])
    for layer in model.layers[1:]:
        if hasattr(layer, "backward_layer"):  # each half in the order in which it reads
            ways = (layer.forward_layer, layer.backward_layer)
            x = states = keras.layers.Concatenate()([_copied(way, x, return_sequences=True) for way in ways])
        elif hasattr(layer, "return_sequences"):
            x = states = _copied(layer, x, return_sequences=True)
        else:
            x = _copied(layer, x)
    return keras.Model(inputs, [states, x])


def _copied(layer: keras.layers.Layer, x: keras.KerasTensor, **changes: Any) -> keras.KerasTensor:
    """What another layer with the same weights and some other settings makes of x."""
    copy = type(layer).from_config(layer.get_config() | changes)
    out = copy(x)
    copy.set_weights(layer.get_weights())
    return out
