"""What a visit trains and has trained: the training that runs, and the networks that came of it."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

import models
from learning import job as files
from learning.job import Comparison, Job, Progress
from recognition.card import ModelCard
from recognition.prediction import Prediction
from recognition.recipes import YOURS
from ui.learn.process import Training, TrainingProblem
from ui.shared import session

if TYPE_CHECKING:
    from recognition.classifier import Classifier

UNDOABLE = 5  # networks before the newest that are kept, of some MB each
NEEDED = ("training", "keras", "tensorflow")  # not in a container that only serves


def possible() -> bool:
    """Whether networks can be trained here: TensorFlow and this repository's training code are installed."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


@dataclass(eq=False)
class Learned:
    """A network that one has trained or taught.

    classifier: answers as the shipped ones do. weights, serving: the contents of its files.
    """

    job: Job
    classifier: Classifier
    weights: bytes
    serving: bytes
    progress: Progress

    @property
    def comparisons(self) -> list[Comparison]:
        return self.progress.comparisons


@dataclass(eq=False)
class Learning:
    """What a visit trains and has trained.

    training: what runs, or has ended and is still shown. learned: the network that answers on the first page.
    earlier: the one before it, or None, for each time that one can undo. problem: why none could be started.
    """

    training: Training | None = None
    learned: Learned | None = None
    earlier: list[Learned | None] = field(default_factory=list)
    problem: str = ""

    @property
    def running(self) -> bool:
        """Whether a training runs, or waits for its turn."""
        return self.training is not None and not self.training.ended

    def answers(self, digit: np.ndarray, calibrated: bool) -> list[Prediction]:
        """The learned network's answer to a digit, uint8 (28, 28); none where nothing was learned."""
        return [self.learned.classifier.answer(digit, calibrated)] if self.learned else []

    def follow(self) -> bool:
        """Looks at the training that runs, and takes its network when it is done; returns whether it has just ended."""
        if self.training is None or not self.running:
            return False
        self.training.look()
        if self.running:
            return False
        if self.training.progress.state == files.DONE:
            try:
                self.take(result(self.training))
            except TrainingProblem as error:
                self.training.fail(str(error))
        self.training.close()
        return True

    def take(self, learned: Learned) -> None:
        """Lets a new network answer."""
        self.earlier = [*self.earlier, self.learned][-UNDOABLE:]
        self.learned = learned

    def undo(self) -> None:
        """Goes back to the network before, or to none."""
        self.learned = self.earlier.pop() if self.earlier else None

    def forget(self) -> None:
        """Throws away all that was learned; what is being learned now goes on."""
        self.learned = None
        self.earlier.clear()
        if not self.running:
            self.training = None


def result(training: Training) -> Learned:
    """The network of a training that is done. Raises TrainingProblem where its files cannot be read."""
    from recognition.classifier import Classifier
    from recognition.exported_model import InterpreterPool

    job = training.job
    try:
        weights = (training.folder / files.WEIGHTS).read_bytes()
        serving = (training.folder / files.SERVING).read_bytes()
        card = _card(job, weights, training.progress)
        classifier = Classifier(models.find(job.network), card, InterpreterPool(serving))
    except (OSError, ValueError, RuntimeError) as error:
        raise TrainingProblem(f"The trained network cannot be read: {type(error).__name__}.") from error
    return Learned(job, classifier, weights, serving, training.progress)


def _card(job: Job, weights: bytes, progress: Progress) -> ModelCard:
    return ModelCard(
        network=job.network,
        recipe=YOURS,
        parameters=progress.parameters,
        sha256=hashlib.sha256(weights).hexdigest(),
        size=len(weights),
        temperature=1.0,
        training={},
        history=[],
        serving=progress.serving,
    )


def learning() -> Learning:
    """What this visit trains, and what it has trained."""
    return session.kept(session.LEARNING, Learning)
