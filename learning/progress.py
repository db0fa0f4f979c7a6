"""Reports progress to the page while a network learns: curves, and a look into it at each of their points."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digits.labelled import Digits, join
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
from learning.probe import Look, Probe, first_layer, positions
from models.network import Network

POLL_SECONDS = 0.1  # between two looks at the commands while paused
MAP_DIGITS = 200  # on the map at most
RECENT_POINTS = 8  # whose activations are written while it learns: a page that polls misses none of them


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
        self.folder, self.job, self.held_out = folder, job, held_out
        self.probed = join([taught[:TAUGHT_DIGITS], held_out])
        self.probe = Probe(network, self.probed.digits)
        self.stopped, self.paused = stopped, paused
        self.progress = Progress(State.STARTING, seconds_left=job.seconds, taught=len(taught[:TAUGHT_DIGITS]))
        self._activations: list[np.ndarray] = []  # at each point, of the digits that are shown
        self._paused_seconds = 0.0

    def report(self, state: State, **changes: Any) -> None:
        """Write the progress with a new state and other changed fields."""
        self.progress = replace(self.progress, state=state, **changes)
        write_progress(self.folder, self.progress)

    def observe(self, step: Step) -> bool:
        """Add a point to the curves, wait while paused, and return whether to go on; see learning.learner.Observer."""
        self._measure(step.model, State.LEARNING, step.seconds_left, step.examples, step.loss, step.accuracy, step.rate)
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
            self._measure(model, State.SAVING, 0.0, last.examples, last.loss, last.accuracy, 0.0, stopped=stopped)
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
        rate: float,
        **changes: Any,
    ) -> None:
        look, taught = self.probe.look(model), self.progress.taught
        held_out, labels = look.probabilities[taught:], self.held_out.labels
        likelihood = np.maximum(held_out[np.arange(len(labels)), labels], 1e-7)
        point = Point(
            seconds=self.job.seconds - seconds_left,
            examples=examples,
            loss=float(loss),
            accuracy=float(accuracy),
            held_out_loss=float(-np.log(likelihood).mean()),
            held_out_accuracy=float((held_out.argmax(1) == labels).mean()),
            rate=rate,
        )
        snapshot = self._snapshot(model, look, state)
        points = [*self.progress.points, point]
        self.report(state, seconds_left=seconds_left, points=points, snapshot=snapshot, **changes)

    def _snapshot(self, model: keras.Model, look: Look, state: State) -> Snapshot:
        """The history of the look into the network, with a new one."""
        last, shown = self.progress.snapshot, self.progress.taught + SNAPSHOT_DIGITS
        probabilities = look.probabilities[:shown]
        self._activations.append(look.activations[:shown])
        kept = self._activations if state == State.SAVING else self._activations[-RECENT_POINTS:]
        places = positions(look.features[:MAP_DIGITS], last.positions[-1] if last else None)
        return Snapshot(
            digits=self.probed.digits[:shown],
            labels=self.probed.labels[:shown],
            predictions=_longer(last.predictions if last else None, probabilities.argmax(1).astype(np.uint8)),
            probabilities=_longer(last.probabilities if last else None, np.rint(255 * probabilities).astype(np.uint8)),
            positions=_longer(last.positions if last else None, places),
            map_labels=self.probed.labels[:MAP_DIGITS],
            activations=np.stack(kept),
            first_layer=first_layer(model),
        )


def _longer(history: np.ndarray | None, newest: np.ndarray) -> np.ndarray:
    return newest[None] if history is None else np.concatenate([history, newest[None]])
