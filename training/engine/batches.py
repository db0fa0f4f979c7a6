"""Batches for Keras, shuffled anew for each epoch, and the targets that a network is distilled from.

A seed and an epoch determine the batches. The teachers' predictions are cached on disk, because computing them takes
minutes. Source: G. Hinton et al., Distilling the Knowledge in a Neural Network, 2015.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from digits import CLASSES
from models import find
from models.network import Network
from recognition.store import write_atomically
from training.data.dataset import TrainingData, fingerprint


class Batches(keras.utils.PyDataset):
    """An epoch's batches of a network's inputs and targets, float32 (batch, classes).

    targets: of each original, float32 (n, classes), rows with the sum 1; the variations of an original share them.
    """

    def __init__(self, network: Network, data: TrainingData, targets: np.ndarray, batch_size: int, seed: int):
        super().__init__()
        self.network, self.data, self.targets, self.batch_size, self.seed = network, data, targets, batch_size, seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Choose, read and shuffle the digits of an epoch, counted from 0."""
        random = np.random.default_rng([self.seed, epoch])
        order = random.permutation(self.data.choose(epoch, random))
        self._pictures, self._origins = self.data.pictures[order], self.data.origins[order]

    def __len__(self) -> int:
        return -(-len(self._origins) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray | tuple[np.ndarray, ...], np.ndarray]:
        chosen = slice(index * self.batch_size, (index + 1) * self.batch_size)
        inputs = self.network.inputs(self._pictures[chosen])
        several = tuple(inputs) if isinstance(inputs, list) else inputs  # a PyDataset must not give a list
        return several, self.targets[self._origins[chosen]]


def one_hot(labels: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    """Labels uint8 (n,) as targets, float32 (n, classes)."""
    return np.eye(classes, dtype=np.float32)[labels]


def soft_targets(labels: np.ndarray, probabilities: np.ndarray, temperature: float = 2.0) -> np.ndarray:
    """Distillation targets, float32 (n, 10): half the label, half the teacher's probabilities at a temperature."""
    soft = probabilities.astype(np.float64) ** (1 / temperature)
    return ((one_hot(labels) + soft / soft.sum(axis=1, keepdims=True)) / 2).astype(np.float32)


VARIATIONS = 3  # of each original that the teachers predict
BATCH = 50_000  # digits that a teacher predicts in one call


@dataclass(frozen=True, eq=False)
class TeacherTargets:
    """The teachers' predictions.

    probabilities: float32 (originals, 10), the mean over the teachers and over some variations of each original.
    teachers: for each teacher's key the SHA-256 of the weights that predicted.
    """

    probabilities: np.ndarray
    teachers: dict[str, str]


def teacher_targets(keys: tuple[str, ...], recipe: str, data: TrainingData, runs: Path) -> TeacherTargets:
    """The mean of the calibrated probabilities of some networks under a recipe.

    A teacher predicts once for each pool of digits, and the predictions stay those of the weights that it had then:
    a training that resumes has the same targets even if a teacher has been trained again meanwhile.
    Raises recognition.store.WeightsError if a teacher has no valid weights.
    """
    places = first_variations(data.origins)
    each = [_predictions(key, recipe, data, places, runs) for key in keys]
    probabilities = np.mean([part.probabilities for part in each], axis=0)
    return TeacherTargets(probabilities, {key: part.teachers[key] for key, part in zip(keys, each, strict=True)})


def first_variations(origins: np.ndarray) -> np.ndarray:
    """The places of the first few variations of each original."""
    order = np.argsort(origins, kind="stable")
    starts = np.flatnonzero(np.diff(origins[order], prepend=-1))
    counts = np.diff(np.append(starts, len(order)))
    rank = np.arange(len(order)) - np.repeat(starts, counts)
    return np.sort(order[rank < VARIATIONS])


def _predictions(key: str, recipe: str, data: TrainingData, places: np.ndarray, runs: Path) -> TeacherTargets:
    identity = hashlib.sha256(f"{fingerprint(data.pictures)} {VARIATIONS}".encode() + places.tobytes()).hexdigest()[:8]
    kept = runs / "pool" / f"teacher-{recipe}-{key}-{identity}.npz"
    if not kept.exists():
        from recognition.classifier import Classifier

        classifier = Classifier.load(find(key), recipe)
        sums = np.zeros((int(data.origins.max()) + 1, 10))
        for part in np.array_split(places, -(-len(places) // BATCH)):
            np.add.at(sums, data.origins[part], classifier.predict(data.pictures[part]))
        mean = (sums / np.bincount(data.origins[places])[:, None]).astype(np.float32)
        write_atomically(kept, lambda path: _write(path, mean, classifier.card.sha256))
    with np.load(kept, allow_pickle=False) as file:
        return TeacherTargets(file["probabilities"], {key: str(file["sha256"])})


def _write(path: Path, probabilities: np.ndarray, sha256: str) -> None:
    with path.open("wb") as file:
        np.savez(file, probabilities=probabilities, sha256=np.array(sha256))
