"""One command trains everything from nothing, in an order in which each step finds what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models import NETWORKS
from tests.page_server import ROOT
from training import everything
from training.engine.hyperparameters import DRAWN


def test_every_network_is_trained_under_both_recipes_after_its_teachers(tmp_path):
    steps = [" ".join(step) for step in everything.steps(list(NETWORKS), None, None, tmp_path)]
    for key in NETWORKS:
        assert f"training.train {key} --recipe book" in steps
        distilled = steps.index(f"training.train {key} --recipe drawn --teachers {' '.join(DRAWN[key].teachers)}")
        teachers = [f"training.train {name} --recipe drawn --teachers" for name in DRAWN[key].teachers]
        assert all(steps.index(teacher) < distilled for teacher in teachers)
    last = ["outlier_detector", "outlier_detector", "segments", "evaluate", "robustness"]
    assert [step.split()[0] for step in steps[-5:]] == [f"training.{name}" for name in last]


def test_a_failed_step_ends_the_command_and_the_next_call_goes_on_there(tmp_path, monkeypatch, capsys):
    ran, fails = [], True

    def run(command, **options):
        ran.append(command[2])
        return subprocess.CompletedProcess(command, 3 if command[2] == "second" and fails else 0)

    monkeypatch.setattr(everything, "steps", lambda *_: [["first"], ["second"], ["third"]])
    monkeypatch.setattr(everything.subprocess, "run", run)
    assert everything.main(["--folder", str(tmp_path)]) == 3 and ran == ["first", "second"]
    assert "Stopped at step 2 of 3" in capsys.readouterr().err
    fails = False
    assert everything.main(["--folder", str(tmp_path)]) == 0 and ran[2:] == ["second", "third"]


@pytest.mark.slow
@pytest.mark.nightly  # nine minutes
def test_everything_is_trained_from_nothing_for_an_epoch_on_a_few_digits(tmp_path):
    data = Path(os.environ.get("DIGIT_DATA", "nowhere"))
    if not all((data / name).exists() for name in ("mnist.npz", "pendigits-orig.tra", "unipen", "omniglot")):
        pytest.skip("needs MNIST, pendigits, UNIPEN and Omniglot: set DIGIT_DATA to the folder that holds them")
    shipped = {path: path.stat().st_mtime_ns for path in (ROOT / "weights").rglob("*")}
    command = [sys.executable, "-m", "training.everything", "--folder", str(tmp_path), "--networks", "mlp", "cnn"]
    done = subprocess.run([*command, "--epochs", "1", "--digits", "300"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    weights = {str(path.relative_to(tmp_path / "weights")) for path in (tmp_path / "weights").rglob("*.tflite")}
    assert weights == {"drawn/outlier.tflite"} | {
        f"{r}/{key}.tflite" for r in ("book", "drawn") for key in ("mlp", "cnn")
    }
    card = json.loads((tmp_path / "weights" / "drawn" / "mlp.json").read_text(encoding="utf-8"))
    assert list(card["training"]["teachers"]) == ["cnn"]
    results = (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")
    assert "| MLP | book |" in results and "| MLP | drawn |" in results
    assert (tmp_path / "segments.npz").exists() and (tmp_path / "weights" / "robustness.json").exists()
    assert {path: path.stat().st_mtime_ns for path in (ROOT / "weights").rglob("*")} == shipped
