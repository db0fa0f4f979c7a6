"""The report on held-out writers counts what it says, and its 1s and 7s have the shapes they are named after."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from models import NETWORKS
from tests.drawings import DIGITS, placed
from training import validation_report
from training.data.unipen import PenDrawing
from training.validation_report import by_collection, by_shape, ones, sevens, sheet


def stroke(*corners: tuple[float, float], points: int = 40) -> np.ndarray:
    places = np.linspace(0, len(corners) - 1, points)
    return np.stack([np.interp(places, range(len(corners)), [c[axis] for c in corners]) for axis in (0, 1)], -1)


WRITTEN = [
    PenDrawing("1", (stroke((0, 30), (40, 0), (40, 100)),)),
    PenDrawing("1", (stroke((0, 100), (3, 0)), stroke((-20, 101), (20, 101)))),
    PenDrawing("1", (stroke((0, 0), (50, 10)),)),  # lies down, and has no stem
    PenDrawing("7", (stroke((0, 0), (60, 0), (30, 100)),)),
    PenDrawing("7", (stroke((20, 0), (30, 100)),)),  # has no top
]


@pytest.fixture
def reads_sevens(monkeypatch):
    """Every network reads every digit as a 7."""
    network = SimpleNamespace(predict=lambda digits: np.eye(10)[[7] * len(digits)], card=None)
    monkeypatch.setattr(validation_report.recognition, "load", lambda key, recipe: network)


def test_ones_that_people_read_as_a_seven_are_left_out():
    counted, drawn = ones(WRITTEN, like_seven_too=False), ones(WRITTEN, like_seven_too=True)
    assert set(drawn) - set(counted) == {
        f"1, flag {length} % of the height, 15 degrees, no foot" for length in (30, 50)
    }
    assert len(drawn) == 24 and {len(digits) for digits in drawn.values()} == {2}, "two of the three have a stem"


def test_a_longer_flag_reaches_further_and_a_foot_stands_below():
    shapes = ones(WRITTEN[:1], like_seven_too=True)
    short, long, foot = (
        shapes[f"1, flag {length} % of the height, 30 degrees, {foot}"].digits[0] > 60
        for length, foot in ((15, "no foot"), (50, "no foot"), (15, "foot"))
    )
    short_width, long_width = short.any(0).sum(), long.any(0).sum()
    assert long_width > short_width + 3 and foot[-8:].any(0).sum() > short[-8:].any(0).sum() + 3


def test_sevens_have_tops_of_every_slope_with_and_without_a_bar():
    shapes = sevens(WRITTEN)
    assert len(shapes) == 7 and {len(digits) for digits in shapes.values()} == {1}, "the one with a top"
    assert not any("25 degrees, no bar" in name for name in shapes)
    assert sheet(shapes, each=2).startswith(b"\x89PNG")


def test_errors_are_counted_by_collection_and_by_shape(reads_sevens):
    digits = [
        PenDrawing(str(d), tuple(placed(d)), "w", f"data/1a/{place}/w.dat:1")
        for d in DIGITS
        for place in ("ced", "app")
    ]
    *_, row = by_collection([*digits, WRITTEN[0]], ["mlp"]).splitlines()
    name, everything, pendigits, other, aga, ced, ibm, _ = row.strip("| ").split(" | ")
    assert (name, pendigits, other, aga, ced, ibm) == ("MLP", "1", "9", "0", "9", "0") and everything.startswith(
        "19: 90.48 %"
    )
    *_, all_ones, all_sevens = by_shape(ones(WRITTEN, False) | sevens(WRITTEN), ["mlp"]).splitlines()
    *_, verdict, mean = by_collection(digits, list(NETWORKS)).splitlines()
    assert verdict.startswith("| Verdict of 4 | 18: 90.00 %") and mean.startswith("| Mean of 4 | 18: 90.00 %")
    assert all_ones.startswith("| all 1s | 44 | 44: 100.00 %") and all_sevens.startswith("| all 7s | 7 | 0: 0.00 %")
