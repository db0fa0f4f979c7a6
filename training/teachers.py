"""What several trained networks together answer to the digits of a training, kept on disk, as asking takes long.

Source: G. Hinton et al., Distilling the Knowledge in a Neural Network, 2015.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from models import find
from recognition.store import write_atomically
from training import intact
from training.dataset import TrainingData

ASKED = 3  # variations of each original that the teachers are asked about
PART = 50_000  # digits that are asked about in one go


@dataclass(frozen=True, eq=False)
class Answers:
    """The teachers' answers.

    probabilities: float32 (originals, 10), the mean over the teachers and over some variations of each original.
    teachers: for each teacher's key the SHA-256 of the weights that answered.
    """

    probabilities: np.ndarray
    teachers: dict[str, str]


def answers(keys: tuple[str, ...], recipe: str, data: TrainingData, runs: Path) -> Answers:
    """The mean of the calibrated probabilities of some networks under a recipe.

    A network's answers are asked for once for each pool of digits, and stay those of the weights that it had then:
    a training that resumes goes on with the same targets even if a teacher has been trained again meanwhile.
    Raises recognition.store.WeightsError if a teacher has no valid weights.
    """
    places = asked(data.origins)
    each = [_answers(key, recipe, data, places, runs) for key in keys]
    probabilities = np.mean([part.probabilities for part in each], axis=0)
    return Answers(probabilities, {key: part.teachers[key] for key, part in zip(keys, each, strict=True)})


def asked(origins: np.ndarray) -> np.ndarray:
    """The places of the first few variations of each original."""
    order = np.argsort(origins, kind="stable")
    starts = np.flatnonzero(np.diff(origins[order], prepend=-1))
    counts = np.diff(np.append(starts, len(order)))
    rank = np.arange(len(order)) - np.repeat(starts, counts)
    return np.sort(order[rank < ASKED])


def _answers(key: str, recipe: str, data: TrainingData, places: np.ndarray, runs: Path) -> Answers:
    identity = hashlib.sha256(f"{len(data.pictures)} {ASKED}".encode() + places.tobytes()).hexdigest()[:8]
    kept = runs / "pool" / f"teacher-{recipe}-{key}-{identity}.npz"
    if not intact.remove_damaged(kept, partial(intact.probabilities, n=int(data.origins.max()) + 1)):
        from recognition.classifier import Classifier

        classifier = Classifier.load(find(key), recipe)
        sums = np.zeros((int(data.origins.max()) + 1, 10))
        for part in np.array_split(places, -(-len(places) // PART)):
            np.add.at(sums, data.origins[part], classifier.predict(data.pictures[part]))
        mean = (sums / np.bincount(data.origins[places])[:, None]).astype(np.float32)
        write_atomically(kept, lambda path: _write(path, mean, classifier.card.sha256))
    with np.load(kept, allow_pickle=False) as file:
        return Answers(file["probabilities"], {key: str(file["sha256"])})


def _write(path: Path, probabilities: np.ndarray, sha256: str) -> None:
    with path.open("wb") as file:
        np.savez(file, probabilities=probabilities, sha256=np.array(sha256))
