"""The outliers that the detector learns from, and the figures on its card."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from digits.labelled import Digits
from recognition.outlier import DETECTOR
from recognition.store import read_card
from tests.drawings import DIGITS, placed
from tests.training.test_cards import FLIPS
from training import outlier_detector
from training.data import pen_digits
from training.data.unipen import PenDrawing
from training.pool.outliers import ALPHABETS, LETTERS, LIKE_DIGITS, OUTLIER, SHARES, _signs, outliers

PEN_DIGITS = [PenDrawing(str(digit), tuple(placed(digit))) for digit in DIGITS]
DRAWN = {"A": [[(0.1, 0.95), (0.5, 0.05), (0.9, 0.95)], [(0.25, 0.6), (0.75, 0.6)]], "X": [[(0.1, 0.1), (0.9, 0.9)]]}


@pytest.mark.slow
@pytest.mark.nightly  # three minutes
def test_evaluating_again_gives_the_numbers_on_the_card(splits):
    card = read_card(DETECTOR.key, "drawn")
    try:
        again = outlier_detector.measured()
    except outlier_detector.DataError as error:
        pytest.skip(f"needs pen strokes: {error}")
    for name, result in again.tests.items():
        assert result.n == card.tests[name].n
        assert result.correct == pytest.approx(card.tests[name].correct, abs=FLIPS)
        assert result.area == pytest.approx(card.tests[name].area, abs=0.001)


def test_the_area_under_the_roc_curve_is_the_share_of_ordered_pairs():
    random = np.random.default_rng(0)
    low, high = random.integers(0, 9, 40), random.integers(3, 12, 30)
    pairs = [(1 if h > x else 0.5 if h == x else 0) for h in high for x in low]
    assert outlier_detector.area(low, high) == pytest.approx(np.mean(pairs))


def test_accepted_digits_and_flagged_outliers_count_as_correct(monkeypatch):
    monkeypatch.setattr("recognition.outlier.score", lambda digits: digits[:, 0, 0] / 100)
    monkeypatch.setattr("recognition.outlier.THRESHOLD", 0.5)
    low, high = (np.zeros((4, 28, 28), np.uint8) for _ in range(2))
    low[:, 0, 0], high[:, 0, 0] = (10, 20, 30, 60), (40, 70, 80, 90)
    results = outlier_detector.measure(
        {"drawn": Digits(low, np.arange(4)), "letter": Digits(high, np.full(4, OUTLIER))}, "drawn"
    )
    assert (results["drawn"].correct, results["drawn"].area) == (3, None)
    assert (results["letter"].correct, results["letter"].area) == (3, 15 / 16)


def test_outliers_have_their_label_and_kind_and_are_reproducible(monkeypatch):
    written = [PenDrawing(sign, tuple(map(np.array, strokes))) for sign, strokes in DRAWN.items()]
    monkeypatch.setattr("training.pool.outliers.characters", lambda kind, held_out: written)
    first, second = (outliers(200, PEN_DIGITS, False, np.random.default_rng(5)) for _ in range(2))
    assert {drawing.label for drawing in first} == {OUTLIER} and {drawing.writer for drawing in first} == set(SHARES)
    for a, b in zip(first, second, strict=True):
        assert all(map(np.array_equal, a.strokes, b.strokes))
    assert len(pen_digits.drawn(first, 1)) >= 195


def test_held_out_signs_are_not_trained_on():
    for alphabet in ALPHABETS:
        trained, held_out = set(_signs(alphabet, False)), set(_signs(alphabet, True))
        assert trained and held_out and not trained & held_out
        assert trained | held_out == set(ALPHABETS[alphabet])


def test_letters_that_look_like_digits_are_left_out():
    for alphabet in LETTERS:
        assert not set(LIKE_DIGITS) & set(ALPHABETS[alphabet])


def test_the_threshold_accepts_99_percent_of_each_set_of_digits():
    scores = np.zeros((2, 200, 28, 28), np.uint8)
    scores[:, :, 0, 0] = [np.arange(200), np.arange(200) // 2]
    detector = SimpleNamespace(raw=lambda digits: np.eye(11)[[OUTLIER] * 200] * digits[:, :1, 0] / 255)
    limit = outlier_detector.threshold(detector, [Digits(each, np.zeros(200, np.uint8)) for each in scores])
    assert (scores[0][:, 0, 0] / 255 < limit).mean() == pytest.approx(0.99, abs=0.006)
    assert (scores[1][:, 0, 0] / 255 < limit).mean() >= 0.99
