"""The description of a network: its architecture and the shape of its input.

Importing this module imports neither Keras nor TensorFlow; both are imported when a model is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from digits import check_digits

if TYPE_CHECKING:
    import keras

Inputs: TypeAlias = "np.ndarray | list[np.ndarray]"  # of a network; a list where it has several


@dataclass(frozen=True)
class Network:
    """An architecture, with what the page and the training need to know about it.

    key: its name in files, commands and weights, such as "mlp".
    title: its short name on the page, such as "MLP".
    source: where the architecture is described.
    idea: what it does with a digit, in some words that follow its title, such as "reads row by row".
    input_shape: shape of an input, without the batch axis.
    build: returns a new, untrained Keras model that maps (n, *input_shape) to (n, 10) probabilities.
        Takes dropout= where the architecture has any.
    book_accuracy: MNIST test accuracy in percent printed in the book, or None.
    input_count: of inputs, each of which is given the same digit.
    """

    key: str
    title: str
    source: str
    idea: str
    input_shape: tuple[int, ...]
    build: Callable[..., keras.Model]
    book_accuracy: float | None = None
    input_count: int = 1

    def inputs(self, digits: np.ndarray) -> Inputs:
        """Reshape and scale digits to the input of this network.

        digits: uint8 (n, 28, 28), white ink (255) on black (0).
        Returns float32 (n, *input_shape) from 0 to 1; a list of it, once for each input, where there are several.
        Raises ValueError for any other shape or dtype.
        """
        scaled = check_digits(digits).reshape(-1, *self.input_shape).astype(np.float32) / 255
        return scaled if self.input_count == 1 else [scaled] * self.input_count
