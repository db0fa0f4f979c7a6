"""Looks into a network while it learns: probabilities, an early layer's activations, the last hidden layer, weights."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from digits import SIDE
from models.network import Network

MAX_UNITS = 24  # of the first layer whose weights are shown
RECURRENT_INPUTS, RECURRENT_UNITS = SIDE, 2 * SIDE  # part of a recurrent layer's matrix that is shown
MAX_MAPS, POOLED = 12, 2  # feature maps that are shown, and how many of their pixels become one
STATE_COLUMNS = 16  # of a recurrent layer's state, shown as a picture
FULL = 127  # the largest activation or coordinate
BRIGHTEST = 0.995  # quantile of the activations that is shown as FULL
SPREAD = 2.3  # standard deviations from the centre of the map to its edge


@dataclass(frozen=True, eq=False)
class Look:
    """The outputs of a network for n digits.

    probabilities: float32 (n, 10). activations: int8 (n, maps, h, w), see learning.job.Snapshot. features: float32
    (n, d), the values of the last hidden layer.
    """

    probabilities: np.ndarray
    activations: np.ndarray
    features: np.ndarray


class Probe:
    """Looks into a network at some digits, uint8 (n, 28, 28), again and again."""

    def __init__(self, network: Network, digits: np.ndarray):
        self.inputs = network.inputs(digits)
        self._of: keras.Model | None = None  # the model that is looked into
        self._looking: keras.Model | None = None

    def look(self, model: keras.Model) -> Look:
        """Return what the model makes of the digits."""
        if self._of is not model or self._looking is None:
            self._of = model
            outputs = [model.output, _early(model), model.get_layer("logits").input]
            self._looking = keras.Model(model.inputs, outputs)
        probabilities, early, features = self._looking.predict_on_batch(self.inputs)
        return Look(probabilities, _pictures(early), features.reshape(len(features), -1))


def positions(features: np.ndarray, before: np.ndarray | None) -> np.ndarray:
    """Return the place of each digit on a map, int8 (n, 2): the two directions in which the features differ most.

    before: the places a moment ago; the map is turned and mirrored so that it differs least from them.
    """
    centred = features - features.mean(0)
    left, sizes, _ = np.linalg.svd(centred @ centred.T if len(centred) < centred.shape[1] else centred, False)
    scale = np.sqrt(sizes) if len(centred) < centred.shape[1] else sizes
    places = np.zeros((len(features), 2), np.float32)
    places[:, : min(2, left.shape[1])] = (left * scale)[:, :2]
    if before is not None:
        turn, _, mirror = np.linalg.svd(places.T @ before.astype(np.float32))
        places = places @ turn @ mirror
    spread = max(float(np.sqrt((places**2).mean())), 1e-9)
    return np.rint(np.clip(places / (SPREAD * spread), -1, 1) * FULL).astype(np.int8)


def first_layer(model: keras.Model) -> np.ndarray:
    """Return pictures of the first layer's weights, float32 (n, h, w): of some units, or of the matrix of an RNN."""
    kernel = np.asarray(next(layer for layer in model.layers if layer.weights).get_weights()[0], np.float32)
    if kernel.ndim == 4:
        return kernel.mean(2).transpose(2, 0, 1)[:MAX_UNITS]
    if len(kernel) == SIDE * SIDE:
        return kernel.T[:MAX_UNITS].reshape(-1, SIDE, SIDE)
    return kernel[None, :RECURRENT_INPUTS, :RECURRENT_UNITS]  # pixels of a row downwards, units to the right


def _early(model: keras.Model) -> keras.KerasTensor:
    """The output of the first layer with weights, after its activation function."""
    at = next(i for i, layer in enumerate(model.layers) if layer.weights)
    if (
        type(model.layers[at]).__name__ in ("Dense", "Conv2D")
        and model.layers[at].activation is keras.activations.linear
    ):
        at = next(i for i in range(at, len(model.layers)) if type(model.layers[i]).__name__ == "Activation")
    return model.layers[at].output


def _pictures(early: np.ndarray) -> np.ndarray:
    """Some of the maps, the units of which the weights are shown, or the whole state of a recurrent layer, as int8."""
    scale = max(float(np.quantile(np.abs(early), BRIGHTEST)), 1e-9)
    if early.ndim == 4:
        n, height, width, _ = early.shape
        height, width = height // POOLED, width // POOLED
        part = early[:, : height * POOLED, : width * POOLED, :MAX_MAPS]
        pooled = part.reshape(n, height, POOLED, width, POOLED, -1).max((2, 4))
        shown = pooled.transpose(0, 3, 1, 2)
    elif early.min() < 0:  # a state
        rows = -(-early.shape[1] // STATE_COLUMNS)
        shown = np.pad(early, ((0, 0), (0, rows * STATE_COLUMNS - early.shape[1])))
        shown = shown.reshape(len(early), 1, rows, STATE_COLUMNS)
    else:
        shown = early[:, :MAX_UNITS, None, None]
    return np.rint(np.clip(shown / scale, -1, 1) * FULL).astype(np.int8)
