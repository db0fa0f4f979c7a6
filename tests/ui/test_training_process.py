"""The page's side of a training's process: it starts, is polled, and nothing of it is left behind."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from digits.labelled import Digits
from digits.samples import sample_digit
from learning import training as training_process
from learning.job import ABANDONED_SECONDS, LOG_FILE, PROGRESS_FILE, PULSE_FILE, Job, Point, Progress, State
from learning.training import FOLDER_PREFIX, Training, TrainingError
from recognition.recipes import YOURS
from tests.learning.test_process import wait_until
from ui.learn import sources
from ui.learn.state import Learning

SAMPLE = Digits(sample_digit("7")[None], np.array([7]))
NONE = SAMPLE[:0]


@pytest.fixture(autouse=True)
def queue(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DIGIT_QUEUE", str(tmp_path / "queue"))


def wait_until_gone(folder: Path) -> None:
    wait_until(lambda: not folder.exists(), 0.8 * ABANDONED_SECONDS)  # after which it would end anyway


def test_a_full_disk_and_a_crowd_are_sentences(monkeypatch):
    def full(prefix: str) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkdtemp", full)
        with pytest.raises(TrainingError, match="No space left on device"):
            Training(Job("mlp"), SAMPLE, NONE)
    monkeypatch.setattr(training_process, "MAX_TRAININGS", 0)
    with pytest.raises(TrainingError, match="try again in some minutes"):
        Training(Job("mlp"), SAMPLE, NONE)


def test_a_training_ends_with_its_visit():
    """Streamlit drops a session's objects when the visit is over, also after a closed tab."""
    mine = Learning(training=Training(Job("mlp"), SAMPLE, NONE))
    assert mine.training is not None
    folder, process = mine.training.folder, mine.training.process
    wait_until((folder / PROGRESS_FILE).exists)
    del mine
    gc.collect()
    wait_until_gone(folder)
    assert process.wait(20) == 0


def test_a_killed_training_is_a_sentence_on_whichever_page():
    mine = Learning(training=Training(Job("mlp"), SAMPLE, NONE))
    training = mine.training
    assert training is not None and not mine.sync()
    training.process.kill()
    training.process.wait()
    assert mine.sync() and not mine.sync() and mine.learned is None
    assert training.progress.state == State.FAILED and "try it again" in training.progress.message
    wait_until_gone(training.folder)


def test_a_training_that_is_stopped_is_ended_in_a_sentence_and_frees_the_queue(monkeypatch):
    monkeypatch.setattr(training_process, "STILL_SECONDS", 2.0)
    mine = Learning(training=Training(Job("mlp"), SAMPLE, NONE))
    training = mine.training
    assert training is not None
    wait_until((training.folder / PULSE_FILE).exists)
    mine.sync()
    training.process.send_signal(signal.SIGSTOP)
    wait_until(mine.sync)
    assert training.progress.state == State.FAILED and "stood still" in training.progress.message
    assert training.process.wait(20) == -signal.SIGKILL
    wait_until_gone(training.folder)


def test_the_reason_of_an_early_end_is_named():
    mine = Learning(training=Training(Job("mlp"), SAMPLE, NONE))
    training = mine.training
    assert training is not None
    training.process.kill()
    training.process.wait()
    training.process.returncode = errno.ENOSPC
    mine.sync()
    assert training.progress.message == "The training ended before it was done: No space left on device."


@pytest.mark.slow  # the one real training among the tests without a browser
def test_a_learned_network_predicts_until_it_is_undone():
    mine = Learning(training=Training(Job("mlp", seconds=3), sources.samples().train, NONE))
    training = mine.training
    assert training is not None
    wait_until(mine.sync)
    assert training.progress.state == State.DONE, training.progress.message
    wait_until_gone(training.folder)
    prediction = mine.predict(sample_digit("7"), calibrated=True)
    assert prediction is not None and (prediction.network, prediction.recipe) == ("mlp", YOURS)
    assert abs(prediction.probabilities.sum() - 1) < 1e-5
    assert mine.learned is not None and len(mine.learned.weights) > 1_000_000
    (row,) = mine.learned.progress.comparisons
    assert row.test_set == "varied samples" and row.n > 30
    mine.undo()
    assert mine.predict(sample_digit("7"), calibrated=True) is None


def test_a_process_that_does_not_end_is_killed(tmp_path, monkeypatch):
    deaf = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.PIPE, text=True)
    monkeypatch.setattr(training_process, "END_SECONDS", 0.2)
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **options: deaf)
    training = Training(Job("mlp"), SAMPLE, NONE)
    training.close()
    wait_until_gone(training.folder)
    assert deaf.wait(20) != 0


def test_folders_that_a_crash_has_left_are_removed_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in (f"{FOLDER_PREFIX}1", f"{FOLDER_PREFIX}2", "x"))
    for folder in (old, new, other):
        folder.mkdir()
    for folder in (old, other):
        os.utime(folder, (0, 0))
    Training(Job("mlp"), SAMPLE, NONE).close()
    assert not old.exists() and new.exists() and other.exists()


@pytest.mark.parametrize("content", [b"PK\x03\x04 and nothing else", b"", b"{}"])
def test_a_damaged_progress_is_a_sentence_and_the_curves_stay(content, caplog):
    training = Training(Job("mlp"), SAMPLE, NONE)
    training.process.kill()
    training.process.wait()
    training.progress = Progress(State.LEARNING, points=[Point(1, 64, 2.3, 0.1, 2.3, 0.1)])
    (training.folder / PROGRESS_FILE).write_bytes(content)
    (training.folder / LOG_FILE).write_text("the last words")
    progress = training.poll()
    assert progress.state == State.FAILED and "The training's files cannot be read" in progress.message
    assert progress.points and "the last words" in caplog.text
    training.close()
