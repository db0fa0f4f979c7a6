"""The description of a network: its architecture and the shape of its input.

Importing this module imports neither Keras nor TensorFlow; both are imported when a model is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digits import check_digits

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Network:
    """An architecture, with what the page and the training need to know about it.

    key: its name in files, commands and weights, such as "mlp".
    title: its short name on the page, such as "MLP".
    source: where the architecture is described.
    idea: what it does with a digit, in some words that follow its title, such as "reads row by row".
    input_shape: shape of one input, without the batch axis.
    build: returns a new, untrained Keras model that maps (n, *input_shape) to (n, 10) probabilities.
        Takes dropout= where the architecture has any.
    book_accuracy: MNIST test accuracy in percent printed in the book, or None.
    """

    key: str
    title: str
    source: str
    idea: str
    input_shape: tuple[int, ...]
    build: Callable[..., keras.Model]
    book_accuracy: float | None = None

    def inputs(self, digits: np.ndarray) -> np.ndarray:
        """Reshape and scale digits to the input of this network.

        digits: uint8 (n, 28, 28), white ink (255) on black (0).
        Returns float32 (n, *input_shape) from 0 to 1.
        Raises ValueError for any other shape or dtype.
        """
        return check_digits(digits).reshape(-1, *self.input_shape).astype(np.float32) / 255
