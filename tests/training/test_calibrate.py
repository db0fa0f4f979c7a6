"""A known temperature is recovered, and confidence is counted in the right bins."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.card import Score
from training.evaluation.calibration import BINS, fit_temperature, reliability


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return (powers / powers.sum(1, keepdims=True)).astype(np.float32)


@pytest.fixture
def well_calibrated():
    """Logits, and labels sampled from their softmax."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 3, (8_000, 10))
    labels = (softmax(logits).cumsum(1) > random.uniform(size=(8_000, 1))).argmax(1).astype(np.uint8)
    return logits, labels


@pytest.mark.parametrize("temperature", [0.5, 1.7])
def test_a_known_temperature_is_recovered(well_calibrated, temperature):
    logits, labels = well_calibrated
    assert fit_temperature(softmax(logits * temperature), labels) == pytest.approx(temperature, rel=0.05)


def test_weights_decide_between_two_sets(well_calibrated):
    logits, labels = well_calibrated
    raw = np.concatenate([softmax(logits), softmax(logits * 3)])
    first = np.r_[np.ones(len(labels)), np.zeros(len(labels))]
    assert fit_temperature(raw, np.tile(labels, 2), first) == pytest.approx(1, rel=0.05)
    assert fit_temperature(raw, np.tile(labels, 2), 1 - first) == pytest.approx(3, rel=0.05)


def test_a_wrong_prediction_with_full_confidence_does_not_break_the_fit():
    raw = np.eye(10, dtype=np.float32)[[0, 1, 2, 3]]
    assert np.isfinite(fit_temperature(raw, np.array([0, 1, 2, 4], np.uint8)))


def test_the_calibration_error_is_small_when_calibrated_and_large_when_overconfident(well_calibrated):
    logits, labels = well_calibrated

    def error(raw: np.ndarray) -> float:
        return Score(len(labels), 0, [], reliability(raw, labels)).calibration_error

    assert error(softmax(logits)) < 0.01
    assert error(softmax(logits * 3)) > 0.08


def test_each_digit_is_counted_in_the_bin_of_its_confidence():
    raw = np.zeros((3, 10), np.float32)
    raw[:, 0] = 1.0, 0.5, 0.34
    raw[:, 1:] = (1 - raw[:, :1]) / 9
    bins = reliability(raw, np.array([0, 1, 0], np.uint8))
    assert len(bins) == BINS and sum(n for n, _, _ in bins) == 3
    assert bins[14] == [1, 1.0, 1] and bins[7] == [1, 0.5, 0] and bins[5] == [1, pytest.approx(0.34, abs=1e-4), 1]
