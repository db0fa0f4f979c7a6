"""How certain a probability distribution is, and how far apart two of them are."""

from __future__ import annotations

import numpy as np


def entropy(shares: np.ndarray) -> float:
    """Shannon's entropy of probabilities float (n,), in bits: 0 when one is certain, log2(n) when all are alike."""
    shares = shares[shares > 0].astype(np.float64)
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def margin(shares: np.ndarray) -> float:
    """How far the most probable digit, of float (n,), is ahead of the next, 0 to 1."""
    second, first = np.sort(shares)[-2:]
    return float(first - second)


def total_variation(first: np.ndarray, second: np.ndarray) -> float:
    """Total variation distance of two distributions, float (n,) each: 0 when they are the same, 1 when disjoint."""
    return float(np.abs(first.astype(np.float64) - second).sum() / 2)
