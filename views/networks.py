"""The trained networks, loaded once in each server process, after the canvas is on the page."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from models import FIRST, NETWORKS, doubt
from models.card import Card
from models.network import CLASSES
from models.weights import WeightsError, released

if TYPE_CHECKING:
    from models.classifier import Classifier, Ensemble

_awake: set[tuple[str, str]] = set()  # networks and recipes that this process has loaded before


def awake(recipe: str) -> bool:
    """Whether the chosen networks answer at once; the first time they need TensorFlow, which takes seconds."""
    return {(key, recipe) for key in chosen(recipe)} <= _awake


def any_awake() -> bool:
    """Whether this process has loaded any network, and TensorFlow with it."""
    return bool(_awake)


def chosen(recipe: str) -> list[str]:
    """The keys of the networks that the visitor wants to see, in display order; the first four, until they say so."""
    titles = st.session_state.get("networks")
    keys = [key for key in released(recipe) if titles and NETWORKS[key].title in titles]
    return keys or list(FIRST)


def classifiers(recipe: str) -> dict[str, Classifier | WeightsError]:
    """The classifiers of the chosen networks by key; in place of one whose files are not sound, the error."""
    found: dict[str, Classifier | WeightsError] = {}
    with nullcontext() if awake(recipe) else _uncollected():
        for key in chosen(recipe):
            try:
                found[key] = _load(key, recipe)
            except WeightsError as error:  # not cached: a mended file answers at the next stroke
                found[key] = error
        _ensembles(found)
        with suppress(WeightsError):
            _detector()
        _awake.update((key, recipe) for key in found)
    return found


def ask(recipe: str, digit: np.ndarray, raw: bool = False) -> dict[str, tuple[np.ndarray, Card] | WeightsError]:
    """For each network's key its probabilities, float32 (10,), and its card, or why there are none.

    digit: uint8 (28, 28). raw: the softmax as it is, not calibrated.
    """
    found = classifiers(recipe)
    given: dict[str, tuple[np.ndarray, Card] | WeightsError] = dict(found)
    if ensembles := _ensembles(found):
        from models.classifier import ask_side_by_side

        for ensemble, answers in zip(ensembles, ask_side_by_side(ensembles, digit[None], raw), strict=True):
            for one, answer in zip(ensemble.classifiers, answers, strict=True):
                given[one.network.key] = answer[0], one.card
    return given


def most_say(answers: list[np.ndarray]) -> int:
    """The digit that most networks answer with; of as many, the one they are surest of. answers: float (10,) each."""
    votes = np.bincount([int(answer.argmax()) for answer in answers], minlength=CLASSES)
    return int((votes + np.mean(answers, axis=0) / 2).argmax())


def doubtful(digit: np.ndarray) -> bool:
    """Whether a drawing, uint8 (28, 28), may be no digit at all; False while the detector's files are not sound."""
    try:
        _detector()
        return bool(doubt.score(digit[None])[0] >= doubt.THRESHOLD)
    except WeightsError:
        return False


def _ensembles(found: dict[str, Classifier | WeightsError]) -> list[Ensemble]:
    """The first four together, as most visitors ask them, the others alone: a graph for each choice would pile up."""
    sound = {key: one for key, one in found.items() if not isinstance(one, WeightsError)}
    together = [one for key, one in sound.items() if key in FIRST]
    groups = [together] if together else []
    groups += [[one] for key, one in sound.items() if key not in FIRST]
    return [_ensemble(tuple(one.card.sha256 for one in group), group) for group in groups]


@st.cache_resource(show_spinner=False)
def _ensemble(hashes: tuple[str, ...], _classifiers: list[Classifier]) -> Ensemble:
    from models.classifier import Ensemble

    return Ensemble(_classifiers)


@st.cache_resource(show_spinner=False)
def _load(key: str, recipe: str) -> Classifier:
    _keep_what_is_loaded()
    return NETWORKS[key].load(recipe)


@st.cache_resource(show_spinner=False)
def _detector() -> Classifier:
    _keep_what_is_loaded()
    detector = doubt.detector()
    detector.raw(np.zeros((1, 28, 28), np.uint8))  # compiles its graph
    return detector


@contextmanager
def _uncollected() -> Iterator[None]:
    """Takes everything that is made meanwhile, and all that was there, out of Python's garbage collection.

    A full collection that walks through TensorFlow's 370,000 objects stops all visitors for 400 ms, and its import
    would set off many.
    """
    gc.disable()
    try:
        yield
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()


def _keep_what_is_loaded() -> None:
    """Keeps Streamlit from clearing Keras's session after each run of the script, for all visitors at once.

    It means well, for graphs that scripts build again and again. Here it would drop the compiled kernels of TensorFlow,
    which the next stroke would spend 250 ms on, and pull the state from under a network that is just being built.
    """
    import keras

    keras.backend.clear_session = lambda free_memory=True: None
