"""The trained networks of this process, each loaded when it is first used, and their predictions together."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import recognition
from models import DEFAULT_NETWORKS
from recognition import outlier
from recognition.prediction import Failure, Prediction
from recognition.store import WeightsError, serving_path

if TYPE_CHECKING:
    from recognition.classifier import Classifier

_loaded: dict[Path, Classifier] = {}  # by the file that it was read from
_loading: dict[Path, threading.Lock] = {}  # one for each file, so that only those wait who need that network
_cores = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="network")


@dataclass(frozen=True)
class Selection:
    """The networks that a visitor, or another program, chose.

    recipe: whose weights. networks: keys, in display order. calibrated: False for the raw softmax.
    """

    recipe: str
    networks: tuple[str, ...]
    calibrated: bool = True


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The classifiers of a selection that can answer, in display order, and the failures of the other networks."""

    classifiers: tuple[Classifier, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, eq=False)
class EnsemblePredictions:
    """The predictions of an ensemble.

    by_digit: for each digit the predictions of the networks that can answer, in display order; the same networks for
    each. failures: of the others.
    """

    by_digit: tuple[tuple[Prediction, ...], ...]
    failures: tuple[Failure, ...]


def load(selection: Selection) -> Ensemble:
    """The networks of a selection. A failure is not remembered, so a repaired file answers at the next call."""
    classifiers, failures = [], []
    for key in selection.networks:
        try:
            classifiers.append(_load(key, selection.recipe))
        except WeightsError as error:
            failures.append(Failure(key, str(error)))
    return Ensemble(tuple(classifiers), tuple(failures))


def predict_all(selection: Selection, digits: Sequence[np.ndarray]) -> EnsemblePredictions:
    """The predictions of all chosen networks for digits, uint8 (28, 28) each."""
    ensemble = load(selection)

    def predict(classifier: Classifier) -> list[Prediction]:
        return [classifier.predict_one(digit, selection.calibrated) for digit in digits]

    few = len(ensemble.classifiers) <= len(DEFAULT_NETWORKS)  # these take half a millisecond, as much as the threads
    by_network = map(predict, ensemble.classifiers) if few else _cores.map(predict, ensemble.classifiers)
    by_digit = tuple(zip(*by_network, strict=True)) if ensemble.classifiers else ((),) * len(digits)
    return EnsemblePredictions(by_digit, ensemble.failures)


def outliers(digits: Sequence[np.ndarray]) -> tuple[bool, ...]:
    """Return for each digit, uint8 (28, 28), whether it is an outlier; False while the detector cannot be read."""
    try:
        return tuple((outlier.score(np.stack(digits)) >= outlier.THRESHOLD).tolist())
    except WeightsError:
        return (False,) * len(digits)


def detector_problem() -> str:
    """Why the outlier detector does not work, as a sentence; empty while it does."""
    try:
        outlier.detector()
    except WeightsError as error:
        return str(error)
    return ""


def _load(key: str, recipe: str) -> Classifier:
    path = serving_path(key, recipe)
    if path not in _loaded:
        with _loading.setdefault(path, threading.Lock()):
            if path not in _loaded:
                _loaded[path] = recognition.load(key, recipe)
    return _loaded[path]
