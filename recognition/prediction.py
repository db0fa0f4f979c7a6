"""A network's prediction for a digit, or the reason why there is none.

MERGED: Measures of uncertainty in a probability distribution, and of the distance between two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.card import ModelCard


@dataclass(frozen=True, eq=False)
class Prediction:
    """A network's prediction for a digit, shared by the panels, the history and its exports.

    network: its key. recipe: the key of the recipe that its weights were trained with.
    probabilities: float32 (10,), sum 1; None if the network cannot answer.
    card: the card of its weights; None if the network cannot answer.
    calibrated: whether the probabilities are calibrated or the raw softmax.
    error: why the network cannot answer, as a sentence for the visitor; otherwise empty.
    """

    network: str
    recipe: str
    probabilities: np.ndarray | None = None
    card: ModelCard | None = None
    calibrated: bool = True
    error: str = ""

    @property
    def shares(self) -> np.ndarray:
        """The probabilities; raises ValueError if there are none."""
        if self.probabilities is None:
            raise ValueError(f"{self.network} has no prediction: {self.error}")
        return self.probabilities

    @property
    def digit(self) -> int:
        """The most probable digit, 0 to 9."""
        return int(self.shares.argmax())

    @property
    def confidence(self) -> float:
        """The probability of that digit, 0 to 1."""
        return float(self.shares.max())


def number_of(answers: Sequence[Prediction]) -> str:
    """The number that one network reads, of its answers to the digits, left to right."""
    return "".join(str(answer.digit) for answer in answers)


def confidence_in_number(answers: Sequence[Prediction]) -> float:
    """One network's confidence in a number: the product of its confidences in the digits, 0 to 1."""
    return float(np.prod([answer.confidence for answer in answers]))


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
