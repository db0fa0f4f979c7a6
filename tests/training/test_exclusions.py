"""Characters turned and mirrored, to have more that are no digit."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from tests.drawings import placed
from training import exclusions
from training.data.unipen import PenDrawing
from training.pool import outliers
from training.pool.outliers import TURNS, random_turned_character, turned

L = PenDrawing("L", (np.array([(0.0, 0.0), (0.0, 2.0), (1.0, 2.0)]),), "w1")


@pytest.fixture
def alphabet(monkeypatch, tmp_path):
    """One character, and a list of its own; forgotten afterwards."""
    for module in (exclusions, outliers):
        monkeypatch.setattr(module, "characters", lambda kind, held_out: [L])
    monkeypatch.setattr(outliers, "TURNED_LIKE_DIGITS", tmp_path / "list.json")
    outliers._turned_like_digits.cache_clear()
    yield tmp_path / "list.json"
    outliers._turned_like_digits.cache_clear()


def test_each_turn_gives_another_shape_of_the_same_size():
    shapes = [turned(L, turn).strokes[0] for turn in TURNS] + [L.strokes[0]]
    moved = {tuple((shape - shape.min(0)).ravel().tolist()) for shape in shapes}
    assert len(moved) == 8
    assert all(sorted(np.ptp(shape, axis=0).tolist()) == [1, 2] for shape in shapes)


def test_an_l_upside_down_is_written_like_a_7():
    (stroke,) = turned(L, "upside down").strokes
    assert (stroke - stroke.min(0)).tolist() == [[1, 2], [1, 0], [0, 0]]
    assert "L upside down" in json.loads(outliers.TURNED_LIKE_DIGITS.read_text())


def test_what_is_on_the_list_is_never_chosen(alphabet):
    alphabet.write_text(json.dumps([f"L {turn}" for turn in TURNS if turn != "left"]))
    random = np.random.default_rng(1)
    assert {random_turned_character(False, random).sign for _ in range(20)} == {"L left"}


@pytest.mark.parametrize(
    ("confidence", "score", "listed"), [(0.95, 0.5, 7), (0.85, 0.5, 0), (0.95, 0.9, 0)], ids=["both", "unsure", "seen"]
)
def test_the_list_has_what_networks_and_detector_take_for_digits(alphabet, monkeypatch, confidence, score, listed):
    def answer(digits):
        probabilities = np.full((len(digits), 10), (1 - confidence) / 9)
        probabilities[:, 7] = confidence
        return probabilities

    monkeypatch.setattr("recognition.load", lambda key, recipe: SimpleNamespace(predict=answer))
    monkeypatch.setattr("recognition.outlier.score", lambda digits: np.full(len(digits), score))
    assert exclusions.main(["turned_characters"]) == 0
    assert len(json.loads(alphabet.read_text())) == listed


def test_suspects_are_added_to_the_list_and_faults_that_were_named_stay(monkeypatch, tmp_path):
    """Networks that read every digit as a 3: of a 3 and a 5 the 5 is suspect; a row with a fault stays."""
    written = [PenDrawing(str(d), tuple(placed(d)), "w1", f"a:{d}") for d in (3, 5)]
    listed = tmp_path / "label_errors.json"
    listed.write_text(json.dumps({"a:1": {"fault": "only a dot"}}))
    monkeypatch.setattr(exclusions.pen_digits, "LABEL_ERRORS", listed)
    monkeypatch.setattr(exclusions, "RUNS", tmp_path)
    monkeypatch.setattr(exclusions, "writers", lambda held_out, checked: [] if held_out else written)
    monkeypatch.setattr(
        "recognition.load", lambda key, recipe: SimpleNamespace(predict=lambda digits: np.eye(10)[[3] * len(digits)])
    )
    assert exclusions.main(["label_errors"]) == 0
    rows = json.loads(listed.read_text())
    assert list(rows) == ["a:1", "a:5"] and rows["a:1"] == {"fault": "only a dot"}
    assert rows["a:5"]["fault"] == exclusions.UNSEEN and (tmp_path / "label_errors.png").exists()
