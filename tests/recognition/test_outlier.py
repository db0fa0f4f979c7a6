"""The outlier detector flags drawings that are not a digit, and accepts digits."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.labelled import Digits
from digits.strokes import draw_strokes
from recognition.outlier import DETECTOR, THRESHOLD, detector, score
from recognition.store import WeightsError, read_card
from tests.drawings import DIGITS, arc, placed
from tests.training.test_cards import FLIPS
from training import outlier_detector
from training.augment.warp import augment_image
from training.data import pen_digits
from training.data.unipen import PenDrawing
from training.pool.outliers import ALPHABETS, LETTERS, LIKE_DIGITS, OUTLIER, SHARES, _glyph, _signs, outliers

PEN_DIGITS = [PenDrawing(str(digit), tuple(placed(digit))) for digit in DIGITS]
NON_DIGITS = {
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


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_is_accepted(digit):
    assert score(drawn(DIGITS[digit])) < THRESHOLD


@pytest.mark.parametrize("name", NON_DIGITS)
def test_a_non_digit_is_flagged(name):
    assert score(drawn(NON_DIGITS[name])) >= THRESHOLD


def test_the_look_of_mnists_pictures_makes_no_digit_of_a_letter():
    random = np.random.default_rng(0)
    pictured = np.stack([augment_image(drawn(NON_DIGITS["A"])[0], random) for _ in range(20)])
    assert (score(pictured) >= THRESHOLD).mean() >= 0.8


def test_each_digit_gets_a_score_from_0_to_1():
    digits = np.concatenate([drawn(DIGITS[4]), drawn(NON_DIGITS["X"])] * 3)
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
    kinds = {*SHARES, outlier_detector.PICTURED}
    assert {"mnist", "drawn", "letter", "sign"} < set(card.tests) <= {"mnist", "drawn", *kinds}


@pytest.mark.slow
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
    monkeypatch.setattr(outlier_detector, "THRESHOLD", 0.5)
    low, high = (np.zeros((4, 28, 28), np.uint8) for _ in range(2))
    low[:, 0, 0], high[:, 0, 0] = (10, 20, 30, 60), (40, 70, 80, 90)
    results = outlier_detector.measure(
        {"drawn": Digits(low, np.arange(4)), "letter": Digits(high, np.full(4, OUTLIER))}, "drawn"
    )
    assert (results["drawn"].correct, results["drawn"].area) == (3, None)
    assert (results["letter"].correct, results["letter"].area) == (3, 15 / 16)


def test_outliers_have_their_label_and_kind_and_are_reproducible(monkeypatch):
    written = [PenDrawing(sign, tuple(map(np.array, strokes))) for sign, strokes in NON_DIGITS.items()]
    monkeypatch.setattr("training.pool.outliers.characters", lambda kind, held_out: written)
    first, second = (outliers(200, PEN_DIGITS, False, np.random.default_rng(5)) for _ in range(2))
    assert {drawing.label for drawing in first} == {OUTLIER} and {drawing.writer for drawing in first} == set(SHARES)
    for a, b in zip(first, second, strict=True):
        assert all(map(np.array_equal, a.strokes, b.strokes))
    assert len(pen_digits.drawn(first, 1)) >= 195


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_held_out_signs_are_not_training_digits(alphabet):
    trained, held_out = set(_signs(alphabet, False)), set(_signs(alphabet, True))
    assert trained and held_out and not trained & held_out
    assert trained | held_out == set(ALPHABETS[alphabet])


def test_letters_that_look_like_digits_are_left_out():
    for alphabet in LETTERS:
        assert not set(LIKE_DIGITS) & set(ALPHABETS[alphabet])


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_every_sign_has_strokes(alphabet):
    for sign in ALPHABETS[alphabet]:
        assert all(len(stroke) > 1 and np.isfinite(stroke).all() for stroke in _glyph(alphabet, sign)), sign


def test_missing_weights_are_reported_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr("recognition.store.WEIGHTS", tmp_path)
    detector.cache_clear()
    with pytest.raises(WeightsError, match=r"outlier\.json.*python -m training\.outlier_detector"):
        score(drawn(DIGITS[4]))


def test_the_threshold_accepts_99_percent_of_each_set_of_digits(monkeypatch):
    monkeypatch.setattr("recognition.outlier.score", lambda digits: digits[:, 0, 0] / 255)
    scores = np.zeros((3, 200, 28, 28), np.uint8)
    scores[:, :, 0, 0] = [np.arange(200), np.arange(200) // 2, np.full(200, 255)]
    labels = np.zeros(200, np.uint8)
    sets = {
        "mnist": Digits(scores[0], labels),
        "drawn": Digits(scores[1], labels),
        "letter": Digits(scores[2], labels + OUTLIER),
    }
    limit = outlier_detector.threshold(sets)
    assert (scores[0][:, 0, 0] / 255 < limit).mean() == pytest.approx(0.99, abs=0.006)
    assert (scores[1][:, 0, 0] / 255 < limit).mean() >= 0.99
