"""The files that the page and the process that trains for it exchange in a folder. Needs no TensorFlow.

job.npz               from the page: the job, the digits to learn from, the held-out digits
pulse                 from the process, touched all the time while it lives
progress.npz          from the process, about twice a second: its state, the curves, a snapshot of the network
model.weights.h5      from the process, at the end: the weights, for Keras
model.tflite          the same network, for LiteRT
log.txt               what the process prints

The page starts `python -m learning.process FOLDER`, before there is a job where it can, and sends a Command a line to
its standard input. Each file is replaced as a whole, so a reader never sees half of it, and holds only JSON and plain
arrays.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from digits.labelled import Digits
from language import SOURCE
from recognition.exported_model import ExportedModel

JOB_FILE, PROGRESS_FILE, PULSE_FILE, LOG_FILE = "job.npz", "progress.npz", "pulse", "log.txt"
WEIGHTS_FILE, EXPORTED_FILE = "model.weights.h5", "model.tflite"
MAX_SECONDS = 300.0  # of learning that a job may ask for
MAX_PAUSED_SECONDS = 120.0  # of all pauses of a training together, since others wait for it
ABANDONED_SECONDS = 30.0  # without a command, after which the page is taken to be gone
SIZES = ("units", "filters")  # parameters of a network's build() that say how large its layers are
RATES = (0.01, 0.1, 1.0, 10.0, 100.0)  # of the usual learning rate, that a visitor can turn it to
STILL_SECONDS = 60.0  # without a pulse, after which a process is taken to stand still; others wait for it
STANDBY_SECONDS = 300.0  # that a process waits for a job, with TensorFlow loaded
SNAPSHOT_DIGITS, TAUGHT_DIGITS = 30, 10  # held-out digits, and digits learned from, that the page shows at most
REPLACE_SECONDS = 2.0  # to retry a replacement: on Windows it fails while the page reads the file

write_lock = threading.Lock()  # held while a file is written; abandoning a training takes it for good


class State(StrEnum):
    """The states of a training, in their order; PAUSED leads back to LEARNING, and FAILED ends any of them."""

    WAITING = "waiting"  # for other trainings
    STARTING = "starting"
    LEARNING = "learning"
    PAUSED = "paused"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in (State.DONE, State.FAILED)


class Command(StrEnum):
    """The commands to the process. BEGIN: the job is in the folder. ALIVE: the page is still there."""

    BEGIN = "begin"
    ALIVE = "alive"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RATE = "rate"  # followed by one of RATES


@dataclass(frozen=True)
class Job:
    """The settings of a training.

    network: its key. start: the recipe whose weights are fine-tuned, or None to train from nothing.
    seconds: of learning, 1 to MAX_SECONDS. rehearsal: when fine-tuning, rehearse what these weights can do.
    mnist: learn from MNIST's training digits as well. hidden: a digit that is left out of them, or None.
    rate: one of RATES, until the page turns it. size: units or filters of a layer, from nothing; None for the usual.
    language: of the visitor, in which the process writes its messages.
    """

    network: str
    start: str | None = None
    seconds: float = 30.0
    rehearsal: bool = True
    mnist: bool = False
    hidden: int | None = None
    rate: float = 1.0
    size: int | None = None
    language: str = SOURCE

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= MAX_SECONDS:
            raise ValueError(f"expected 1 to {MAX_SECONDS:.0f} seconds, got {self.seconds}")
        if self.rate not in RATES:
            raise ValueError(f"expected one of {RATES}, got {self.rate}")


@dataclass(frozen=True)
class Point:
    """A point of the curves: losses, and accuracies from 0 to 1.

    seconds: of learning so far. examples: digits learned from so far, every variation counted.
    loss, accuracy: on the batches since the point before. held_out_...: on the held-out digits.
    rate: the learning rate of the last batch.
    """

    seconds: float
    examples: int
    loss: float
    accuracy: float
    held_out_loss: float
    held_out_accuracy: float
    rate: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """The number of n digits of a held-out or test set that are read correctly, before and after."""

    test_set: str
    n: int
    before: int
    after: int


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The network at each of the m points of the curves, in its answers to some digits, and its first layer now.

    digits: uint8 (k, 28, 28), first those that are learned from; labels: int (k,), 0 to 9. predictions: uint8 (m, k).
    probabilities: uint8 (m, k, 10), of 255. positions: int8 (m, n, 2), on a map of these and more digits, whose labels
    are map_labels (n,). activations: int8 (a, k, maps, h, w), from -127 to 127, of an early layer at the last a points;
    at all of them when it is done. first_layer: float32 (n, h, w).
    """

    digits: np.ndarray
    labels: np.ndarray
    predictions: np.ndarray
    probabilities: np.ndarray
    positions: np.ndarray
    map_labels: np.ndarray
    activations: np.ndarray
    first_layer: np.ndarray


SNAPSHOT_ARRAYS = tuple(Snapshot.__dataclass_fields__)


@dataclass(frozen=True)
class Progress:
    """The progress of a training. taught: how many of the snapshot's digits are learned from.

    message: why it failed, or what it does while it starts. ahead: the trainings it waits for.
    seconds_left: of learning. stopped: whether the visitor stopped it early. snapshot: the newest, or None.
    comparisons, exported, parameters: of the network, once it is done.
    """

    state: State
    message: str = ""
    ahead: int = 0
    seconds_left: float = 0.0
    stopped: bool = False
    taught: int = 0
    points: list[Point] = field(default_factory=list)
    snapshot: Snapshot | None = None
    comparisons: list[Comparison] = field(default_factory=list)
    exported: ExportedModel | None = None
    parameters: int = 0


def mnist_file() -> Path:
    """The place of MNIST on this machine: in the folder that DIGIT_DATA names, else where Keras downloads it to."""
    named = os.environ.get("DIGIT_DATA")
    cache = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    return (Path(named).expanduser() if named else cache) / "mnist.npz"


def write_job(folder: Path, job: Job, train: Digits, held_out: Digits) -> None:
    """Write a job into its folder; raises OSError if that fails."""
    arrays = {"digits": train.digits, "labels": train.labels, "held": held_out.digits, "held_labels": held_out.labels}
    _write(folder / JOB_FILE, asdict(job), arrays)


def read_job(folder: Path) -> tuple[Job, Digits, Digits]:
    """Return the job, the digits to learn from, and the held-out digits."""
    settings, arrays = _read(folder / JOB_FILE)
    return Job(**settings), Digits(arrays["digits"], arrays["labels"]), Digits(arrays["held"], arrays["held_labels"])


def write_progress(folder: Path, progress: Progress) -> None:
    """Replace the progress in a job's folder; raises OSError if that fails, and writes nothing once abandoned."""
    snapshot = progress.snapshot
    arrays = {} if snapshot is None else {name: getattr(snapshot, name) for name in SNAPSHOT_ARRAYS}
    with write_lock:
        _write(folder / PROGRESS_FILE, asdict(replace(progress, snapshot=None)), arrays)


def read_progress(folder: Path) -> Progress | None:
    """Return the newest progress; None before the first, and on Windows while it is being replaced.

    Raises OSError, ValueError, KeyError, TypeError or zipfile.BadZipFile for a file that is no progress.
    """
    try:
        fields, arrays = _read(folder / PROGRESS_FILE)
    except (FileNotFoundError, PermissionError):
        return None
    exported = fields["exported"]
    return Progress(
        **fields
        | {
            "state": State(fields["state"]),
            "points": [Point(**point) for point in fields["points"]],
            "snapshot": Snapshot(**arrays) if arrays else None,
            "comparisons": [Comparison(**comparison) for comparison in fields["comparisons"]],
            "exported": None if exported is None else ExportedModel.from_json(exported),
        }
    )


def _write(path: Path, fields: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Replace a file with JSON and arrays. No fsync: after a crash of the machine nobody reads it any more."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, json=np.frombuffer(json.dumps(fields).encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    end = time.monotonic() + REPLACE_SECONDS
    while True:
        try:
            partial.replace(path)
            return
        except PermissionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    with np.load(path, allow_pickle=False) as file:
        return json.loads(file["json"].tobytes()), {name: file[name] for name in file.files if name != "json"}
