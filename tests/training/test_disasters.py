"""After a kill or with a full disk, no partial file is read, and the same command resumes."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest

from recognition import store
from recognition.store import WeightsError, verified
from tests.page_server import ROOT
from tests.training import small

pytestmark = pytest.mark.nightly  # every test starts a training in another process
COMMAND = [sys.executable, "-u", "-m", "tests.training.small"]
# Without the measuring of coverage, which would write beyond the limits of a full disk too.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")} | {
    "TF_CPP_MIN_LOG_LEVEL": "3"
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    return tmp_path


def run_and_kill(command: str, folder, marker: str, delay: float = 0) -> str:
    """Runs a command and kills it some seconds after a line of its output contains the marker; returns the output."""
    output = ""
    with subprocess.Popen(
        [*COMMAND, command, folder],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout:
            output += line
            if marker in line:
                time.sleep(delay)
                break
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, output
    return output


def run(command: str, folder, largest: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess:
    """Runs a command to its end; largest: the maximum bytes of a file, which simulates a full disk."""
    return subprocess.run(
        [*COMMAND, command, folder],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )


@pytest.mark.parametrize("delay", [0, 0.2])
def test_a_killed_training_resumes(folder, delay):
    run_and_kill("train", folder, "Epoch 2/4", delay)
    with contextlib.suppress(WeightsError):  # either no weights yet, or complete ones
        assert len(verified("mlp", "book")[1].history) == small.RECIPE.epochs
    again = run("train", folder)
    assert again.returncode == 0, again.stderr
    assert "Epoch 1/4" not in again.stdout
    _, card = verified("mlp", "book")
    assert [row["epoch"] for row in card.history] == [1, 2, 3, 4]
    assert card.history[-1]["val_accuracy"] > 0.8


def test_a_training_reports_a_full_disk_and_resumes_later(folder):
    full = run("train", folder, largest=100_000)  # enough for the history but not for the network
    assert full.returncode == 1
    assert "A file cannot be read or written" in full.stderr and "Free some disk space" in full.stderr
    assert "Traceback" not in full.stderr
    assert not store.weights_path("mlp", "book").exists() and not store.card_path("mlp", "book").exists()
    assert run("train", folder).returncode == 0
    assert len(verified("mlp", "book")[1].history) == small.RECIPE.epochs


@pytest.fixture
def released(folder):
    """Four networks without scores."""
    (folder / "weights" / "book").mkdir(parents=True)
    for key in ("mlp", "cnn", "rnn", "resnet"):
        for suffix in ("weights.h5", "tflite"):
            shutil.copy(ROOT / "weights" / "book" / f"{key}.{suffix}", folder / "weights" / "book")
        card = json.loads((ROOT / "weights" / "book" / f"{key}.json").read_text())
        store.card_path(key, "book").write_text(json.dumps(card | {"tests": {}}))
    return folder


def test_a_killed_evaluation_resumes(released):
    run_and_kill("evaluate", released, "book MLP")
    assert verified("mlp", "book")[1].tests["mnist"].n == 60
    assert all(verified(key, "book") for key in ("cnn", "rnn", "resnet"))
    again = run("evaluate", released)
    assert again.returncode == 0, again.stderr
    assert "MLP: evaluated before" in again.stdout
    assert all(verified(key, "book")[1].tests["mnist"].n == 60 for key in ("mlp", "cnn", "rnn", "resnet"))
    assert (released / "docs" / "results.md").read_text().count("| book |") == 4
    assert "evaluated before" not in run("evaluate", released).stdout, "the next evaluation starts from the beginning"


def test_an_evaluation_reports_a_full_disk_and_leaves_the_cards_unchanged(released):
    before = store.card_path("mlp", "book").read_bytes()
    full = run("evaluate", released, largest=1_000)
    assert full.returncode == 1 and "A file cannot be read or written" in full.stderr and "Traceback" not in full.stderr
    assert store.card_path("mlp", "book").read_bytes() == before
    assert not (released / "docs").exists()
