"""Calibration and validation on held-out digits: a temperature, reliability, and the negative log-likelihood.

Source: C. Guo et al., On Calibration of Modern Neural Networks, 2017.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np

from digits.labelled import Digits, join
from recognition.classifier import Classifier
from training.data import pen_digits
from training.data.dataset import DataError
from training.data.mnist import mnist

TEMPERATURES = np.geomspace(0.25, 8, 501)  # tried in this order; 1 leaves the softmax as it is
BINS = 15  # of confidence, as in the paper


@dataclass(frozen=True)
class Validation:
    """Errors and mean negative log-likelihood, in nats, of a calibrated network on each of some sets of digits."""

    errors: list[int]
    nll: list[float]

    @property
    def mean_nll(self) -> float:
        """The mean over the sets, each with equal weight; lower is better."""
        return float(np.mean(self.nll))

    def __str__(self) -> str:
        errors, nll = " and ".join(map(str, self.errors)), " and ".join(f"{value:.4f}" for value in self.nll)
        return f"{errors} errors, negative log-likelihood {nll}"


def held_out_sets() -> list[Digits]:
    """MNIST's validation digits and, if the pen strokes are available, drawn digits of held-out writers."""
    try:
        return [mnist().validation, pen_digits.held_out()]
    except DataError as error:
        print(f"Calibrated on MNIST alone: {error}", file=sys.stderr)
        return [mnist().validation]


def calibrated(classifier: Classifier, held_out: list[Digits]) -> Classifier:
    """The classifier with the temperature that fits these sets of digits best, with equal weight for each set."""
    digits = join(held_out)
    weights = np.concatenate([np.full(len(part), 1 / len(part)) for part in held_out])
    temperature = fit_temperature(classifier.raw(digits.digits), digits.labels, weights)
    return Classifier(classifier.network, replace(classifier.card, temperature=temperature), classifier.interpreters)


def validate(classifier: Classifier, held_out: list[Digits]) -> Validation:
    """Measure a calibrated classifier on each of some sets of digits."""
    errors, nll = [], []
    for digits in held_out:
        probabilities = classifier.predict(digits.digits)
        errors.append(int((probabilities.argmax(axis=1) != digits.labels).sum()))
        likelihood = probabilities[np.arange(len(digits)), digits.labels]
        nll.append(round(float(-np.log(np.maximum(likelihood, 1e-9)).mean()), 5))
    return Validation(errors, nll)


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


def calibrated_loss(raw: np.ndarray, labels: np.ndarray) -> float:
    """The mean negative log-likelihood of labels, uint8 (n,), in nats, at the temperature that fits a softmax best."""
    logits = np.log(np.maximum(raw.astype(np.float64), 1e-30))
    return float(_negative_log_likelihood(logits / fit_temperature(raw, labels), labels).mean())


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
