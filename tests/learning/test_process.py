"""The process that trains for the page does its job, obeys, waits for its turn, and is never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from digits.labelled import Digits
from digits.samples import SAMPLE_LABELS, sample_digit
from learning import job as files
from learning.job import Command, Job, Point, Progress, Snapshot, State, read_progress
from learning.probe import MAX_UNITS
from tests.page_server import ROOT

# Starts a training's process as the page does, and goes on.
SERVER = """
import subprocess, sys, time
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
time.sleep(600)
"""
TIMEOUT_SECONDS = 120.0  # of a busy machine
SAMPLES = Digits(np.stack([sample_digit(name) for name in SAMPLE_LABELS]), np.array(list(SAMPLE_LABELS.values())))


def wait_until(condition: Callable[[], object], seconds: float = TIMEOUT_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not after {seconds} s"
        time.sleep(0.1)


class Process:
    """A training's process, as the page starts it. largest: bytes that a file may have."""

    def __init__(self, folder: Path, job: Job, queue: Path, largest: int | None = None):
        self.folder = folder
        folder.mkdir()
        files.write_job(folder, job, SAMPLES, SAMPLES[:0])
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "learning.process", str(folder)],
            cwd=ROOT,
            env=environment | {"DIGIT_QUEUE": str(queue), "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=None if largest is None else lambda: _limit_files(largest),
        )

    def send(self, command: Command) -> None:
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def wait_for(self, *states: State) -> Progress:
        """Watch until the process is in one of these states."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while (progress := read_progress(self.folder)) is None or progress.state not in states:
            assert self.process.poll() is None, "the process has ended"
            assert time.monotonic() < end, f"not {states}, but {progress}"
            self.send(Command.ALIVE)
            time.sleep(0.1)
        return progress

    def close(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(20) == 0
        assert not self.folder.exists()


def _limit_files(largest: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


@pytest.fixture
def start(tmp_path) -> Iterator:
    """Starts processes, and ends those that a test has left."""
    started: list[Process] = []

    def start(seconds: float = 100, largest: int | None = None, **job) -> Process:
        started.append(
            Process(tmp_path / str(len(started)), Job("mlp", seconds=seconds, **job), tmp_path / "queue", largest)
        )
        return started[-1]

    yield start
    for process in started:
        process.process.kill()
        process.process.wait()
        process.process.stdin.close()


def test_a_second_training_waits_for_its_turn_and_may_give_up(start):
    first = start()
    first.wait_for(State.STARTING, State.LEARNING)
    second, third = start(), start()
    for process in (second, third):
        wait_until(lambda process=process: process.wait_for(State.WAITING).ahead >= 1)
    second.send(Command.STOP)
    assert "before it began" in second.wait_for(State.FAILED).message
    first.process.kill()
    third.wait_for(State.STARTING, State.LEARNING)
    for process in (second, third):
        process.close()


@pytest.mark.slow
def test_a_process_without_a_job_stands_by_and_begins_within_seconds(tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    environment = os.environ | {"DIGIT_QUEUE": str(tmp_path / "queue")}
    command = [sys.executable, "-m", "learning.process", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        maps = Path(f"/proc/{process.pid}/maps")
        wait_until(lambda: "tensorflow" in maps.read_text())
        assert process.poll() is None and not (folder / files.PROGRESS_FILE).exists()
        files.write_job(folder, Job("mlp", seconds=1), SAMPLES, SAMPLES[:0])
        process.stdin.write(Command.BEGIN + "\n")
        process.stdin.flush()
        wait_until(lambda: (progress := read_progress(folder)) and progress.state == State.DONE)
    assert not folder.exists()


def test_nothing_is_left_when_the_server_is_killed(tmp_path):
    """A server that is killed cannot end what it started; its end of the pipe closes by itself."""
    folder = tmp_path / "job"
    folder.mkdir()
    files.write_job(folder, Job("mlp", seconds=100), SAMPLES, SAMPLES[:0])
    command = [sys.executable, "-m", "learning.process", str(folder)]
    environment = os.environ | {"DIGIT_QUEUE": str(tmp_path / "queue")}
    server = subprocess.Popen([sys.executable, "-c", SERVER, *command], cwd=ROOT, env=environment)
    wait_until((folder / files.PROGRESS_FILE).exists)
    server.kill()
    server.wait()
    wait_until(lambda: not folder.exists(), 0.8 * files.ABANDONED_SECONDS)  # after which it would end anyway


@pytest.mark.slow
@pytest.mark.nightly
def test_it_pauses_goes_on_and_stops_and_its_folder_is_removed(start):
    process = start(start="drawn")
    process.wait_for(State.LEARNING)
    process.send(Command.PAUSE)
    paused = process.wait_for(State.PAUSED)
    time.sleep(1)
    assert read_progress(process.folder).points[-1].examples == paused.points[-1].examples
    process.send(Command.RESUME)
    process.wait_for(State.LEARNING)
    process.send(Command.STOP)
    progress = process.wait_for(State.DONE)
    assert progress.stopped and progress.comparisons[0].n > 30 and progress.parameters == 269_322
    assert progress.snapshot.first_layer.shape == (MAX_UNITS, 28, 28)
    assert (process.folder / files.EXPORTED_FILE).stat().st_size == progress.exported.size
    process.close()


@pytest.mark.slow
@pytest.mark.nightly
def test_nothing_is_left_when_the_page_sends_no_command_any_more(start):
    process = start(seconds=300)
    process.wait_for(State.LEARNING)
    assert process.process.wait(files.ABANDONED_SECONDS + 30) == 0
    assert not process.folder.exists()


@pytest.mark.slow
@pytest.mark.nightly
def test_a_full_disk_is_a_sentence_or_an_end_and_nothing_is_half_written(start):
    process = start(seconds=3, largest=60_000)  # bytes: the first progress fits, the snapshot and the network do not
    failed = None
    end = time.monotonic() + TIMEOUT_SECONDS
    while process.process.poll() is None and failed is None and time.monotonic() < end:
        progress = read_progress(process.folder)
        failed = progress if progress is not None and progress.state == State.FAILED else None
        time.sleep(0.1)
    assert time.monotonic() < end and (failed is None or "failed" in failed.message)
    assert not (process.folder / files.WEIGHTS_FILE).exists()


def test_a_job_and_its_progress_are_read_as_they_were_written(tmp_path):
    job = Job("cnn", "drawn", 20, rehearsal=False, hidden=4)
    files.write_job(tmp_path, job, SAMPLES, SAMPLES[:0])
    read, train, held_out = files.read_job(tmp_path)
    assert read == job and (train.digits == SAMPLES.digits).all() and len(held_out) == 0
    assert read_progress(tmp_path) is None
    snapshot = Snapshot(SAMPLES.digits, SAMPLES.labels, *[np.zeros((1, 3, 3), np.float32)] * 6)
    progress = Progress(State.LEARNING, points=[Point(1.0, 64, 2.3, 0.1, 2.2, 0.2)], message="…")
    for current in (snapshot, None):
        files.write_progress(tmp_path, Progress(**vars(progress) | {"snapshot": current}))
        read = read_progress(tmp_path)
        assert (read.state, read.points, read.message) == (progress.state, progress.points, progress.message)
        assert (read.snapshot is None) == (current is None)
    assert {path.name for path in tmp_path.iterdir()} == {files.JOB_FILE, files.PROGRESS_FILE}


@pytest.mark.parametrize("seconds", [0, 0.5, 301, float("nan")])
def test_a_job_of_an_impossible_length_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds"):
        Job("mlp", seconds=seconds)
