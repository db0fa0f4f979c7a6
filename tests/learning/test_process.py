"""The process that trains for the page: it does its job, obeys, waits for its turn, and is never left behind."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from learning import job as files
from learning.batches import held_out_samples
from learning.job import ALIVE, PAUSE, RESUME, STOP, Examples, Job, Progress
from tests.page_server import ROOT

# Starts a training's process as the page does, and goes on.
SERVER = """
import subprocess, sys, time
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
time.sleep(600)
"""
LATE = 120.0  # seconds after which a busy machine has failed


class Process:
    """A training's process, as the page starts it."""

    def __init__(self, folder: Path, job: Job, queue: Path, largest: int | None = None):
        self.folder = folder
        folder.mkdir()
        digits, labels = held_out_samples()
        files.write_job(folder, job, Examples(digits[:40], labels[:40]), Examples(digits[40:], labels[40:]))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "learning.process", str(folder)],
            cwd=ROOT,
            env=environment | {"DIGIT_QUEUE": str(queue), "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=None if largest is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest,) * 2),
        )

    def say(self, word: str) -> None:
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def wait_for(self, *states: str) -> Progress:
        """Watches until the process is in one of these states."""
        end = time.monotonic() + LATE
        while time.monotonic() < end:
            progress = files.read_progress(self.folder)
            if progress is not None and progress.state in states:
                return progress
            assert self.process.poll() is None, "the process has ended"
            self.say(ALIVE)
            time.sleep(0.1)
        raise AssertionError(f"not {states} after {LATE} s, but {progress}")

    def close(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(20) == 0
        assert not self.folder.exists()


@pytest.fixture
def start(tmp_path) -> Iterator:
    """Starts processes, and ends those that a test has left."""
    started: list[Process] = []

    def begin(seconds: float = 3.0, largest: int | None = None, **job) -> Process:
        started.append(
            Process(tmp_path / str(len(started)), Job("mlp", seconds=seconds, **job), tmp_path / "queue", largest)
        )
        return started[-1]

    yield begin
    for process in started:
        process.process.kill()
        process.process.wait()
        process.process.stdin.close()


@pytest.mark.slow
def test_a_job_is_done_and_its_folder_is_removed(start):
    process = start(start="drawn")
    progress = process.wait_for(files.DONE)
    assert progress.points and progress.points[-1].held_out_accuracy > 0.8
    assert progress.comparisons[0].n > 30 and progress.parameters == 269_322
    assert files.read_pictures(process.folder).first_layer.shape == (32, 28, 28)
    assert (process.folder / files.SERVING).stat().st_size == progress.serving.size
    process.close()


@pytest.mark.slow
def test_it_pauses_goes_on_and_stops(start):
    process = start(seconds=100)
    process.wait_for(files.LEARNING)
    process.say(PAUSE)
    paused = process.wait_for(files.PAUSED)
    time.sleep(1)
    assert files.read_progress(process.folder).points[-1].examples == paused.points[-1].examples
    process.say(RESUME)
    process.wait_for(files.LEARNING)
    process.say(STOP)
    assert process.wait_for(files.DONE).stopped
    process.close()


@pytest.mark.slow
def test_a_second_training_waits_its_turn_and_may_give_up(start):
    first = start(seconds=100)
    first.wait_for(files.STARTING, files.LEARNING)
    second = start()
    while not (waiting := second.wait_for(files.WAITING)).ahead:
        time.sleep(0.05)
    assert waiting.ahead == 1
    second.say(STOP)
    assert "before it began" in second.wait_for(files.FAILED).message
    second.close()
    first.close()


@pytest.mark.slow
def test_its_turn_comes_when_the_one_before_is_killed(start):
    first = start(seconds=100)
    first.wait_for(files.STARTING, files.LEARNING)
    second = start(seconds=100)
    second.wait_for(files.WAITING)
    first.process.kill()
    second.wait_for(files.STARTING, files.LEARNING)
    second.close()


def test_nothing_is_left_when_the_page_is_gone(start):
    process = start(seconds=100)
    process.wait_for(files.STARTING)
    process.close()


def test_nothing_is_left_when_the_server_is_killed(tmp_path):
    """A server that is killed cannot end what it started; its end of the pipe closes by itself."""
    folder = tmp_path / "job"
    folder.mkdir()
    nothing = Examples(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.int64))
    files.write_job(folder, Job("mlp", seconds=100), nothing, nothing)
    command = [sys.executable, "-m", "learning.process", str(folder)]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, *command], cwd=ROOT, env=os.environ | {"DIGIT_QUEUE": str(tmp_path / "queue")}
    )
    end = time.monotonic() + LATE
    while not (folder / files.PROGRESS).exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    server.kill()
    server.wait()
    end = time.monotonic() + 0.8 * files.ABANDONED  # then it would end anyway
    while folder.exists():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_nothing_is_left_when_nobody_watches_any_more(start):
    process = start(seconds=300)
    process.wait_for(files.LEARNING)
    assert process.process.wait(files.ABANDONED + 30) == 0
    assert not process.folder.exists()


@pytest.mark.slow
def test_a_full_disk_is_a_sentence_or_an_end_and_nothing_is_half_written(start):
    process = start(largest=60_000)  # bytes of a file: the progress fits, the pictures and the network do not
    end = time.monotonic() + LATE
    while process.process.poll() is None and time.monotonic() < end:
        progress = files.read_progress(process.folder)
        if progress is not None and progress.state == files.FAILED:
            assert "failed" in progress.message
            break
        try:
            process.say(ALIVE)
        except BrokenPipeError:
            break
        time.sleep(0.1)
    assert time.monotonic() < end
    assert not list(process.folder.glob("*.partial*")) and not (process.folder / files.WEIGHTS).exists()


def test_a_job_and_its_progress_are_read_as_they_were_written(tmp_path):
    digits = Examples(np.arange(28 * 28, dtype=np.uint8).reshape(1, 28, 28), np.array([3]))
    files.write_job(tmp_path, Job("cnn", "drawn", 20, False), digits, Examples(digits.digits[:0], digits.labels[:0]))
    job, train, held_out = files.read_job(tmp_path)
    assert job == Job("cnn", "drawn", 20, False) and (train.digits == digits.digits).all() and len(held_out) == 0
    assert files.read_progress(tmp_path) is None and files.read_pictures(tmp_path) is None
    progress = Progress(files.LEARNING, points=[files.Point(1.0, 64, 2.3, 0.1)], message="…")
    files.write_progress(tmp_path, progress)
    assert files.read_progress(tmp_path) == progress


@pytest.mark.parametrize("seconds", [0, 0.5, 301, float("nan")])
def test_a_job_of_an_impossible_length_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds"):
        Job("mlp", seconds=seconds)
