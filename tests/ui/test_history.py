"""The history of a visit, its exports, and the measures of confidence."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PIL import Image

from models import DEFAULT_NETWORKS
from recognition.ensemble import majority
from recognition.prediction import Prediction, entropy, margin, total_variation
from ui.drawing.history import LONGEST, History

DIGIT = np.full((28, 28), 200, np.uint8)


def distribution(digit: int, confidence: float = 0.91) -> np.ndarray:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    return probabilities


def answers(*digits: int, recipe: str = "drawn", calibrated: bool = True) -> list[Prediction]:
    return [
        Prediction(key, recipe, distribution(digit), calibrated=calibrated)
        for key, digit in zip(DEFAULT_NETWORKS, digits, strict=False)
    ]


def test_another_stroke_updates_the_same_drawing_and_keeps_the_meant_digit():
    history = History()
    history.record(0, DIGIT, answers(1, 1, 1, 1))
    history.drawings[0].meant = 7
    history.record(0, DIGIT, answers(7, 7, 1, 7, recipe="book"))
    assert len(history.drawings) == 1 and history.drawings[0].meant == 7 and history.drawings[0].recipe == "book"


def test_only_drawings_with_a_known_digit_count_as_correct_or_not():
    history = History()
    for number, (meant, given) in enumerate([(7, (7, 7, 1, 7)), (3, (3, 8, 3, 3)), (None, (5, 5, 5, 5))]):
        history.record(number, DIGIT, answers(*given))
        history.drawings[number].meant = meant
    assert history.correct() == dict(zip(DEFAULT_NETWORKS, [(2, 2), (1, 2), (1, 2), (2, 2)], strict=True))


def test_the_csv_has_every_probability_and_empty_cells_for_a_network_that_could_not_answer():
    history = History()
    history.record(4, DIGIT, [*answers(2, 2, 2), Prediction("resnet", "drawn", error="gone")])
    history.record(5, DIGIT, answers(3, 3, 3, 3))
    row, _ = csv.DictReader(io.StringIO(history.csv()))
    assert (row["drawing"], row["recipe"], row["meant"], row["mlp_answer"]) == ("1", "drawn", "", "2")
    assert [float(row[f"cnn_p{digit}"]) for digit in range(10)] == pytest.approx(distribution(2).tolist(), abs=1e-6)
    assert row["resnet_answer"] == row["resnet_p0"] == ""


def test_the_csv_has_the_visitors_own_network_where_it_has_answered_and_says_which_it_was():
    history = History()
    history.record(0, DIGIT, answers(2, 2, 2, 2))
    assert "yours" not in history.csv()
    history.record_number(
        1, [DIGIT, DIGIT], [answers(4, 4, 4, 4)] * 2, [[Prediction("cnn", "yours", distribution(9))], []]
    )
    history.record_number(2, [DIGIT], [answers(1, 1, 1, 1)], [[Prediction("mlp", "yours", error="gone")]])
    before, first, second, failed = csv.DictReader(io.StringIO(history.csv()))
    assert (first["yours"], first["yours_answer"], first["cnn_answer"]) == ("cnn", "9", "4")
    assert [float(first[f"yours_p{digit}"]) for digit in range(10)] == pytest.approx(distribution(9).tolist(), abs=1e-6)
    assert {row[name] for row in (before, second, failed) for name in ("yours", "yours_answer", "yours_p0")} == {""}
    assert history.correct() == dict.fromkeys(DEFAULT_NETWORKS, (0, 0)) and not history.drawings[1].misread
    assert Image.open(io.BytesIO(history.png())).height > 0


def test_history_and_csv_say_whether_probabilities_are_calibrated():
    history = History()
    history.record(0, DIGIT, answers(1, 1, 1, 1))
    history.record(1, DIGIT, answers(1, 1, 1, 1, calibrated=False))
    assert [drawing.calibrated for drawing in history.drawings.values()] == [True, False]
    assert [row["calibrated"] for row in csv.DictReader(io.StringIO(history.csv()))] == ["yes", "no"]


def test_the_png_shows_each_drawing():
    history = History()
    for number in range(7):
        history.record(number, DIGIT, answers(1, 2, 3, 4))
    image = np.asarray(Image.open(io.BytesIO(history.png())).convert("L"))
    assert (image == 200).sum() >= 7 * 112 * 112 * 0.99
    assert Image.open(io.BytesIO(History().png())).size[0] == image.shape[1]


def test_the_oldest_drawings_are_dropped():
    history = History()
    for number in range(LONGEST + 5):
        history.record(number, DIGIT, [])
    assert list(history.drawings) == list(range(5, LONGEST + 5))


def test_measures_of_confidence():
    uniform, certain = np.full(10, 0.1, np.float32), np.eye(10, dtype=np.float32)
    assert entropy(uniform) == pytest.approx(np.log2(10), abs=1e-5) and entropy(certain[3]) == 0
    assert margin(distribution(4, 0.55)) == pytest.approx(0.5, abs=1e-6)
    assert (
        total_variation(certain[1], certain[2]) == 1
        and total_variation(uniform, uniform) == 0
        and total_variation(certain[1], uniform) == pytest.approx(0.9)
    )


def test_the_majority_counts_networks_and_then_confidence():
    assert majority([distribution(1), distribution(7, 0.5), distribution(7, 0.4), distribution(2)]) == 7
    assert majority([distribution(1, 0.6), distribution(7, 0.9)]) == 7
