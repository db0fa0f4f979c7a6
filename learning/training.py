"""The page's side of a training's process: it starts the process, polls its progress, and ends it.

The process ends when its standard input is closed: with this object, with the visit, with the server.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import models
from digits.labelled import Digits
from language import _, ngettext, number
from learning.job import (
    LOG_FILE,
    PULSE_FILE,
    STILL_SECONDS,
    Command,
    Job,
    Progress,
    State,
    read_progress,
    write_job,
)
from recognition.card import ModelCard
from recognition.recipes import YOURS

if TYPE_CHECKING:
    from recognition.classifier import Classifier

ROOT = Path(__file__).resolve().parents[1]
FOLDER_PREFIX = "draw-a-digit-training-"
MAX_TRAININGS = 20  # of one server; all but one wait
STALE_SECONDS = 3600.0  # without a change, after which a folder is one that a crash has left
END_SECONDS = 30.0  # that a process may take to end before it is killed
LOGGED_CHARACTERS = 2000  # of its output, when it fails
REQUIRED = ("training", "keras", "tensorflow")  # missing in a container that only serves

log = logging.getLogger(__name__)

_trainings: weakref.WeakSet[Training] = weakref.WeakSet()
_start_lock = threading.Lock()  # so that two visitors who start at once are counted one after the other
_standby: tuple[subprocess.Popen[str], Path] | None = None  # a process without a job yet, one for the server


def possible() -> bool:
    """Return whether networks can be trained here: TensorFlow and this repository's training code are installed."""
    return all(importlib.util.find_spec(name) is not None for name in REQUIRED)


class TrainingError(Exception):
    """A training cannot be started, or its network cannot be read; the message is a sentence for the visitor."""


class Training:
    """A training in a process of its own. progress: what poll() returned last."""

    def __init__(self, job: Job, train: Digits, held_out: Digits):
        """Start the process; raises TrainingError if that fails or too many run already."""
        self.job = job
        self.progress = Progress(State.WAITING, seconds_left=job.seconds)
        self._pulse: tuple[int | None, float] = None, time.monotonic()  # its newest, and when it was seen
        self.process: subprocess.Popen[str]
        with _start_lock:
            if sum(other.process.poll() is None for other in _trainings) >= MAX_TRAININGS:
                raise TrainingError(
                    ngettext(
                        "{n} training runs or waits on this server already; try again in some minutes.",
                        "{n} trainings run or wait on this server already; try again in some minutes.",
                        MAX_TRAININGS,
                    ).format(n=number(MAX_TRAININGS))
                )
            try:
                _remove_stale_folders()
                self.process, self.folder = _take_standby() or _started()
                self._begin(train, held_out)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise TrainingError(_("The training could not be started: {reason}.").format(reason=reason)) from error
            self.close = weakref.finalize(self, _end, self.process, self.folder)
            _trainings.add(self)

    def _begin(self, train: Digits, held_out: Digits) -> None:
        """Give the process its job; end it if that fails."""
        try:
            write_job(self.folder, self.job, train, held_out)
            _send(self.process, Command.BEGIN)
        except BaseException:
            _end(self.process, self.folder)
            raise

    @property
    def ended(self) -> bool:
        return self.progress.state.ended

    def command(self, command: Command) -> None:
        """Send a command to the process, if it still runs."""
        _send(self.process, command)

    def turn(self, rate: float) -> None:
        """Turn the learning rate to another of learning.job.RATES."""
        _send(self.process, f"{Command.RATE} {rate}")

    def poll(self) -> Progress:
        """Read the progress, and tell the process that the page is still there."""
        if self.ended:
            return self.progress
        gone = self.process.poll() is not None
        self.command(Command.ALIVE)
        try:
            self.progress = read_progress(self.folder) or self.progress
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            self.fail(_("The training's files cannot be read: {reason}.").format(reason=type(error).__name__))
        if gone and not self.ended:
            self.fail(_ended_early(self.process.returncode))
        elif not gone and not self.ended and self._stands_still():
            self.process.kill()
            self.fail(
                ngettext(
                    "The training stood still for {n} second and was ended; try it again.",
                    "The training stood still for {n} seconds and was ended; try it again.",
                    round(STILL_SECONDS),
                ).format(n=number(STILL_SECONDS))
            )
        elif self.progress.state == State.FAILED:
            self._log()
        return self.progress

    def _stands_still(self) -> bool:
        """Return whether the process has shown no life for long, by a clock that stops while a laptop sleeps."""
        pulse = None
        with contextlib.suppress(OSError):
            pulse = (self.folder / PULSE_FILE).stat().st_mtime_ns
        if pulse != self._pulse[0]:
            self._pulse = pulse, time.monotonic()
        return time.monotonic() - self._pulse[1] > STILL_SECONDS

    def fail(self, sentence: str) -> None:
        """End it for the visitor, with a reason; its curves stay."""
        self.progress = Progress(State.FAILED, sentence, points=self.progress.points, snapshot=self.progress.snapshot)
        self._log()

    def _log(self) -> None:
        output = ""
        with contextlib.suppress(OSError):
            output = (self.folder / LOG_FILE).read_text(encoding="utf-8", errors="replace")[-LOGGED_CHARACTERS:]
        log.warning("training of %s: %s %s", self.job.network, self.progress.message, output)


def _ended_early(status: int) -> str:
    """The sentence on a process that has ended by itself. status: its exit status, an error's number where positive."""
    if status > 0:
        return _("The training ended before it was done: {reason}.").format(reason=os.strerror(status))
    return _("The training ended before it was done: try it again.")


def trained_classifier(network: str, progress: Progress, exported: bytes, weights: bytes = b"") -> Classifier:
    """Return the network that a training has exported, ready to predict.

    progress: the last one. weights: for Keras, where they are kept; their hash is on the card.
    Raises ValueError or RuntimeError where the file cannot be read.
    """
    from recognition.classifier import Classifier
    from recognition.exported_model import InterpreterPool

    card = ModelCard(
        network=network,
        recipe=YOURS,
        parameters=progress.parameters,
        sha256=hashlib.sha256(weights).hexdigest(),
        size=len(weights),
        temperature=1.0,
        training={},
        history=[],
        serving=progress.exported,
    )
    return Classifier(models.find(network), card, InterpreterPool(exported))


def prepare() -> None:
    """Have a process stand by that has loaded TensorFlow when the visitor starts a training; it ends by itself."""
    global _standby
    with _start_lock:
        if _standby is not None and _standby[0].poll() is None:
            _send(_standby[0], Command.ALIVE)
        elif sum(other.process.poll() is None for other in _trainings) < MAX_TRAININGS:
            try:
                _standby = _started()
            except OSError as error:
                log.warning("no process stands by for a training: %s", error.strerror)


def _take_standby() -> tuple[subprocess.Popen[str], Path] | None:
    """Return the process that stands by with its folder, if it still runs; the next visitor gets another."""
    global _standby
    taken, _standby = _standby, None
    return taken if taken and taken[0].poll() is None and taken[1].is_dir() else None


def _started() -> tuple[subprocess.Popen[str], Path]:
    """Start a process; return it with its folder. Raises OSError if that fails."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    try:
        with (folder / LOG_FILE).open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "learning.process", str(folder)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                text=True,
                start_new_session=True,
            )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return process, folder


def _send(process: subprocess.Popen[str], command: str) -> None:
    """Send a command, if the process still runs."""
    try:
        assert process.stdin is not None
        process.stdin.write(command + "\n")
        process.stdin.flush()
    except (OSError, ValueError):  # it has ended
        return


def _end(process: subprocess.Popen[str], folder: Path) -> None:
    """Close the process's input, upon which it removes its folder and ends; wait for that in a thread."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    with contextlib.suppress(RuntimeError):  # the server is shutting down; the process ends by itself
        threading.Thread(target=_reap, args=(process, folder), name="end of a training", daemon=True).start()


def _reap(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait for the process, kill it if it does not end, and remove what it has left."""
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _remove_stale_folders() -> None:
    """Remove the folders of trainings whose process and server were both killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or just removed
            if time.time() - folder.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
