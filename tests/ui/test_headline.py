"""The headline states how far the networks agree."""

from __future__ import annotations

import pytest

from ui.drawing.answers import headline

FOUR = ("MLP", "CNN", "RNN", "ResNet")


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ((7, 7, 7, 7), "All four say 7"),
        ((0, 0, 0, 0), "All four say 0"),
        ((7, 7, 1, 7), "Three say 7, the RNN says 1"),
        ((1, 7, 7, 7), "Three say 7, the MLP says 1"),
        ((7, 7, 1, 1), "The MLP and the CNN say 7, the RNN and the ResNet say 1"),
        ((1, 7, 1, 7), "The MLP and the RNN say 1, the CNN and the ResNet say 7"),
        ((7, 7, 1, 9), "Two say 7, the RNN says 1, the ResNet says 9"),
        ((1, 7, 9, 7), "Two say 7, the MLP says 1, the RNN says 9"),
        ((4, 9, 7, 1), "No two agree: the MLP says 4, the CNN says 9, the RNN says 7 and the ResNet says 1"),
    ],
)
def test_a_headline_for_four_networks(digits, expected):
    assert headline(dict(zip(FOUR, digits, strict=True))) == expected


@pytest.mark.parametrize(
    ("predictions", "expected"),
    [
        ({"CNN": 3}, "The CNN says 3"),
        ({"MLP": 3, "CNN": 5}, "No two agree: the MLP says 3 and the CNN says 5"),
        ({"MLP": 3, "CNN": 3, "RNN": 3}, "All three say 3"),
        ({"MLP": 3, "CNN": 3, "RNN": 8}, "Two say 3, the RNN says 8"),
    ],
)
def test_a_headline_for_fewer_networks(predictions, expected):
    assert headline(predictions) == expected


def test_a_headline_for_ten_networks_that_agree():
    assert headline({f"N{number}": 6 for number in range(10)}) == "All ten say 6"


def test_a_headline_for_eight_networks_of_ten_that_agree():
    predictions = {f"N{number}": 6 for number in range(10)} | {"N2": 0, "N8": 0}
    assert headline(predictions) == "Eight say 6, the N2 and the N8 say 0"


def test_a_headline_for_ten_networks_split_in_half():
    predictions = {f"N{number}": number % 2 for number in range(10)}
    assert (
        headline(predictions)
        == "The N0, the N2, the N4, the N6 and the N8 say 0, the N1, the N3, the N5, the N7 and the N9 say 1"
    )


def test_a_headline_for_ten_networks_that_all_differ():
    assert headline({f"N{number}": number for number in range(10)}).startswith(
        "No two agree: the N0 says 0, the N1 says 1,"
    )
