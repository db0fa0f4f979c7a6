"""Measures of uncertainty in a probability distribution, and of the distance between two."""

from __future__ import annotations

import numpy as np


def entropy(probabilities: np.ndarray) -> float:
    """Shannon entropy of probabilities, float (n,), in bits: 0 when one is certain, log2(n) when all are equal."""
    positive = probabilities[probabilities > 0].astype(np.float64)
    return float(-(positive * np.log2(positive)).sum()) + 0.0


def margin(probabilities: np.ndarray) -> float:
    """The difference between the two highest of some probabilities, float (n,): 0 to 1."""
    second, first = np.sort(probabilities)[-2:]
    return float(first - second)


def total_variation(first: np.ndarray, second: np.ndarray) -> float:
    """Total variation distance of two distributions, float (n,) each: 0 when they are the same, 1 when disjoint."""
    return float(np.abs(first.astype(np.float64) - second).sum() / 2)
