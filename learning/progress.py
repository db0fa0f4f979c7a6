"""Tells the page how a training goes: the curves, the answers to held-out digits, the first layer, its state."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from learning.job import (
    LEARNING,
    LONGEST_PAUSE,
    PAUSED,
    SAVING,
    SHOWN,
    STARTING,
    Examples,
    Job,
    Pictures,
    Point,
    Progress,
    write_progress,
)
from learning.learner import Step
from models.network import Network

SLOW, SEEN = 4, 1.0  # the first points, and seconds for which each can be seen: the page looks once a second
LOOK = 0.1  # seconds between two looks at the commands while it is paused
UNITS = 32  # of the first layer, at most


class ProgressReporter:
    """Is told by learning.learner how far it is, and obeys the page's commands."""

    def __init__(
        self,
        folder: Path,
        job: Job,
        network: Network,
        held_out: Examples,
        stopped: threading.Event,
        paused: threading.Event,
    ):
        self.folder, self.job, self.network, self.held_out = folder, job, network, held_out
        self.stopped, self.paused = stopped, paused
        self.progress = Progress(STARTING, seconds_left=job.seconds)
        self.may_pause = LONGEST_PAUSE

    def tell(self, state: str, **changes: object) -> None:
        """Writes a state."""
        self.progress = replace(self.progress, state=state, **changes)  # type: ignore[arg-type]
        write_progress(self.folder, self.progress)

    def __call__(self, step: Step) -> bool:
        """Writes a point of the curves; waits while it is paused; returns whether to go on."""
        self.progress = replace(self.progress, state=LEARNING, seconds_left=step.seconds_left)
        self._point(step.model, self.job.seconds - step.seconds_left, step.examples, step.loss, step.accuracy)
        if len(self.progress.points) <= SLOW:
            self.stopped.wait(SEEN)
        if self.paused.is_set():
            self._pause()
        return not self.stopped.is_set()

    def _pause(self) -> None:
        """Waits until it shall go on or stop, or until there have been pauses enough."""
        self.tell(PAUSED)
        begin = time.monotonic()
        while self.paused.is_set() and not self.stopped.is_set() and time.monotonic() - begin < self.may_pause:
            time.sleep(LOOK)
        self.may_pause -= time.monotonic() - begin
        self.paused.clear()
        self.tell(LEARNING)

    def last(self, model: keras.Model) -> None:
        """The network as it is in the end, with the averaged weights."""
        if self.progress.points:
            point = self.progress.points[-1]
            self._point(model, self.job.seconds, point.examples, point.loss, point.accuracy)
        self.tell(SAVING, seconds_left=0.0, stopped=self.stopped.is_set())

    def _point(self, model: keras.Model, seconds: float, examples: int, loss: float, accuracy: float) -> None:
        answers = model.predict(self.network.inputs(self.held_out.digits), batch_size=256, verbose=0)
        likely = answers[np.arange(len(answers)), self.held_out.labels]
        point = Point(
            seconds=seconds,
            examples=examples,
            loss=float(loss),
            accuracy=float(accuracy),
            held_out_loss=float(-np.log(np.maximum(likely, 1e-7)).mean()),
            held_out_accuracy=float((answers.argmax(1) == self.held_out.labels).mean()),
        )
        self.progress = replace(self.progress, points=[*self.progress.points, point])
        shown = slice(SHOWN)
        pictures = Pictures(
            self.held_out.digits[shown], self.held_out.labels[shown], answers[shown].argmax(1), first_layer(model)
        )
        write_progress(self.folder, self.progress, pictures)


def first_layer(model: keras.Model) -> np.ndarray:
    """Pictures of what the first units respond to, float32 (n, h, w), some of them."""
    kernel = np.asarray(next(layer for layer in model.layers if layer.weights).get_weights()[0], np.float32)
    if kernel.ndim == 4:
        return kernel.mean(2).transpose(2, 0, 1)[:UNITS]
    if kernel.shape[0] == 28 * 28:
        return kernel.T[:UNITS].reshape(-1, 28, 28)
    return kernel.T[None, :56].transpose(0, 2, 1)  # of a recurrent network: pixels of a row down, units across
