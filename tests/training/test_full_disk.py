"""A small file system that is really full: a training ends in a sentence, and continues later to the same weights."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from recognition import store
from recognition.store import verified
from tests.page_server import ROOT

pytestmark = pytest.mark.nightly
ENVIRONMENT = os.environ | {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}  # the same sums in each run
COMMAND = [sys.executable, "-u", "-m", "tests.training.small", "train"]
SIZES = {  # of the file system
    "no room for the first checkpoint": "2m",
    "room for one checkpoint, not for two": "5m",
}


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


def train(folder) -> subprocess.CompletedProcess:
    return subprocess.run([*COMMAND, folder], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> str:
    """The SHA-256 of the weights of a training that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    assert train(folder).returncode == 0
    return sha256(folder)


def sha256(folder) -> str:
    before, store.WEIGHTS = store.WEIGHTS, folder / "weights"
    try:
        return verified("mlp", "book")[1].sha256
    finally:
        store.WEIGHTS = before


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_on_a_disk_that_is_really_full_a_training_ends_in_a_sentence_and_continues_later(disk, whole, size):
    folder = disk(size)
    full = train(folder)
    assert full.returncode == 1, (full.returncode, full.stderr[-2000:])
    assert "A file cannot be read or written" in full.stderr and "Free some disk space" in full.stderr
    assert "Traceback" not in full.stderr and "Fatal" not in full.stderr
    assert not [path.name for path in folder.rglob("*.partial*")], "half-written files are removed"
    disk("50m")
    assert train(folder).returncode == 0
    assert sha256(folder) == whole


def started(folder, sign: str) -> subprocess.Popen:
    """A training that has printed a sign."""
    process = subprocess.Popen(
        [*COMMAND, folder], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
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
    assert train(tmp_path).returncode == 0
    assert sha256(tmp_path) == whole


def test_a_second_training_of_the_same_network_says_that_the_first_is_running(tmp_path):
    first = started(tmp_path, "Epoch 1/4")
    first.send_signal(signal.SIGSTOP)
    try:
        second = train(tmp_path)
        assert second.returncode == 2 and "is being trained by another process" in second.stderr
        assert "Traceback" not in second.stderr
    finally:
        first.send_signal(signal.SIGCONT)
    assert first.wait(60) == 0
