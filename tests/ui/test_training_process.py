"""The page's side of a training's process: it starts, is watched, and nothing of it is left behind."""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from digits.samples import sample_digit
from learning import job
from learning.job import Examples, Job, Point, Progress
from ui.learn import process as training_process
from ui.learn import sources, state
from ui.learn.process import Training, TrainingProblem
from ui.learn.state import Learning

NONE = Examples(np.empty((0, 28, 28), np.uint8), np.empty(0, np.int64))
SAMPLE = Examples(sample_digit("7")[None], np.array([7]))


def test_a_full_disk_and_a_crowd_are_sentences(monkeypatch):
    def full(prefix: str) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkdtemp", full)
        with pytest.raises(TrainingProblem, match="No space left on device"):
            Training(Job("mlp"), SAMPLE, NONE)
    monkeypatch.setattr(training_process, "MOST", 0)
    with pytest.raises(TrainingProblem, match="try again in some minutes"):
        Training(Job("mlp"), SAMPLE, NONE)


@pytest.fixture
def queue(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DIGIT_QUEUE", str(tmp_path / "queue"))
    return tmp_path


def wait_until_gone(folder: Path) -> None:
    end = time.monotonic() + 0.8 * job.ABANDONED  # then it would end anyway
    while folder.exists():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_a_training_ends_with_its_visit(queue):
    """Streamlit drops a session's objects when the visit is over, also after a closed tab."""
    mine = Learning(training=Training(Job("mlp"), SAMPLE, NONE))
    assert mine.training is not None
    folder, process = mine.training.folder, mine.training.process
    while not (folder / job.PROGRESS).exists():
        time.sleep(0.05)
    del mine
    gc.collect()
    wait_until_gone(folder)
    assert process.wait(20) == 0


@pytest.mark.slow
def test_a_killed_training_says_so(queue):
    training = Training(Job("mlp"), SAMPLE, NONE)
    training.process.kill()
    training.process.wait()
    assert training.look().state == job.FAILED and "try it again" in training.progress.message
    training.close()
    wait_until_gone(training.folder)


@pytest.mark.slow
def test_what_was_trained_answers_beside_the_others_until_it_is_undone(queue):
    training = Training(Job("mlp", seconds=3), sources.samples().train, NONE)
    while training.look().state != job.DONE:
        assert training.progress.state != job.FAILED, training.progress.message
        time.sleep(0.3)
    mine = Learning()
    mine.take(state.result(training))
    training.close()
    wait_until_gone(training.folder)
    (answer,) = mine.answers(sample_digit("7"), calibrated=True)
    assert (answer.network, answer.recipe) == ("mlp", state.YOURS)
    assert abs(answer.probabilities.sum() - 1) < 1e-5
    assert mine.learned is not None and len(mine.learned.weights) > 1_000_000
    mine.undo()
    assert mine.answers(sample_digit("7"), calibrated=True) == []


@pytest.mark.slow
def test_a_training_is_followed_on_other_pages_until_it_has_ended(queue):
    mine = Learning(training=Training(Job("mlp"), SAMPLE, NONE))
    assert mine.training is not None and not mine.follow()
    mine.training.process.kill()
    mine.training.process.wait()
    assert mine.follow() and not mine.follow()
    wait_until_gone(mine.training.folder)
    assert mine.learned is None


def test_a_process_that_does_not_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(training_process, "LATE", 0.2)
    (tmp_path / "job").mkdir()
    deaf = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.PIPE, text=True)
    training_process._end(deaf, tmp_path / "job")
    wait_until_gone(tmp_path / "job")
    assert deaf.wait(20) != 0


def test_what_a_crash_has_left_is_removed_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in (f"{training_process.PREFIX}1", f"{training_process.PREFIX}2", "x"))
    for folder in (old, new, other):
        folder.mkdir()
    for folder in (old, other):
        os.utime(folder, (0, 0))
    training_process._sweep()
    assert not old.exists() and new.exists() and other.exists()


def test_files_that_cannot_be_read_are_a_sentence(tmp_path, caplog):
    training = object.__new__(Training)
    training.job, training.folder, training.pictures = Job("mlp"), tmp_path, None
    training.progress = Progress(job.LEARNING, points=[Point(1, 64, 2.3, 0.1)])
    training.process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, text=True)
    (tmp_path / job.PICTURES).write_bytes(b"PK\x03\x04 and nothing that belongs to it")
    (tmp_path / job.LOG).write_text("the last words")
    progress = training.look()
    training.process.wait(20)
    assert progress.state == job.FAILED and progress.message.endswith("cannot be read: BadZipFile.")
    assert progress.points and "the last words" in caplog.text
