"""Inside the process that trains: its comparison, its end while it saves, its limits, and MNIST."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import pytest

import models
from digits.labelled import Digits
from learning import download, job, probe, process, progress, queue, run
from learning.job import Job, State
from learning.learner import Step
from learning.process import Commands
from learning.progress import ProgressReporter
from tests.learning.test_process import SAMPLES
from training.data import mnist
from training.data.dataset import DataError, Splits

MLP = models.find("mlp")


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "job").mkdir()
    return tmp_path / "job"


@pytest.fixture
def ended(monkeypatch) -> Iterator[threading.Event]:
    """Is set when this process would end; the thread that ends it then stands still until the test is over."""
    event, over = threading.Event(), threading.Event()
    before = threading.enumerate()

    def end(status: int) -> None:
        event.set()
        over.wait()
        job.write_lock.release()  # for other tests; a process would end with it

    monkeypatch.setattr(process.os, "_exit", end)
    yield event
    over.set()
    for thread in set(threading.enumerate()) - set(before):  # before os._exit is what it was
        thread.join(30)
        assert not thread.is_alive(), thread


@pytest.fixture
def page(monkeypatch) -> Iterator[IO[str]]:
    """The page's end of the pipe of commands."""
    read, write = os.pipe()
    with open(read) as commands, open(write, "w") as page:
        monkeypatch.setattr(process.sys, "stdin", commands)
        yield page


@pytest.fixture
def commands(folder, page, ended) -> Iterator[Commands]:
    """The commands of a process whose page neither speaks nor goes, if the test does not close it."""
    commands = Commands(folder)
    yield commands
    page.close()
    commands.deadline = time.monotonic()


@pytest.fixture
def learned_at_once(monkeypatch):
    """An untrained network takes the place of a learned one."""
    monkeypatch.setattr(run.learner, "learn", lambda *arguments, **options: MLP.build())


def write(folder: Path, **settings) -> None:
    job.write_job(folder, Job("mlp", **settings), SAMPLES, SAMPLES[:0])


def test_mnist_and_styled_samples_are_held_out_by_their_names(folder, learned_at_once, monkeypatch):
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setattr(download, "fetch", lambda *arguments: Splits(SAMPLES, SAMPLES[:5], SAMPLES[:7]))
    names = []
    for mnist_too in (True, False):
        write(folder, mnist=mnist_too)
        assert run.run(folder, threading.Event(), threading.Event())
        names.append([(row.test_set, row.n > 0) for row in job.read_progress(folder).comparisons])
    assert names[0] == [("MNIST validation", True), ("MNIST test digits", True)]
    assert names[1] == [("varied samples", True)]


@pytest.mark.parametrize("moment", ["weights", "exported"])
def test_nothing_is_left_when_the_visit_ends_while_the_network_is_saved(
    folder, commands, page, ended, learned_at_once, monkeypatch, moment
):
    saving, go_on = threading.Event(), threading.Event()

    def slow(write):
        def wait(*arguments):
            saving.set()
            go_on.wait(30)
            return write(*arguments)

        return wait

    def train() -> None:
        with contextlib.suppress(OSError):  # the folder is gone
            run.run(folder, threading.Event(), threading.Event())

    if moment == "weights":
        monkeypatch.setattr(run, "weights_in_memory", slow(lambda model: b"weights"))
    monkeypatch.setattr(run.export, "write", slow(lambda model, path: path.write_bytes(b"exported")))
    write(folder)
    training = threading.Thread(target=train)
    training.start()
    assert saving.wait(60)
    page.close()
    assert not ended.wait(0.2) and folder.exists(), "a file that is being written is finished"
    go_on.set()
    assert ended.wait(60)
    training.join(0.5)  # it would write again, if it could
    assert not folder.exists()


def test_a_job_that_takes_too_long_is_ended(folder, commands, ended):
    assert not ended.wait(2 * process.POLL_SECONDS) and folder.exists()
    commands.deadline = time.monotonic()
    assert ended.wait(job.ABANDONED_SECONDS / 2) and not folder.exists()


def test_pauses_are_limited_together(folder, monkeypatch):
    monkeypatch.setattr(progress, "MAX_PAUSED_SECONDS", 0.3)
    paused = threading.Event()
    reporter = ProgressReporter(folder, Job("mlp"), MLP, SAMPLES[:3], SAMPLES, threading.Event(), paused)
    step = Step(MLP.build(), 15.0, 640, 1.0, 0.5)
    for _ in range(2):
        paused.set()
        assert reporter.observe(step) and not paused.is_set(), "it goes on by itself"
    assert reporter.paused_seconds() >= 0.3 and job.read_progress(folder).state == State.LEARNING


@pytest.mark.parametrize(("key", "maps"), [("mlp", (24, 1, 1)), ("cnn", (12, 13, 13)), ("rnn", (1, 16, 16))])
def test_each_point_has_a_look_into_the_network_and_the_end_all_of_them(folder, key, maps):
    network, taught, points = models.find(key), SAMPLES[:3], progress.RECENT_POINTS + 2
    reporter = ProgressReporter(folder, Job(key), network, taught, SAMPLES, threading.Event(), threading.Event())
    step = Step(network.build(), 15.0, 640, 1.0, 0.5, 0.002)
    for _ in range(points):
        reporter.observe(step)
    shown = len(taught) + len(SAMPLES)
    look = job.read_progress(folder).snapshot
    assert look.probabilities.shape == (points, shown, 10) and look.labels.shape == (shown,)
    said = np.take_along_axis(look.probabilities, look.predictions[..., None].astype(int), 2)[..., 0]
    assert (said == look.probabilities.max(2)).all()
    assert look.positions.shape == (points, len(look.map_labels), 2)
    assert np.abs(np.diff(look.positions.astype(int), axis=0)).max() <= 2, "it does not turn while nothing changes"
    assert look.activations.shape == (progress.RECENT_POINTS, shown, *maps)
    reporter.finish(step.model)
    assert job.read_progress(folder).snapshot.activations.shape == (points + 1, shown, *maps)


def test_the_map_parts_digits_that_the_features_part():
    random, group = np.random.default_rng(1), np.arange(60) % 2
    features = random.normal(size=(60, 300)) + 20 * group[:, None]
    before = probe.positions(features, None)
    across = np.sign(before[:, 0].astype(int))
    assert abs(across[group == 1].mean() - across[group == 0].mean()) == 2
    turned = probe.positions(-features[:, ::-1], before)
    assert np.abs(turned.astype(int) - before).mean() < 5, "turned and mirrored to where they were"


def test_the_queue_is_where_only_its_user_can_make_files_and_another_users_is_refused(monkeypatch, tmp_path):
    monkeypatch.delenv("DIGIT_QUEUE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert queue.folder().is_relative_to(tmp_path)
    with queue.turn(lambda ahead: False) as ours:
        assert ours and queue.folder().stat().st_mode & 0o077 == 0
    link = tmp_path / "link"
    link.symlink_to(queue.folder())
    for change in ({"DIGIT_QUEUE": str(link)}, {}):
        with monkeypatch.context() as patched:
            for name, value in change.items():
                patched.setenv(name, value)
            if not change:
                patched.setattr(os, "getuid", lambda: 1234567)
            with pytest.raises(OSError, match="is not a folder of this user"), queue.turn(lambda ahead: False):
                pass


def test_where_files_cannot_be_locked_a_training_begins_at_once(monkeypatch):
    """On Windows."""
    monkeypatch.setattr(queue, "fcntl", None)
    monkeypatch.delattr(os, "getuid")
    with queue.turn(lambda ahead: False) as ours, queue.turn(lambda ahead: False) as too:
        assert ours and too


@pytest.fixture
def destination(folder, monkeypatch, tmp_path) -> Path:
    """The place of MNIST, which is not there."""
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    destination = download.redirect(folder)
    assert destination == tmp_path / "home" / "datasets" / "mnist.npz"
    assert os.environ["KERAS_HOME"] == str(folder / download.KERAS_HOME)
    return destination


def test_a_download_comes_whole_to_its_place(folder, destination, monkeypatch):
    def load() -> Splits:
        target = Path(os.environ["KERAS_HOME"]) / "datasets" / "mnist.npz"
        target.parent.mkdir()
        target.write_bytes(b"digits")
        assert not destination.exists()
        return Splits(*[Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))] * 3)

    monkeypatch.setattr(mnist, "mnist", load)
    assert download.fetch(folder, destination, threading.Event()) is not None
    assert [path.read_bytes() for path in destination.parent.iterdir()] == [b"digits"]


def test_a_download_that_fails_is_a_sentence_without_addresses(folder, destination, monkeypatch, capsys):
    def fail():
        raise DataError("URL fetch failure on https://example.org")

    monkeypatch.setattr(mnist, "mnist", fail)
    with pytest.raises(DataError, match="MNIST could not be downloaded; choose another source") as error:
        download.fetch(folder, destination, threading.Event())
    assert "example.org" not in str(error.value) and "example.org" in capsys.readouterr().err
    assert not destination.exists()


def test_a_download_that_hangs_can_be_stopped_and_has_a_limit(folder, destination, monkeypatch):
    go_on, stopped = threading.Event(), threading.Event()
    monkeypatch.setattr(mnist, "mnist", go_on.wait)
    stopped.set()
    try:
        assert download.fetch(folder, destination, stopped) is None
        monkeypatch.setattr(download, "MAX_DOWNLOAD_SECONDS", 0.2)
        with pytest.raises(DataError, match="could not be downloaded"):
            download.fetch(folder, destination, threading.Event())
    finally:
        go_on.set()


def test_nothing_is_redirected_if_mnist_is_here(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("DIGIT_DATA", str(tmp_path))
    assert download.redirect(folder) is None
