"""The trained networks of this process, loaded once, after the canvas is on the page."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import recognition
from digits import CLASSES
from models import FIRST
from recognition import outlier
from recognition.answer import Answer
from recognition.store import WeightsError
from views.session import Selection

if TYPE_CHECKING:
    from recognition.classifier import Classifier, Ensemble

_loaded: dict[tuple[str, str], Classifier] = {}
_ensembles: dict[tuple[str, ...], Ensemble] = {}
_loading = threading.RLock()


@dataclass(frozen=True, eq=False)
class Loaded:
    """A network that can answer, or why it cannot.

    network: its key. classifier: None where its files are missing or damaged; error: then a sentence for the visitor.
    """

    network: str
    classifier: Classifier | None = None
    error: str = ""


def is_loaded(selection: Selection) -> bool:
    """Whether the chosen networks answer at once; the first ones need TensorFlow, which takes seconds to import."""
    return all((key, selection.recipe) in _loaded for key in selection.networks)


def any_loaded() -> bool:
    """Whether this process has loaded any network, and TensorFlow with it."""
    return bool(_loaded)


def load(selection: Selection) -> list[Loaded]:
    """The chosen networks, in display order."""
    with nullcontext() if is_loaded(selection) else _without_garbage_collection():
        networks = [_load(key, selection.recipe) for key in selection.networks]
        _grouped(networks)
        with suppress(WeightsError):
            outlier.detector()
    return networks


def classifiers(selection: Selection) -> list[Classifier]:
    """The chosen networks that can answer, in display order."""
    return [network.classifier for network in load(selection) if network.classifier]


def ask(selection: Selection, digit: np.ndarray) -> list[Answer]:
    """Each chosen network's answer to a digit, uint8 (28, 28), in display order."""
    networks = load(selection)
    found: dict[str, Answer] = {}
    if ensembles := _grouped(networks):
        from recognition.classifier import ask_in_parallel

        given = ask_in_parallel(ensembles, digit[None], raw=not selection.calibrated)
        for ensemble, answers in zip(ensembles, given, strict=True):
            for member, (probabilities,) in zip(ensemble.classifiers, answers, strict=True):
                found[member.network.key] = Answer(
                    member.network.key, selection.recipe, probabilities, member.card, selection.calibrated
                )
    return [
        found.get(network.network) or Answer(network.network, selection.recipe, error=network.error)
        for network in networks
    ]


def unload() -> None:
    """Forgets the loaded networks, so that the next request reads their files again."""
    with _loading:
        _loaded.clear()
        _ensembles.clear()
        outlier.detector.cache_clear()


def majority(answers: list[np.ndarray]) -> int:
    """The digit that most networks answer with; of as many, the one they are surest of. answers: float (10,) each."""
    votes = np.bincount([int(answer.argmax()) for answer in answers], minlength=CLASSES)
    return int((votes + np.mean(answers, axis=0) / 2).argmax())


def is_outlier(digit: np.ndarray) -> bool:
    """Whether a drawing, uint8 (28, 28), may be no digit; False while the detector's files are missing or damaged."""
    try:
        return bool(outlier.score(digit[None])[0] >= outlier.THRESHOLD)
    except WeightsError:
        return False


def _load(key: str, recipe: str) -> Loaded:
    """Loads a network once; a failure is not kept, so that a repaired file answers at the next stroke."""
    with _loading:
        try:
            if (key, recipe) not in _loaded:
                _keep_keras_session()
                _loaded[key, recipe] = recognition.load(key, recipe)
            return Loaded(key, _loaded[key, recipe])
        except WeightsError as error:
            return Loaded(key, error=str(error))


def _grouped(networks: list[Loaded]) -> list[Ensemble]:
    """The first four together, as most visitors ask them, the others alone: a graph for each choice would pile up."""
    from recognition.classifier import Ensemble

    working = [network.classifier for network in networks if network.classifier]
    together = [classifier for classifier in working if classifier.network.key in FIRST]
    groups = [together] if together else []
    groups += [[classifier] for classifier in working if classifier.network.key not in FIRST]
    with _loading:
        for group in groups:
            if _key(group) not in _ensembles:
                _ensembles[_key(group)] = Ensemble(group)
        return [_ensembles[_key(group)] for group in groups]


def _key(group: list[Classifier]) -> tuple[str, ...]:
    return tuple(classifier.card.sha256 for classifier in group)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Takes everything that is allocated meanwhile, and before, out of Python's garbage collection.

    A full collection that walks through TensorFlow's 370,000 objects stops all visitors for 400 ms, and its import
    would trigger many.
    """
    gc.disable()
    try:
        yield
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()


def _keep_keras_session() -> None:
    """Keeps Streamlit from clearing Keras's session after each run of the script, for all visitors at once.

    Streamlit does it for scripts that build graphs again and again. Here it would drop TensorFlow's compiled kernels,
    which cost the next stroke 250 ms, and the state of a network that another visitor is loading.
    """
    import keras

    keras.backend.clear_session = lambda free_memory=True: None
