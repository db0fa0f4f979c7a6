"""Within the process that trains: its end while it saves, its pauses, its time limit, and MNIST."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import models
from learning import download as source
from learning import job, process, progress, queue, run
from learning.job import Examples, Job
from learning.learner import Step
from learning.process import Commands
from learning.progress import ProgressReporter
from tests.learning.test_process import LATE
from training.data import mnist
from training.data.dataset import DataError

HELD_OUT = Examples(np.zeros((2, 28, 28), np.uint8), np.array([1, 2]))


class Ended(Exception):
    """Takes the place of the process's end."""


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "job").mkdir()
    return tmp_path / "job"


@pytest.fixture
def commands(folder, monkeypatch):
    """The commands of a process, without its threads; afterwards others may write again."""
    with monkeypatch.context() as patched:
        for thread in ("_listen", "_watch"):
            patched.setattr(Commands, thread, lambda self: None)
        commands = Commands(folder)
    yield commands
    if job.writing.locked():
        job.writing.release()


@pytest.fixture
def ended(monkeypatch) -> threading.Event:
    """Is set in place of ending this process."""
    event = threading.Event()

    def end(status: int) -> None:
        event.set()
        raise Ended

    monkeypatch.setattr(process.os, "_exit", end)
    return event


@pytest.mark.parametrize("moment", ["weights", "serving"])
def test_nothing_is_left_when_the_visit_ends_while_the_network_is_saved(folder, commands, ended, monkeypatch, moment):
    saving = threading.Event()

    def slow(write):
        def wait(*arguments):
            saving.set()
            time.sleep(0.5)
            return write(*arguments)

        return wait

    model = models.find("mlp").build()
    if moment == "weights":
        monkeypatch.setattr(run, "weights_in_memory", slow(lambda model: b"weights"))
    monkeypatch.setattr(run.export, "write", slow(lambda model, path: path.write_bytes(b"serving")))
    teller = ProgressReporter(folder, Job("mlp"), models.find("mlp"), HELD_OUT, threading.Event(), threading.Event())
    arguments = (folder, model, models.find("mlp"), teller, [])
    threading.Thread(target=run._save, args=arguments, daemon=True).start()
    assert saving.wait(LATE)
    with pytest.raises(Ended):
        commands.abandon()
    time.sleep(0.8)  # what saves would go on, if it could
    assert ended.is_set() and not folder.exists()


def test_a_job_that_takes_too_long_is_ended(folder, commands, ended):
    commands.due = time.monotonic() + 0.5
    begin = time.monotonic()
    with pytest.raises(Ended):
        commands._watch()
    assert 0.5 < time.monotonic() - begin < job.ABANDONED / 2 and not folder.exists()


def test_pauses_are_limited_together(folder, monkeypatch):
    monkeypatch.setattr(progress, "LONGEST_PAUSE", 0.3)
    monkeypatch.setattr(progress, "SEEN", 0.0)
    paused = threading.Event()
    network = models.find("mlp")
    teller = ProgressReporter(folder, Job("mlp"), network, HELD_OUT, threading.Event(), paused)
    took = []
    for _ in range(3):
        paused.set()
        begin = time.monotonic()
        assert teller(Step(network.build(), 0.5, 15.0, 640, 1.0, 0.5)) and not paused.is_set()
        took.append(time.monotonic() - begin)
    assert teller.may_pause <= 0 and took[0] > 0.3 and job.read_progress(folder).state == job.LEARNING
    paused.set()
    begin = time.monotonic()
    teller._pause()
    assert time.monotonic() - begin < 0.2, "no more pauses"


def test_the_queue_needs_no_user_name(monkeypatch):
    """A container may run as a user whom its system does not know."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "DIGIT_QUEUE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 1234567)
    assert queue.folder().name.endswith("1234567")


@pytest.fixture
def place(folder, monkeypatch, tmp_path) -> Path:
    """Where MNIST belongs, and is not."""
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    place = source.redirect(folder)
    assert place == tmp_path / "home" / "datasets" / "mnist.npz"
    assert os.environ["KERAS_HOME"] == str(folder / source.KERAS)
    return place


def test_a_download_comes_whole_to_its_place(folder, place, monkeypatch):
    def download():
        target = Path(os.environ["KERAS_HOME"]) / "datasets" / "mnist.npz"
        target.parent.mkdir()
        target.write_bytes(b"digits")
        assert not place.exists()
        return "splits"

    monkeypatch.setattr(mnist, "mnist", download)
    assert source.fetch(folder, place, threading.Event()) == "splits"
    assert place.read_bytes() == b"digits" and not list(place.parent.glob("*.partial*"))
    assert source.redirect(folder) is None or os.environ["KERAS_HOME"] != str(place.parent.parent)


def test_a_download_that_fails_is_a_sentence_without_addresses(folder, place, monkeypatch, capsys):
    def fail():
        raise DataError("URL fetch failure on https://example.org")

    monkeypatch.setattr(mnist, "mnist", fail)
    with pytest.raises(DataError, match="MNIST could not be downloaded; choose another source") as error:
        source.fetch(folder, place, threading.Event())
    assert "example.org" not in str(error.value) and "example.org" in capsys.readouterr().err
    assert not place.exists()


def test_one_need_not_wait_for_a_download_that_hangs(folder, place, monkeypatch):
    monkeypatch.setattr(mnist, "mnist", lambda: time.sleep(5))
    stopped = threading.Event()
    threading.Timer(0.2, stopped.set).start()
    begin = time.monotonic()
    assert source.fetch(folder, place, stopped) is None and time.monotonic() - begin < 3
    monkeypatch.setattr(source, "LONGEST_DOWNLOAD", 0.2)
    with pytest.raises(DataError, match="could not be downloaded"):
        source.fetch(folder, place, threading.Event())


def test_nothing_is_redirected_where_mnist_is_here(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("DIGIT_DATA", str(tmp_path))
    assert source.redirect(folder) is None
