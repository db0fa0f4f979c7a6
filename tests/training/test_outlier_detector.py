"""The command that trains and evaluates the outlier detector."""

from __future__ import annotations

import shutil
from pathlib import Path

from training import outlier_detector
from training.dataset import data_folder


def test_evaluating_without_pen_strokes_gives_one_sentence(splits, tmp_path, monkeypatch, capsys):
    shutil.copy(Path(data_folder()) / "mnist.npz", tmp_path)
    monkeypatch.setenv("DIGIT_DATA", str(tmp_path))
    assert outlier_detector.main(["--measure"]) == 2
    message = capsys.readouterr().err
    assert "no pendigits-orig.tes" in message and "Traceback" not in message and message.count("\n") == 1
