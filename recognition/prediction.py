"""The prediction of a network for a digit, the failure of one that cannot answer, and the sum of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits import CLASSES
from recognition.card import ModelCard

SURE = 0.9  # confidence below which a network is said to be unsure


@dataclass(frozen=True, eq=False)
class Prediction:
    """The probabilities that a network gives to a digit.

    network: its key. recipe: the key of the recipe that its weights were trained with; card: the card of the weights.
    probabilities: float32 (10,), sum 1. calibrated: whether they are calibrated or the raw softmax.
    """

    network: str
    recipe: str
    probabilities: np.ndarray
    card: ModelCard
    calibrated: bool = True

    @property
    def digit(self) -> int:
        """The most probable digit, 0 to 9."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """The probability of that digit, 0 to 1."""
        return float(self.probabilities.max())


@dataclass(frozen=True)
class Failure:
    """A network that cannot answer because its files are missing or damaged.

    network: its key. reason: a sentence for the visitor, with the remedy.
    """

    network: str
    reason: str


def majority(predictions: Sequence[Prediction]) -> int:
    """The digit that most networks predict; of several, the one with the highest mean probability."""
    votes = np.bincount([prediction.digit for prediction in predictions], minlength=CLASSES)
    mean = np.mean([prediction.probabilities for prediction in predictions], axis=0)
    return int((votes + mean / 2).argmax())


def number_of(predictions: Sequence[Prediction]) -> str:
    """The number that one network reads, from its predictions for the digits, left to right."""
    return "".join(str(prediction.digit) for prediction in predictions)


def confidence_in_number(predictions: Sequence[Prediction]) -> float:
    """One network's confidence in a number: the product of its confidences in the digits, 0 to 1."""
    return float(np.prod([prediction.confidence for prediction in predictions]))
