"""What a network is: an architecture and the shape of its input.

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
    """One architecture, with what the page and the training need to know about it.

    key: file name, command-line word and name of the weights, such as "mlp".
    title: the short name that people say, such as "MLP".
    source: where the architecture is described.
    input_shape: shape of one input, without the batch axis.
    build: returns a new, untrained Keras model that maps (n, *input_shape) to (n, 10) probabilities; takes dropout=.
    book_accuracy: MNIST test accuracy in percent that the book prints for it, or None.
    """

    key: str
    title: str
    source: str
    input_shape: tuple[int, ...]
    build: Callable[..., keras.Model]
    book_accuracy: float | None = None

    def inputs(self, digits: np.ndarray) -> np.ndarray:
        """Shapes digits as this network takes them.

        digits: uint8 (n, 28, 28), white ink (255) on black (0).
        Returns float32 (n, *input_shape) from 0 to 1.
        Raises ValueError for any other shape or dtype.
        """
        return check_digits(digits).reshape(-1, *self.input_shape).astype(np.float32) / 255
