"""The trainings of a visit: the one that runs, the networks that came of them, and the ways other pages reach them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np
import streamlit as st

import models
from language import N_, _
from learning.job import EXPORTED_FILE, WEIGHTS_FILE, Job, Progress, State
from learning.training import Training, TrainingError, trained_classifier
from recognition.prediction import Prediction
from ui import navigation
from ui.shared import session

if TYPE_CHECKING:
    from recognition.classifier import Classifier

FROM_NOTHING, FINE_TUNE = N_("From nothing"), N_("Teach a trained one")  # choices of the page
OWN = N_("My drawings")  # the source of that name
MAX_UNDO = 5  # networks before the newest that are kept, of some MB each
HEARTBEAT_SECONDS = 3.0  # between two looks at a training from another page

_by_name: WeakValueDictionary[str, Learned] = WeakValueDictionary()  # those of all visits


def learning() -> Learning:
    """Return the trainings of this visit."""
    return session.kept(session.LEARNING, Learning)


def heartbeat() -> None:
    """Keep a training alive on the other pages, and take its network when it is done; free if none runs."""
    if learning().running:
        _heartbeat()


@st.fragment(run_every=HEARTBEAT_SECONDS)
def _heartbeat() -> None:
    if learning().sync():
        st.rerun()


def teach() -> None:
    """Open the page Learn, set to teach a trained network the visitor's own drawings."""
    st.session_state[session.LEARN_MODE] = FINE_TUNE
    st.session_state[session.LEARN_FROM] = [OWN]
    navigation.go("learn")


@dataclass(eq=False)
class Learning:
    """The trainings of a visit.

    training: the one that runs, or has ended and is still shown. learned: the network that answers on the page Draw.
    earlier: the ones before it, or None, oldest first, for Undo. problem: why no training could be started.
    choices: the visitor's, of the widgets whose key they have.
    """

    training: Training | None = None
    learned: Learned | None = None
    earlier: list[Learned | None] = field(default_factory=list)
    problem: str = ""
    choices: dict[str, Any] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """True while a training runs or waits for its turn."""
        return self.training is not None and not self.training.ended

    def predict(self, digit: np.ndarray, calibrated: bool) -> Prediction | None:
        """Return the learned network's prediction for a digit, uint8 (28, 28); None if there is no such network."""
        return self.learned.classifier.predict_one(digit, calibrated) if self.learned else None

    def sync(self) -> bool:
        """Read the progress of the training, and take its network when it is done; return whether it has just ended."""
        if self.training is None or not self.running:
            return False
        self.training.poll()
        if self.running:
            return False
        if self.training.progress.state == State.DONE:
            try:
                self.take(result(self.training))
            except TrainingError as error:
                self.training.fail(str(error))
        self.training.close()
        return True

    def take(self, learned: Learned) -> None:
        """Let a new network answer."""
        self.earlier = [*self.earlier, self.learned][-MAX_UNDO:]
        self.learned = learned

    def undo(self) -> None:
        """Go back to the network before, or to none."""
        self.learned = self.earlier.pop() if self.earlier else None

    def forget(self) -> None:
        """Delete every learned network; a training that runs goes on."""
        self.learned = None
        self.earlier.clear()
        if not self.running:
            self.training = None


@dataclass(eq=False)
class Learned:
    """A network that the visitor has trained.

    weights, exported: the contents of its files for Keras and LiteRT. name: in its address, for this visit alone.
    """

    job: Job
    classifier: Classifier
    weights: bytes
    exported: bytes
    progress: Progress
    name: str = field(default_factory=secrets.token_urlsafe)

    def __post_init__(self) -> None:
        _by_name[self.name] = self

    @property
    def title(self) -> str:
        """Its name on the page."""
        return _("Your {network}").format(network=models.find(self.job.network).title)

    @property
    def address(self) -> str:
        """Where the visitor's browser gets the LiteRT file, relative to the page's base."""
        return f"browser/own/{self.name}.tflite"


def exported(name: str) -> bytes | None:
    """Return the LiteRT file of a visitor's network by the name in its address; None once the network is gone."""
    found = _by_name.get(name)
    return found.exported if found else None


def result(training: Training) -> Learned:
    """Read the network of a training that is done; raises TrainingError if its files cannot be read."""
    job = training.job
    try:
        weights = (training.folder / WEIGHTS_FILE).read_bytes()
        exported = (training.folder / EXPORTED_FILE).read_bytes()
        classifier = trained_classifier(job.network, training.progress, exported, weights)
    except (OSError, ValueError, RuntimeError) as error:
        sentence = _("The trained network cannot be read: {reason}.").format(reason=type(error).__name__)
        raise TrainingError(sentence) from error
    return Learned(job, classifier, weights, exported, training.progress)
