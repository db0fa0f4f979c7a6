"""What the page and the process that trains for it tell each other: a job, its progress, its result, as files.

The page writes a job into a folder and starts the process with a pipe as its standard input, on which it sends
commands, a line each; the process writes its progress again and again, each time whole. Neither parses more than JSON
and plain arrays.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recognition.exported_model import ExportedModel
from recognition.store import write_atomically

JOB, PROGRESS, DIGITS, PICTURES = "job.json", "progress.json", "digits.npz", "pictures.npz"
WEIGHTS, SERVING, LOG = "model.weights.h5", "model.tflite", "log.txt"
ALIVE, PAUSE, RESUME, STOP = "alive", "pause", "resume", "stop"  # commands
WAITING, STARTING, LEARNING, PAUSED, SAVING, DONE, FAILED = (
    "waiting",
    "starting",
    "learning",
    "paused",
    "saving",
    "done",
    "failed",
)
ENDED = (DONE, FAILED)
SHOWN = 30  # held-out digits whose answers are told while it learns
LONGEST = 300.0  # seconds that a job may ask for
LONGEST_PAUSE = 120.0  # seconds of all pauses of a training together; others wait meanwhile
writing = threading.Lock()  # who holds it can remove the folder, and nobody makes it again
ABANDONED = 30.0  # seconds without a command after which nobody watches any more
NOT_BEGUN = "Stopped before it began."


@dataclass(frozen=True)
class Job:
    """What shall be learned.

    network: its key. start: the recipe whose weights it goes on from, or None to begin from nothing.
    seconds: how long. rehearsal: of what the weights it goes on from can do, so that they do not forget it.
    mnist: learn from MNIST's training digits, too, but for a hidden digit, and hold its test digits out.
    """

    network: str
    start: str | None = None
    seconds: float = 30.0
    rehearsal: bool = True
    mnist: bool = False
    hidden: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= LONGEST:
            raise ValueError(f"expected 1 to {LONGEST:.0f} seconds, got {self.seconds}")


@dataclass(frozen=True, eq=False)
class Examples:
    """Labelled digits: uint8 (n, 28, 28), and int64 (n,)."""

    digits: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Point:
    """How far it was after some time: loss and accuracy, 0 to 1, on what it learned from lately and on held-out digits.

    seconds: since the start. examples: digits it has learned from, each variation counted. Held-out values may be None.
    """

    seconds: float
    examples: int
    loss: float
    accuracy: float
    held_out_loss: float | None = None
    held_out_accuracy: float | None = None


@dataclass(frozen=True)
class Comparison:
    """How many of n digits it read before and after, which no one of them it learned from."""

    digits: str
    n: int
    before: int
    after: int


@dataclass(frozen=True)
class Progress:
    """What the process has done so far.

    state: one of those above. message: why it failed, or what it does while it starts.
    ahead: trainings that come first, while it waits.
    seconds_left: of learning. stopped: before its time. comparisons, serving, parameters: when it is done.
    """

    state: str
    message: str = ""
    ahead: int = 0
    seconds_left: float = 0.0
    stopped: bool = False
    points: list[Point] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    serving: ExportedModel | None = None
    parameters: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain data for json.dump."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping) -> Progress:
        """The inverse of to_json; raises KeyError, TypeError or ValueError for other data."""
        fields = dict(data)
        fields["points"] = [Point(**point) for point in fields["points"]]
        fields["comparisons"] = [Comparison(**comparison) for comparison in fields["comparisons"]]
        fields["serving"] = None if fields["serving"] is None else ExportedModel.from_json(fields["serving"])
        return cls(**fields)


@dataclass(frozen=True, eq=False)
class Pictures:
    """What is shown beside the curves: held-out digits with the newest answers, and the first layer.

    digits: uint8 (k, 28, 28); labels, answers: int (k,). first_layer: float32 (n, h, w).
    """

    digits: np.ndarray
    labels: np.ndarray
    answers: np.ndarray
    first_layer: np.ndarray


def mnist_file() -> Path:
    """Where MNIST lies, if it is on this machine: in the folder that DIGIT_DATA names, else where Keras keeps it."""
    named = os.environ.get("DIGIT_DATA")
    cache = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"
    return (Path(named).expanduser() if named else cache) / "mnist.npz"


def write_job(folder: Path, job: Job, train: Examples, held_out: Examples) -> None:
    """Writes a job into its folder; raises OSError where it cannot be written."""
    arrays = {"digits": train.digits, "labels": train.labels, "held": held_out.digits, "held_labels": held_out.labels}
    write_atomically(folder / DIGITS, lambda path: _save(path, arrays))
    write_atomically(folder / JOB, lambda path: path.write_text(json.dumps(asdict(job)), encoding="utf-8"))


def read_job(folder: Path) -> tuple[Job, Examples, Examples]:
    """The job, what to learn from, and what is held out."""
    job = Job(**json.loads((folder / JOB).read_text(encoding="utf-8")))
    with np.load(folder / DIGITS, allow_pickle=False) as file:
        return job, Examples(file["digits"], file["labels"]), Examples(file["held"], file["held_labels"])


def write_progress(folder: Path, progress: Progress, pictures: Pictures | None = None) -> None:
    """Writes how far it is; the pictures first, so that they are there when the progress is read."""
    text = json.dumps(progress.to_json())
    with writing:
        if pictures is not None:
            arrays = {name: getattr(pictures, name) for name in Pictures.__dataclass_fields__}
            write_atomically(folder / PICTURES, lambda path: _save(path, arrays))
        write_atomically(folder / PROGRESS, lambda path: path.write_text(text, encoding="utf-8"))


def read_progress(folder: Path) -> Progress | None:
    """How far it is; None before the first word."""
    try:
        return Progress.from_json(json.loads((folder / PROGRESS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def read_pictures(folder: Path) -> Pictures | None:
    """The newest pictures; None before the first."""
    try:
        with np.load(folder / PICTURES, allow_pickle=False) as file:
            return Pictures(**{name: file[name] for name in Pictures.__dataclass_fields__})
    except FileNotFoundError:
        return None


def _save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
