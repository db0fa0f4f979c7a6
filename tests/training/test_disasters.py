"""A kill, a full disk: nothing half-written is ever read, and the same command goes on."""

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
from tests.server import ROOT
from tests.training import small
from training.evaluate import MARKS

COMMAND = [sys.executable, "-u", "-m", "tests.training.small"]
ENVIRONMENT = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    return tmp_path


def killed(what: str, folder, sign: str, after: float = 0) -> str:
    """Runs it until it says something and some time has passed, and kills it; returns what it said until then."""
    said = ""
    with subprocess.Popen(
        [*COMMAND, what, folder], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            said += line
            if sign in line:
                time.sleep(after)
                break
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, said
    return said


def run(what: str, folder, largest: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess:
    """Runs it to its end; largest: bytes that a file may have, as on a disk that is full."""
    return subprocess.run(
        [*COMMAND, what, folder],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )


@pytest.mark.parametrize("after", [0, 0.2])
def test_a_training_killed_at_any_moment_goes_on(folder, after):
    killed("train", folder, "Epoch 2/4", after)
    with contextlib.suppress(WeightsError):  # none yet, or whole
        assert len(verified("mlp", "book")[1].history) == small.RECIPE.epochs
    again = run("train", folder)
    assert again.returncode == 0, again.stderr
    assert "Epoch 1/4" not in again.stdout
    _, card = verified("mlp", "book")
    assert [row["epoch"] for row in card.history] == [1, 2, 3, 4]
    assert card.history[-1]["val_accuracy"] > 0.8


def test_on_a_full_disk_a_training_says_so_and_goes_on_later(folder):
    whole = small.RECIPE.epochs
    full = run("train", folder, largest=100_000)  # the history fits, the network does not
    assert full.returncode == 1
    assert "MLP cannot be saved" in full.stderr and "Make room on the disk" in full.stderr
    assert "Traceback" not in full.stderr
    assert not store.weights_path("mlp", "book").exists() and not store.card_path("mlp", "book").exists()
    assert run("train", folder).returncode == 0
    assert len(verified("mlp", "book")[1].history) == whole


@pytest.fixture
def released(folder):
    """Two networks to evaluate, their scores taken off, and a README with a place for the table."""
    (folder / "weights" / "book").mkdir(parents=True)
    for key in ("mlp", "cnn", "rnn", "resnet"):
        shutil.copy(ROOT / "weights" / "book" / f"{key}.weights.h5", folder / "weights" / "book")
        card = json.loads((ROOT / "weights" / "book" / f"{key}.json").read_text())
        store.card_path(key, "book").write_text(json.dumps(card | {"tests": {}}))
    (folder / "README.md").write_text("before\n" + "".join(MARKS))
    return folder


def test_an_evaluation_that_is_killed_goes_on(released):
    killed("evaluate", released, "book MLP")
    assert verified("mlp", "book")[1].tests["mnist"].n == 60
    assert all(verified(key, "book") for key in ("cnn", "rnn", "resnet"))
    again = run("evaluate", released)
    assert again.returncode == 0, again.stderr
    assert "MLP: measured before" in again.stdout
    assert all(verified(key, "book")[1].tests["mnist"].n == 60 for key in ("mlp", "cnn", "rnn", "resnet"))
    assert (released / "README.md").read_text().count("| book |") == 4
    assert "measured before" not in run("evaluate", released).stdout, "the next one is a new one"


def test_on_a_full_disk_an_evaluation_says_so_and_the_cards_stay(released):
    before = store.card_path("mlp", "book").read_bytes()
    full = run("evaluate", released, largest=1_000)
    assert full.returncode == 1 and "the scores cannot be saved" in full.stderr and "Traceback" not in full.stderr
    assert store.card_path("mlp", "book").read_bytes() == before
    assert (released / "README.md").read_text() == "before\n" + "".join(MARKS)
