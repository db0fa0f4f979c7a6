"""The outlier detector flags outliers and accepts digits."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from recognition.outlier import DETECTOR, THRESHOLD, detector, score
from recognition.store import WeightsError, read_card
from tests.drawings import DIGITS, arc
from training.augment.warp import augment_image

OUTLIERS = {
    "A": [[(0.1, 0.95), (0.5, 0.05), (0.9, 0.95)], [(0.25, 0.6), (0.75, 0.6)]],
    "X": [[(0.1, 0.1), (0.9, 0.9)], [(0.9, 0.1), (0.1, 0.9)]],
    "M": [[(0.1, 0.9), (0.15, 0.1), (0.5, 0.6), (0.85, 0.1), (0.9, 0.9)]],
    "a heart": [arc((0.3, 0.3), (0.2, 0.2), 150, 360) + arc((0.7, 0.3), (0.2, 0.2), 180, 390) + [(0.5, 1), (0.1, 0.4)]],
    "a house": [[(0.2, 0.45), (0.8, 0.45), (0.8, 0.95), (0.2, 0.95), (0.2, 0.45)], [(0.1, 0.5), (0.5, 0), (0.9, 0.5)]],
    "a star": [[(0.5 + 0.45 * np.sin(0.8 * k * np.pi), 0.5 - 0.45 * np.cos(0.8 * k * np.pi)) for k in range(6)]],
    "a zigzag": [[(k / 9, k % 2) for k in range(10)]],
    "two digits": [[(x * 0.45 + side, y) for x, y in stroke] for side in (0, 0.55) for stroke in DIGITS[3]],
    "a filled square": [[(x, y) for k in range(12) for x, y in ((k % 2, k / 11), (1 - k % 2, k / 11))]],
}  # fmt: skip


def drawn(strokes, brush: float = 18) -> np.ndarray:
    return from_canvas(draw_strokes([np.array(stroke) * 180 + 50 for stroke in strokes], brush, 280, 280))[None]


def test_digits_are_accepted():
    assert [digit for digit, strokes in DIGITS.items() if score(drawn(strokes)) >= THRESHOLD] == []


@pytest.mark.parametrize("name", OUTLIERS)
def test_an_outlier_is_flagged(name):
    assert score(drawn(OUTLIERS[name])) >= THRESHOLD


def test_the_look_of_mnists_pictures_makes_no_digit_of_a_letter():
    random = np.random.default_rng(0)
    pictured = np.stack([augment_image(drawn(OUTLIERS["A"])[0], random) for _ in range(20)])
    assert (score(pictured) >= THRESHOLD).mean() >= 0.8


def test_each_digit_gets_a_score_from_0_to_1():
    digits = np.concatenate([drawn(DIGITS[4]), drawn(OUTLIERS["X"])] * 3)
    scores = score(digits)
    assert scores.shape == (6,) and scores.dtype == np.float32 and ((scores >= 0) & (scores <= 1)).all()
    assert np.allclose(scores[:2], [score(digits[:1])[0], score(digits[1:2])[0]], atol=1e-5)
    assert score(digits[:0]).shape == (0,)


def test_an_array_of_another_shape_or_dtype_is_refused():
    with pytest.raises(ValueError, match=r"expected digits as uint8 \(n, 28, 28\)"):
        score(np.zeros((1, 28, 28)))


def test_on_the_card_at_least_98_percent_of_the_digits_are_accepted():
    card = read_card(DETECTOR.key, "drawn")
    assert card.tests["drawn"].accuracy >= 0.98 and card.tests["mnist"].accuracy >= 0.98
    assert {"mnist", "drawn", "letter", "sign"} < set(card.tests)


def test_missing_weights_are_reported_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr("recognition.store.WEIGHTS", tmp_path)
    detector.cache_clear()
    with pytest.raises(WeightsError, match=r"outlier\.json.*python -m training\.outlier_detector"):
        score(drawn(DIGITS[4]))
