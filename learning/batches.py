"""Batches for learning from a few drawings: variations of them, and a rehearsal set of what the network knew before.

The rehearsal set consists of the page's samples in other people's styles, and of MNIST's and pen digits if DIGIT_DATA
names their folder. It needs no labels: its targets are the trained network's own predictions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from digits import CLASSES, check_digits
from digits.labelled import Digits
from digits.samples import SAMPLE_LABELS, SAMPLES
from models.network import Network
from training.augment.rasterize import rasterize
from training.augment.styles import restyle
from training.augment.warp import augment_strokes, distance_fields, warp_batch
from training.data.dataset import DataError, data_folder
from training.data.mnist import mnist
from training.data.pen_digits import pendigits
from training.data.unipen import PenDrawing
from training.engine.batches import one_hot

MAX_DRAWINGS = 10_000  # that are learned from, of more: preparing them takes about a second
SMOOTHING = 0.05  # of each label, spread over all digits
AS_DRAWN = 0.1  # share of a batch that is not varied
REHEARSED = 0.75  # share of a batch that is rehearsal
PROBES = 400  # varied digits on which forgetting is measured
PROBE_STRENGTH = 1.6  # of their variation, which brings many of them close to another digit
STYLES = 50  # of each sample, to rehearse
HELD_OUT_STYLES, HELD_OUT_SEED = 6, 7  # of each sample, to hold out
MNIST_DIGITS, PEN_DIGITS = 1_500, 1_500  # of the training digits, to rehearse

Batches = Callable[[int], tuple[np.ndarray, np.ndarray]]  # a size to digits, uint8 (size, 28, 28), and targets


def distinct(digits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct pairs of drawings, uint8 (n, 28, 28), and labels, at most MAX_DRAWINGS of them.

    So a drawing that is there a thousand times counts once. Raises ValueError for invalid drawings or labels.
    """
    digits, labels = check_digits(digits), np.asarray(labels)
    if not len(digits) or labels.shape != (len(digits),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"expected labelled drawings, got {len(digits)} drawings and labels {labels.shape}")
    if labels.min() < 0 or labels.max() >= CLASSES:
        raise ValueError(f"expected labels from 0 to {CLASSES - 1}, got {labels.min()} to {labels.max()}")
    rows = np.concatenate([digits.reshape(len(digits), -1), labels.astype(np.uint8)[:, None]], axis=1)
    _, first = np.unique(rows, axis=0, return_index=True)
    chosen = np.random.default_rng(len(first)).permutation(np.sort(first))[:MAX_DRAWINGS]
    return digits[chosen], labels[chosen]


def predict(model: keras.Model, network: Network, digits: np.ndarray) -> np.ndarray:
    """Return a model's probabilities for digits, uint8 (n, 28, 28), as float32 (n, 10)."""
    return model.predict(network.inputs(digits), batch_size=256, verbose=0)


class VariationBatches:
    """Batches of variations of the drawings, each drawing as often as any other."""

    def __init__(self, digits: np.ndarray, labels: np.ndarray, random: np.random.Generator):
        self.digits, self.random = digits, random
        self.targets = one_hot(labels) * (1 - SMOOTHING) + SMOOTHING / CLASSES
        self._fields = distance_fields(digits)
        self._order = np.empty(0, np.int64)

    def keep_predictions(self, probabilities: np.ndarray) -> None:
        """Take the predictions, float32 (n, 10), as the targets of the drawings that are read correctly already."""
        correct = probabilities.argmax(1) == self.targets.argmax(1)
        self.targets[correct] = probabilities[correct]

    def __call__(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        while len(self._order) < size:
            self._order = np.concatenate([self._order, self.random.permutation(len(self.digits))])
        chosen, self._order = self._order[:size], self._order[size:]
        varied = warp_batch(self._fields, chosen, self.random)
        as_drawn = self.random.random(size) < AS_DRAWN
        varied[as_drawn] = self.digits[chosen[as_drawn]]
        return varied, self.targets[chosen]


@dataclass(frozen=True, eq=False)
class RehearsalSet:
    """Digits to rehearse, uint8 (n, 28, 28), and their targets, float32 (n, 10): the shipped network's predictions.

    probes, probe_labels: other digits, uint8 (m, 28, 28), on which forgetting is measured, and the digit that the
    shipped network read in each, int (m,).
    """

    digits: np.ndarray
    targets: np.ndarray
    probes: np.ndarray
    probe_labels: np.ndarray


def rehearsal_set(model: keras.Model, network: Network, random: np.random.Generator) -> RehearsalSet:
    """Prepare the rehearsal set of a model with the shipped weights."""
    digits = rehearsal_digits(random)
    digits = digits[random.permutation(len(digits))]
    probed = min(PROBES, len(digits) // 3)
    fields = distance_fields(digits)
    varied = warp_batch(fields, np.arange(probed, len(digits)), random)
    rehearsed = np.concatenate([digits[probed:], varied])
    probes = warp_batch(fields, np.resize(np.arange(probed), PROBES), random, PROBE_STRENGTH)
    return RehearsalSet(
        digits=rehearsed,
        targets=predict(model, network, rehearsed),
        probes=probes,
        probe_labels=predict(model, network, probes).argmax(1),
    )


class RehearsalBatches:
    """Batches of which a quarter are variations of the drawings, and three quarters rehearsal."""

    def __init__(self, variations: VariationBatches, rehearsed: RehearsalSet):
        self.variations, self.rehearsed = variations, rehearsed

    def __call__(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        new = round(size * (1 - REHEARSED))
        digits, targets = self.variations(new)
        chosen = self.variations.random.integers(len(self.rehearsed.digits), size=size - new)
        rehearsed = self.rehearsed.digits[chosen], self.rehearsed.targets[chosen]
        return np.concatenate([digits, rehearsed[0]]), np.concatenate([targets, rehearsed[1]])


def rehearsal_digits(random: np.random.Generator) -> np.ndarray:
    """Return digits to rehearse, uint8 (n, 28, 28): some hundred styled samples, and what DIGIT_DATA has."""
    parts = [_styled(_samples() * STYLES, random).digits]
    with contextlib.suppress(DataError):  # samples alone suffice
        if data_folder():
            pens = pendigits("tra")
            parts.append(_styled([pens[i] for i in random.permutation(len(pens))[:PEN_DIGITS]], random).digits)
            known = mnist().train.digits
            parts.append(known[random.permutation(len(known))[:MNIST_DIGITS]])
    return np.concatenate(parts)


def styled_samples() -> Digits:
    """Return the page's samples in other people's styles, to hold out if nothing else is; always the same."""
    return _styled(_samples() * HELD_OUT_STYLES, np.random.default_rng(HELD_OUT_SEED))


def _samples() -> list[PenDrawing]:
    return [PenDrawing(str(label), tuple(map(np.array, SAMPLES[name]))) for name, label in SAMPLE_LABELS.items()]


def _styled(pens: Sequence[PenDrawing], random: np.random.Generator) -> Digits:
    """Draw each in another person's style; a style that leaves only a dot is left out."""
    drawn = [(rasterize(augment_strokes(restyle(pen, random), random), random), pen.label) for pen in pens]
    kept = [(digit, label) for digit, label in drawn if digit is not None]
    return Digits(np.stack([digit for digit, _ in kept]), np.array([label for _, label in kept], np.int64))
