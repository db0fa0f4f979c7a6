"""The history of a visit, its exports, and the measures of confidence."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PIL import Image
from views.history import LONGEST, History

from explain.uncertainty import apart, entropy, margin
from models import FIRST
from recognition.store import WeightsError
from views.serving import most_say

DIGIT = np.full((28, 28), 200, np.uint8)


def says(digit: int, sure: float = 0.91) -> np.ndarray:
    shares = np.full(10, (1 - sure) / 9, np.float32)
    shares[digit] = sure
    return shares


def found(*digits: int) -> dict:
    return {key: (says(digit), None) for key, digit in zip(FIRST, digits, strict=False)}


def test_a_drawing_that_goes_on_is_one_drawing_and_keeps_what_was_meant():
    past = History()
    past.record(0, DIGIT, "drawn", found(1, 1, 1, 1))
    past.drawings[0].meant = 7
    past.record(0, DIGIT, "book", found(7, 7, 1, 7))
    assert len(past.drawings) == 1 and past.drawings[0].meant == 7 and past.drawings[0].recipe == "book"


def test_right_so_far_counts_only_drawings_whose_digit_is_known():
    past = History()
    for number, (meant, said) in enumerate([(7, (7, 7, 1, 7)), (3, (3, 8, 3, 3)), (None, (5, 5, 5, 5))]):
        past.record(number, DIGIT, "drawn", found(*said))
        past.drawings[number].meant = meant
    assert past.right() == dict(zip(FIRST, [(2, 2), (1, 2), (1, 2), (2, 2)], strict=True))


def test_the_csv_holds_every_probability_and_a_gap_for_a_network_that_could_not_answer():
    past = History()
    past.record(4, DIGIT, "drawn", found(2, 2, 2) | {"resnet": WeightsError("gone")})
    past.record(5, DIGIT, "drawn", found(3, 3, 3, 3))
    row, _ = csv.DictReader(io.StringIO(past.csv()))
    assert (row["drawing"], row["recipe"], row["meant"], row["mlp_answer"]) == ("5", "drawn", "", "2")
    assert [float(row[f"cnn_p{digit}"]) for digit in range(10)] == pytest.approx(says(2).tolist(), abs=1e-6)
    assert row["resnet_answer"] == row["resnet_p0"] == ""


def test_the_png_shows_each_drawing():
    past = History()
    for number in range(7):
        past.record(number, DIGIT, "drawn", found(1, 2, 3, 4))
    image = np.asarray(Image.open(io.BytesIO(past.png())).convert("L"))
    assert (image == 200).sum() >= 7 * 112 * 112 * 0.99
    assert Image.open(io.BytesIO(History().png())).size[0] == image.shape[1]


def test_the_oldest_drawings_are_forgotten():
    past = History()
    for number in range(LONGEST + 5):
        past.record(number, DIGIT, "drawn", {})
    assert list(past.drawings) == list(range(5, LONGEST + 5))


def test_measures_of_confidence():
    even, sure = np.full(10, 0.1, np.float32), np.eye(10, dtype=np.float32)
    assert entropy(even) == pytest.approx(np.log2(10), abs=1e-5) and entropy(sure[3]) == 0
    assert margin(says(4, 0.55)) == pytest.approx(0.5, abs=1e-6)
    assert apart(sure[1], sure[2]) == 1 and apart(even, even) == 0 and apart(sure[1], even) == pytest.approx(0.9)


def test_most_say_counts_heads_and_then_confidence():
    assert most_say([says(1), says(7, 0.5), says(7, 0.4), says(2)]) == 7
    assert most_say([says(1, 0.6), says(7, 0.9)]) == 7
