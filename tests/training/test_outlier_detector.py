"""The command that trains and evaluates the outlier detector."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from digits.labelled import Digits
from training import outlier_detector
from training.data.characters import LIKE_DIGITS
from training.data.dataset import data_folder
from training.data.unipen import PenDrawing
from training.engine.command import run_command

STROKES = (np.array([(0.0, 0.0), (1.0, 2.0), (2.0, 0.0)]), np.array([(0.5, 1.0), (1.5, 1.0)]))


def test_real_characters_are_evaluated_as_they_were_written(monkeypatch):
    monkeypatch.setattr(outlier_detector, "characters", lambda kind, held_out: [PenDrawing(kind, STROKES, "w")] * 3)
    monkeypatch.setattr(outlier_detector.pen_digits, "writers", lambda held_out: [])
    made = [PenDrawing("", STROKES[:1], kind) for kind in outlier_detector.SHARES]
    monkeypatch.setattr(outlier_detector, "outliers", lambda *_, **__: made)
    chosen_of = {}
    monkeypatch.setattr(outlier_detector.pen_digits, "drawn", lambda chosen, seed: _drawn(chosen, chosen_of))
    sets = outlier_detector.held_out_outliers(count=2)
    assert set(sets) == {*outlier_detector.SHARES, outlier_detector.PICTURED} and len(chosen_of) == len(sets) - 1
    for kind, drawings in chosen_of.items():
        real = kind in ("written_letter", "written_sign", "script")
        assert [len(drawing.strokes) for drawing in drawings] == ([2, 2] if real else [1])
    pictured, letters = sets[outlier_detector.PICTURED], sets["written_letter"]
    assert (pictured.labels == letters.labels).all() and (pictured.digits != letters.digits).any((1, 2)).all()


def _drawn(chosen: list[PenDrawing], chosen_of: dict[str, list[PenDrawing]]) -> Digits:
    """The same stroke for each, but remembers which were chosen."""
    chosen_of[chosen[0].writer] = chosen
    digit = np.zeros((28, 28), np.uint8)
    digit[6:22, 12:16] = 255
    return Digits(np.stack([digit] * len(chosen)), np.full(len(chosen), outlier_detector.OUTLIER, np.uint8))


def test_the_characters_that_evidence_names_as_left_out_are_left_out():
    page = Path(__file__).resolve().parents[2] / "ui" / "evidence" / "page.py"
    listed, last = re.search(
        r'write (?:"\s+")?like a digit, such as (.+?) and (\S+), are left out', page.read_text("utf-8")
    ).groups()
    named = [*listed.split(", "), last]
    assert len(named) == 5 and set(named) <= set(LIKE_DIGITS)


def test_evaluating_without_pen_strokes_gives_one_sentence(splits, tmp_path, monkeypatch, capsys):
    shutil.copy(Path(data_folder()) / "mnist.npz", tmp_path)
    monkeypatch.setenv("DIGIT_DATA", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        run_command(lambda: outlier_detector.main(["--measure"]))
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert "no pendigits-orig.tes" in message and "Traceback" not in message and message.count("\n") == 1
