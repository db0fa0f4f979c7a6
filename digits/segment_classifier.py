"""A small network that tells whether a part of a drawing is one whole digit; NumPy alone runs it, in 0.1 milliseconds.

digits.numbers asks it which parts belong together. It reads the part as a digit of 28x28 pixels and three measures of
its place among the others: two convolutions, a hidden layer, eleven outputs, of which the last is "no whole digit".
python -m training.segments trains it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).parent / "segment_classifier.npz"
NOT_WHOLE = 10  # the class of pieces of a digit, of several digits together, and of anything else
MEASURES = 3  # of a part's place: height, top and width, as shares of the whole drawing's height


def log_probabilities(digits: np.ndarray, measures: np.ndarray) -> np.ndarray:
    """How probable each class is for each part.

    digits: uint8 (n, 28, 28). measures: float (n, 3). Returns float32 (n, 11), natural logarithms.
    """
    weights = _weights()
    values = digits[..., None].astype(np.float32) / 255
    for layer in ("first", "second"):
        values = np.maximum(_convolved(values, weights[f"{layer}_kernel"]) + weights[f"{layer}_bias"], 0)
    flat = np.concatenate([values.reshape(len(digits), -1), measures.astype(np.float32)], axis=1)
    hidden = np.maximum(flat @ weights["hidden_kernel"] + weights["hidden_bias"], 0)
    scores = hidden @ weights["output_kernel"] + weights["output_bias"]
    scores -= scores.max(1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


def whole(digits: np.ndarray, measures: np.ndarray) -> np.ndarray:
    """How probable it is that each part is one whole digit: float32 (n,), natural logarithms."""
    return np.logaddexp.reduce(log_probabilities(digits, measures)[:, :NOT_WHOLE], axis=1)


@cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(WEIGHTS, allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}


def _convolved(values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A convolution with stride 2 and no padding: (n, h, w, c) and (k, k, c, filters)."""
    side = kernel.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(values, (side, side), axis=(1, 2))[:, ::2, ::2]
    flat = windows.transpose(0, 1, 2, 4, 5, 3).reshape(*windows.shape[:3], -1)
    return flat @ kernel.reshape(-1, kernel.shape[-1])
