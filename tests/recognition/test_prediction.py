"""Measures of uncertainty, and the majority of several networks."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.prediction import Prediction, entropy, majority, margin, total_variation
from recognition.store import read_card

CARD = read_card("mlp", "drawn")


def distribution(digit: int, confidence: float = 0.91) -> np.ndarray:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    return probabilities


def test_measures_of_uncertainty():
    uniform, certain = np.full(10, 0.1, np.float32), np.eye(10, dtype=np.float32)
    assert entropy(uniform) == pytest.approx(np.log2(10), abs=1e-5) and entropy(certain[3]) == 0
    assert margin(distribution(4, 0.55)) == pytest.approx(0.5, abs=1e-6)
    assert total_variation(certain[1], certain[2]) == 1 and total_variation(uniform, uniform) == 0
    assert total_variation(certain[1], uniform) == pytest.approx(0.9)


@pytest.mark.parametrize(
    "answers", [[(1, 0.91), (7, 0.5), (7, 0.4), (2, 0.91)], [(1, 0.6), (7, 0.9)]], ids=["votes", "confidence"]
)
def test_the_majority_counts_networks_and_then_confidence(answers):
    assert majority([Prediction("mlp", "drawn", distribution(*answer), CARD) for answer in answers]) == 7
