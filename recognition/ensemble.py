"""The trained networks of this process, each loaded when it is first asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import recognition
from digits import CLASSES
from models import DEFAULT_NETWORKS
from recognition import outlier
from recognition.prediction import Prediction
from recognition.store import WeightsError

if TYPE_CHECKING:
    from recognition.classifier import Classifier

_loaded: dict[tuple[str, str], Classifier] = {}
_loading = threading.Lock()
_cores = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="network")


@dataclass(frozen=True)
class Selection:
    """Which networks answer, and how: the choices that all panels share.

    recipe: whose weights. networks: keys, in display order. calibrated: or the softmax as the network gives it.
    """

    recipe: str
    networks: tuple[str, ...]
    calibrated: bool = True


@dataclass(frozen=True, eq=False)
class LoadedNetwork:
    """A network that can answer, or why it cannot.

    network: its key. classifier: None where its files are missing or damaged; error: then a sentence for the visitor.
    """

    network: str
    classifier: Classifier | None = None
    error: str = ""


def load(selection: Selection) -> list[LoadedNetwork]:
    """The chosen networks, in display order."""
    return [_load(key, selection.recipe) for key in selection.networks]


def classifiers(selection: Selection) -> list[Classifier]:
    """The chosen networks that can answer, in display order."""
    return [network.classifier for network in load(selection) if network.classifier]


def predict_all(selection: Selection, digit: np.ndarray) -> list[Prediction]:
    """Each chosen network's answer to a digit, uint8 (28, 28), in display order."""

    def answer(network: LoadedNetwork) -> Prediction:
        if network.classifier is None:
            return Prediction(network.network, selection.recipe, error=network.error)
        return network.classifier.answer(digit, selection.calibrated)

    networks = load(selection)
    in_turn = len(networks) <= len(DEFAULT_NETWORKS)  # these take half a millisecond, threads would cost as much
    return list(map(answer, networks) if in_turn else _cores.map(answer, networks))


def unload() -> None:
    """Forgets the loaded networks, so that the next request reads their files again."""
    with _loading:
        _loaded.clear()
        outlier.detector.cache_clear()


def majority(answers: list[np.ndarray]) -> int:
    """The digit that most networks answer with; of as many, the one they are surest of. answers: float (10,) each."""
    votes = np.bincount([int(answer.argmax()) for answer in answers], minlength=CLASSES)
    return int((votes + np.mean(answers, axis=0) / 2).argmax())


def is_outlier(digit: np.ndarray) -> bool:
    """Whether a drawing, uint8 (28, 28), may be no digit; False while the detector's files are missing or damaged."""
    return outliers([digit])[0]


def outliers(digits: Sequence[np.ndarray]) -> list[bool]:
    """The same for several digits, each by itself."""
    try:
        return (outlier.score(np.stack(digits)) >= outlier.THRESHOLD).tolist()
    except WeightsError:
        return [False] * len(digits)


def detector_problem() -> str:
    """Why the detector of what is no digit does not work, as a sentence; empty while it does."""
    try:
        outlier.detector()
    except WeightsError as error:
        return str(error)
    return ""


def _load(key: str, recipe: str) -> LoadedNetwork:
    """Loads a network once; a failure is not kept, so that a repaired file answers at the next stroke."""
    with _loading:
        try:
            if (key, recipe) not in _loaded:
                _loaded[key, recipe] = recognition.load(key, recipe)
            return LoadedNetwork(key, _loaded[key, recipe])
        except WeightsError as error:
            return LoadedNetwork(key, error=str(error))
