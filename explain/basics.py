"""The basic calculations of chapter 1, to experiment with: activations, softmax, gradient descent, convolution.

Source: R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, table 1.3.1, figures 1.3.7 and
1.3.8, figures 1.4.2 to 1.4.4. NumPy alone, so that each is a few readable lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ALPHA, LAMBDA = 1.6732632423543772, 1.0507009873554805  # of SELU; G. Klambauer et al., 2017

# Each maps float (n,) to float (n,).
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ReLU": lambda x: np.maximum(0, x),
    "softplus": lambda x: np.logaddexp(0, x),
    "ELU": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "SELU": lambda x: LAMBDA * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0))),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "linear": lambda x: x,
}
FORMULAS = {
    "ReLU": "max(0, x)",
    "softplus": "ln(1 + eˣ)",
    "ELU": "x, or eˣ − 1 below 0",
    "SELU": "1.0507 × (x, or 1.6733 × (eˣ − 1) below 0)",
    "sigmoid": "1 / (1 + e⁻ˣ)",
    "tanh": "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
    "linear": "x",
}
FILTERS = {
    "upright edges": np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
    "level edges": np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
    "outlines": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "blur": np.full((3, 3), 1 / 9),
    "nothing": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
}


@dataclass(frozen=True)
class Curve:
    """A loss with one parameter: the loss and its slope, float (n,) to float (n,), and the range to plot."""

    loss: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    low: float
    high: float


CURVES = {
    "one minimum": Curve(lambda x: 0.5 * x**2, lambda x: 1.0 * x, -4.0, 4.0),
    "two minima": Curve(
        lambda x: 0.05 * x**4 - 0.6 * x**2 + 0.3 * x + 2.2, lambda x: 0.2 * x**3 - 1.2 * x + 0.3, -4.0, 4.0
    ),
}


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities float (n,) of logits float (n,); a higher temperature makes them more equal."""
    powers = np.exp((logits - np.max(logits)) / temperature)
    return powers / powers.sum()


def descend(curve: Curve, start: float, rate: float, steps: int) -> np.ndarray:
    """The parameter before each step of gradient descent and after the last, float (k,), k at most steps + 1.

    It ends early when it has diverged far beyond the plotted range.
    """
    path = [float(start)]
    while len(path) <= steps and abs(path[-1]) < 10 * max(abs(curve.low), abs(curve.high)):
        path.append(path[-1] - rate * float(curve.slope(np.array(path[-1]))))
    return np.array(path)


def convolve(picture: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a filter, float (k, k), over a picture, float (h, w), without padding: float (h-k+1, w-k+1).

    As in neural networks, the filter is not flipped; mathematicians call this a cross-correlation.
    """
    windows = np.lib.stride_tricks.sliding_window_view(picture, kernel.shape)
    return np.einsum("yxij,ij->yx", windows, kernel)


def max_pool(picture: np.ndarray, size: int = 2) -> np.ndarray:
    """The largest value of each square of size by size, float (h // size, w // size); incomplete ones are dropped."""
    height, width = (extent // size for extent in picture.shape)
    squares = picture[: height * size, : width * size].reshape(height, size, width, size)
    return squares.max(axis=(1, 3))
