"""After a kill, Ctrl-C or with a full disk, no partial file is read, and the same command resumes."""

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
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",  # the same sums in each run
    "TF_NUM_INTEROP_THREADS": "1",
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


def test_a_killed_training_resumes(folder):
    run_and_kill("train", folder, "Epoch 2/4", 0.2)
    with contextlib.suppress(WeightsError):  # either no weights yet, or complete ones
        assert len(verified("mlp", "book")[1].history) == small.RECIPE.epochs
    again = run("train", folder)
    assert again.returncode == 0, again.stderr
    assert "Epoch 1/4" not in again.stdout
    _, card = verified("mlp", "book")
    assert [row["epoch"] for row in card.history] == [1, 2, 3, 4]
    assert card.history[-1]["val_accuracy"] > 0.8


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


@pytest.fixture
def disk(tmp_path):
    """A function that mounts a file system of a size, or changes its size; it is unmounted at the end."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = []

    def resize(size: str):
        again = ["-o", f"remount,size={size}"] if mounted else ["-t", "tmpfs", "-o", f"size={size}", "tmpfs"]
        done = subprocess.run(["mount", *again, folder], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"needs a small file system: mount a tmpfs as root ({done.stderr.strip()})")
        mounted.append(folder)
        return folder

    yield resize
    if mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> str:
    """The SHA-256 of the weights of a training that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    assert run("train", folder).returncode == 0
    return sha256(folder)


def sha256(folder) -> str:
    before, store.WEIGHTS = store.WEIGHTS, folder / "weights"
    try:
        return verified("mlp", "book")[1].sha256
    finally:
        store.WEIGHTS = before


@pytest.mark.parametrize("size", ["2m", "5m"], ids=["room for no checkpoint", "room for one, not for two"])
def test_on_a_disk_that_is_really_full_a_training_ends_in_a_sentence_and_continues_later(disk, whole, size):
    folder = disk(size)
    full = run("train", folder)
    assert full.returncode == 1, (full.returncode, full.stderr[-2000:])
    assert "A file cannot be read or written" in full.stderr and "Free some disk space" in full.stderr
    assert "Traceback" not in full.stderr and "Fatal" not in full.stderr
    assert not [path.name for path in folder.rglob("*.partial*")], "half-written files are removed"
    disk("50m")
    assert run("train", folder).returncode == 0
    assert sha256(folder) == whole


def started(folder, sign: str) -> subprocess.Popen:
    """A training that has printed a sign."""
    process = subprocess.Popen(
        [*COMMAND, "train", folder],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if sign in line:
            return process
    raise AssertionError(process.stderr.read())


def test_ctrl_c_ends_a_training_in_a_sentence_and_it_continues_later(tmp_path, whole):
    process = started(tmp_path, "Epoch 3/4")
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in errors
    assert "Interrupted. Run the same command again; it continues where it stopped." in errors
    assert run("train", tmp_path).returncode == 0
    assert sha256(tmp_path) == whole


def test_a_second_training_of_the_same_network_says_that_the_first_is_running(tmp_path):
    first = started(tmp_path, "Epoch 1/4")
    first.send_signal(signal.SIGSTOP)
    try:
        second = run("train", tmp_path)
        assert second.returncode == 2 and "is being trained by another process" in second.stderr
        assert "Traceback" not in second.stderr
    finally:
        first.send_signal(signal.SIGCONT)
    assert first.wait(60) == 0
