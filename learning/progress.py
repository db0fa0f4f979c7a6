"""Reports progress to the page while a network learns: curves, predictions for held-out digits, the first layer."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digits import SIDE
from digits.labelled import Digits, join
from learning.batches import predict
from learning.job import (
    MAX_PAUSED_SECONDS,
    SNAPSHOT_DIGITS,
    TAUGHT_DIGITS,
    Job,
    Point,
    Progress,
    Snapshot,
    State,
    write_progress,
)
from learning.learner import Step
from models.network import Network

POLL_SECONDS = 0.1  # between two looks at the commands while paused
MAX_UNITS = 32  # of the first layer
RECURRENT_INPUTS, RECURRENT_UNITS = SIDE, 2 * SIDE  # part of a recurrent layer's matrix that is shown


class ProgressReporter:
    """Writes the progress of one training, and obeys the page's commands to pause and to stop."""

    def __init__(
        self,
        folder: Path,
        job: Job,
        network: Network,
        taught: Digits,
        held_out: Digits,
        stopped: threading.Event,
        paused: threading.Event,
    ):
        self.folder, self.job, self.network, self.held_out = folder, job, network, held_out
        self.shown = join([taught[:TAUGHT_DIGITS], held_out[:SNAPSHOT_DIGITS]])
        self.predictions: list[np.ndarray] = []  # for these, at each point
        self.stopped, self.paused = stopped, paused
        self.progress = Progress(State.STARTING, seconds_left=job.seconds, taught=len(taught[:TAUGHT_DIGITS]))
        self._paused_seconds = 0.0

    def report(self, state: State, **changes: Any) -> None:
        """Write the progress with a new state and other changed fields."""
        self.progress = replace(self.progress, state=state, **changes)
        write_progress(self.folder, self.progress)

    def observe(self, step: Step) -> bool:
        """Add a point to the curves, wait while paused, and return whether to go on; see learning.learner.Observer."""
        self._measure(step.model, State.LEARNING, step.seconds_left, step.examples, step.loss, step.accuracy)
        if self.paused.is_set():
            self._pause()
        return not self.stopped.is_set()

    def paused_seconds(self) -> float:
        """Return how long all pauses have taken so far."""
        return self._paused_seconds

    def _pause(self) -> None:
        """Wait for a command, or until the training has been paused for too long altogether."""
        self.report(State.PAUSED)
        begin, left = time.monotonic(), MAX_PAUSED_SECONDS - self._paused_seconds
        while self.paused.is_set() and not self.stopped.is_set() and time.monotonic() - begin < left:
            time.sleep(POLL_SECONDS)
        self._paused_seconds += time.monotonic() - begin
        self.paused.clear()
        self.report(State.LEARNING)

    def finish(self, model: keras.Model) -> None:
        """Add the point of the final network, whose weights are averaged."""
        stopped = self.stopped.is_set()
        if self.progress.points:
            last = self.progress.points[-1]
            self._measure(model, State.SAVING, 0.0, last.examples, last.loss, last.accuracy, stopped=stopped)
        else:
            self.report(State.SAVING, seconds_left=0.0, stopped=stopped)

    def _measure(
        self,
        model: keras.Model,
        state: State,
        seconds_left: float,
        examples: int,
        loss: float,
        accuracy: float,
        **changes: Any,
    ) -> None:
        probabilities, labels = predict(model, self.network, self.held_out.digits), self.held_out.labels
        likelihood = np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)
        predictions = probabilities.argmax(1)
        point = Point(
            seconds=self.job.seconds - seconds_left,
            examples=examples,
            loss=float(loss),
            accuracy=float(accuracy),
            held_out_loss=float(-np.log(likelihood).mean()),
            held_out_accuracy=float((predictions == labels).mean()),
        )
        taught = predict(model, self.network, self.shown.digits[: self.progress.taught]).argmax(1)
        self.predictions.append(np.concatenate([taught, predictions[:SNAPSHOT_DIGITS]]).astype(np.uint8))
        snapshot = Snapshot(self.shown.digits, self.shown.labels, np.stack(self.predictions), first_layer(model))
        points = [*self.progress.points, point]
        self.report(state, seconds_left=seconds_left, points=points, snapshot=snapshot, **changes)


def first_layer(model: keras.Model) -> np.ndarray:
    """Return pictures of the first layer's weights, float32 (n, h, w): of some units, or of the matrix of an RNN."""
    kernel = np.asarray(next(layer for layer in model.layers if layer.weights).get_weights()[0], np.float32)
    if kernel.ndim == 4:
        return kernel.mean(2).transpose(2, 0, 1)[:MAX_UNITS]
    if len(kernel) == SIDE * SIDE:
        return kernel.T[:MAX_UNITS].reshape(-1, SIDE, SIDE)
    return kernel[None, :RECURRENT_INPUTS, :RECURRENT_UNITS]  # pixels of a row downwards, units to the right
