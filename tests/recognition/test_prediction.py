"""The majority of several networks."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.prediction import Prediction, majority
from recognition.store import read_card

CARD = read_card("mlp", "drawn")


def distribution(digit: int, confidence: float = 0.91) -> np.ndarray:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    return probabilities


@pytest.mark.parametrize(
    "answers", [[(1, 0.91), (7, 0.5), (7, 0.4), (2, 0.91)], [(1, 0.6), (7, 0.9)]], ids=["votes", "confidence"]
)
def test_the_majority_counts_networks_and_then_confidence(answers):
    assert majority([Prediction("mlp", "drawn", distribution(*answer), CARD) for answer in answers]) == 7
