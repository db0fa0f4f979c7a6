"""Calibration: a temperature for each network and recipe, and the reliability of the calibrated confidence.

Source: C. Guo et al., On Calibration of Modern Neural Networks, 2017.
"""

from __future__ import annotations

import numpy as np

TEMPERATURES = np.geomspace(0.25, 8, 501)  # tried in this order; 1 leaves the softmax as it is
BINS = 15  # of confidence, as in the paper


def fit_temperature(raw: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The temperature that maximizes the likelihood of the labels.

    raw: a softmax, float32 (n, 10); labels: uint8 (n,); weights: of the digits, float (n,); equal by default.
    """
    logits = np.log(np.maximum(raw.astype(np.float64), 1e-30))
    losses = [
        np.average(_negative_log_likelihood(logits / temperature, labels), weights=weights)
        for temperature in TEMPERATURES
    ]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def reliability(probabilities: np.ndarray, labels: np.ndarray) -> list[list[float]]:
    """For each of 15 bins of confidence: the number of digits, the sum of their confidences, the number correct.

    probabilities: float32 (n, 10); labels: uint8 (n,). See recognition.card.Score.
    """
    confidence, is_correct = probabilities.max(axis=1).astype(float), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    columns = [np.bincount(bins, weights=weights, minlength=BINS) for weights in (None, confidence, is_correct)]
    return [
        [int(n), round(float(confidence), 4), int(correct)] for n, confidence, correct in zip(*columns, strict=True)
    ]


def _negative_log_likelihood(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Negative log likelihood of each label."""
    logits = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels]
