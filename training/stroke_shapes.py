"""Changes of the shape of one pen stroke, float (n, 2), in parts of the digit's size."""

from __future__ import annotations

import numpy as np

BENT = 0.35  # radians by which the direction of a stroke changes at most along its way


def bent(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The stroke rolled up or straightened a little, about the same middle."""
    steps = np.diff(stroke, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    way = np.cumsum(lengths) / max(lengths.sum(), 1e-9)
    angles = random.uniform(-BENT, BENT) * (way - 0.5) + random.uniform(-BENT, BENT) / 2 * np.sin(2 * np.pi * way)
    turned = (steps[:, 0] + 1j * steps[:, 1]) * np.exp(1j * angles)
    moved = np.concatenate([[0], np.cumsum(turned)])
    bent = np.stack([moved.real, moved.imag], -1)
    return bent + (stroke.mean(0) - bent.mean(0))


def rounded(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The stroke with its corners as bows: a moving average of its points."""
    reach = max(1, round(len(stroke) * random.uniform(0.03, 0.1)))
    padded = np.concatenate([np.repeat(stroke[:1], reach, 0), stroke, np.repeat(stroke[-1:], reach, 0)])
    sums = np.cumsum(np.concatenate([np.zeros((1, 2)), padded]), axis=0)
    window = 2 * reach + 1
    return (sums[window:] - sums[:-window]) / window


def beyond(stroke: np.ndarray, length: float, turn: float) -> np.ndarray:
    """The point at a distance from a stroke's end, in its last direction turned by an angle in radians."""
    direction = stroke[-1] - stroke[-max(2, len(stroke) // 8)]
    ahead = complex(*direction) * np.exp(1j * turn)
    ahead *= length / max(abs(ahead), 1e-9)
    return stroke[-1] + (ahead.real, ahead.imag)


def shortened(stroke: np.ndarray, share: float) -> np.ndarray:
    """The stroke without the last share of its length."""
    steps = np.diff(stroke, axis=0)
    way = np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))
    return stroke[: max(2, int(np.searchsorted(way, (1 - share) * way[-1])) + 1)]


def line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Points from one place to another, close enough to be bent."""
    return start + np.linspace(0, 1, 9)[:, None] * (end - start)
