"""The command that trains and evaluates the outlier detector."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np

from training import outlier_detector
from training.dataset import data_folder
from training.handwriting import LIKE_DIGITS
from training.pen_strokes import PenDigit
from training.unipen import Character

STROKES = (np.array([(0.0, 0.0), (1.0, 2.0), (2.0, 0.0)]), np.array([(0.5, 1.0), (1.5, 1.0)]))


def test_real_characters_are_evaluated_as_they_were_written(monkeypatch):
    monkeypatch.setattr(outlier_detector, "characters", lambda kind, held_out: [Character(kind, STROKES, "w")] * 3)
    monkeypatch.setattr(outlier_detector.writers, "writers", lambda held_out: [])
    made = [PenDigit(outlier_detector.OTHER, STROKES[:1], kind) for kind in outlier_detector.SHARES]
    monkeypatch.setattr(outlier_detector, "non_digits", lambda *_, **__: made)
    monkeypatch.setattr(outlier_detector.writers, "drawn", lambda chosen, seed: chosen)
    sets = outlier_detector.held_out_non_digits(count=2)
    assert set(sets) == set(outlier_detector.SHARES)
    for kind, drawings in sets.items():
        real = kind in ("written_letter", "written_sign", "script")
        assert [len(drawing.strokes) for drawing in drawings] == ([2, 2] if real else [1])


def test_the_characters_that_evidence_names_as_left_out_are_left_out():
    page = Path(__file__).resolve().parents[2] / "views" / "pages" / "evidence.py"
    listed, last = re.search(
        r"write like a digit, such as (.+?) and (\S+), are left out", page.read_text("utf-8")
    ).groups()
    named = [*listed.split(", "), last]
    assert len(named) == 5 and set(named) <= set(LIKE_DIGITS)


def test_evaluating_without_pen_strokes_gives_one_sentence(splits, tmp_path, monkeypatch, capsys):
    shutil.copy(Path(data_folder()) / "mnist.npz", tmp_path)
    monkeypatch.setenv("DIGIT_DATA", str(tmp_path))
    assert outlier_detector.main(["--measure"]) == 2
    message = capsys.readouterr().err
    assert "no pendigits-orig.tes" in message and "Traceback" not in message and message.count("\n") == 1
