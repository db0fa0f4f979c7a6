"""What a network is: an architecture, the input it likes, and the way to its trained weights.

The module is cheap to import: Keras and TensorFlow come in only when a model is built or loaded,
so that the page can offer its canvas first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

    from models.classifier import Classifier

SIDE = 28  # pixels on each side of a digit, as in MNIST
CLASSES = 10  # the digits 0 to 9
RECIPES = ("drawn", "book")  # the ways to train each network, a folder of weights each; the page begins with the first


@dataclass(frozen=True)
class Network:
    """One architecture, and all that the page and the training need to know of it.

    key: file name, command-line word and name of the weights, such as "mlp".
    title: the short name people say, such as "MLP".
    source: where the architecture is described.
    input_shape: shape of one input, without the batch axis.
    build: returns a new, untrained Keras model that maps (n, *input_shape) to (n, 10) probabilities.
    book_accuracy: MNIST test accuracy in percent that the book prints for it, or None.
    """

    key: str
    title: str
    source: str
    input_shape: tuple[int, ...]
    build: Callable[[], keras.Model]
    book_accuracy: float | None = None

    def inputs(self, digits: np.ndarray) -> np.ndarray:
        """Shapes digits the way this network eats them.

        digits: uint8 (n, 28, 28), white ink (255) on black (0).
        Returns float32 (n, *input_shape) from 0 to 1.
        Raises ValueError for any other shape or dtype.
        """
        return check_digits(digits).reshape(-1, *self.input_shape).astype(np.float32) / 255

    def load(self, recipe: str) -> Classifier:
        """Loads the weights trained by a recipe ("book" or "drawn"), after checking them against their card.

        Raises ValueError for an unknown recipe, models.weights.WeightsError for a missing or altered file.
        """
        from models.classifier import Classifier

        return Classifier.load(self, recipe)


def check_digits(digits: np.ndarray) -> np.ndarray:
    """Returns digits as they came if they are uint8 (n, 28, 28); raises ValueError if not."""
    digits = np.asarray(digits)
    if digits.dtype != np.uint8 or digits.shape[1:] != (SIDE, SIDE) or digits.ndim != 3:
        raise ValueError(
            f"expected digits as uint8 (n, {SIDE}, {SIDE}), got {digits.dtype} {digits.shape}; "
            "models.digit.from_canvas makes one from a drawing"
        )
    return digits


def check_recipe(recipe: str) -> str:
    """Returns the recipe if it is known; raises ValueError naming the known ones if not."""
    if recipe not in RECIPES:
        raise ValueError(f"unknown recipe {recipe!r}; known: {', '.join(RECIPES)}")
    return recipe
