"""Batches for learning from a few drawings: their variations, and earlier digits that are rehearsed among them.

MERGED: Digits to rehearse while a trained network learns from a few drawings: what there is of what it learned from.

The page's own samples, in other people's styles, are always there; MNIST's and pen digits where DIGIT_DATA has them.
No labels are needed: the targets are what the network answered before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from digits import CLASSES, check_digits
from digits.samples import SAMPLES
from models.network import Network
from training.augment.rasterize import rasterize
from training.augment.styles import restyle
from training.augment.warp import augment_strokes, distance_fields, warp_batch
from training.data.dataset import DataError, data_folder
from training.data.mnist import mnist
from training.data.pen_digits import pendigits
from training.data.unipen import PenDrawing
from training.engine.batches import one_hot

SMOOTHING = 0.05  # of each label, spread over all digits
MOST = 10_000  # different drawings that are prepared; of more, this many are chosen
UNVARIED = 0.1  # share of a batch that is taken as it was drawn
REHEARSED = 0.75  # share of a batch that are earlier digits
CHECKED = 400  # digits on which forgetting is noticed
STRONG = 1.6  # how much they are varied, so that many are near to being read otherwise


def checked(digits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different digits and their labels: the same drawing a thousand times counts once with each label.

    Of very many, some, as they have to be prepared in a second. Raises ValueError for anything else.
    """
    digits, labels = check_digits(digits), np.asarray(labels)
    if not len(digits) or labels.shape != (len(digits),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"expected labelled drawings, got {len(digits)} drawings and labels {labels.shape}")
    if labels.min() < 0 or labels.max() >= CLASSES:
        raise ValueError(f"expected labels from 0 to {CLASSES - 1}, got {labels.min()} to {labels.max()}")
    rows = np.concatenate([digits.reshape(len(digits), -1), labels.astype(np.uint8)[:, None]], axis=1)
    _, first = np.unique(rows, axis=0, return_index=True)
    chosen = np.random.default_rng(len(first)).permutation(np.sort(first))[:MOST]
    return digits[chosen], labels[chosen]


class Drawings:
    """Batches of variations of the drawings, each drawing as often as any other."""

    def __init__(self, network: Network, digits: np.ndarray, labels: np.ndarray, random: np.random.Generator):
        self.network, self.random = network, random
        self.digits, self.prepared = digits, distance_fields(digits)
        self.targets = one_hot(labels) * (1 - SMOOTHING) + SMOOTHING / CLASSES
        self.order = np.empty(0, np.int64)

    def keep(self, answers: np.ndarray) -> None:
        """Keeps the answers, float32 (n, 10), to drawings that are read as they are labelled, to stay so."""
        read = answers.argmax(1) == self.targets.argmax(1)
        self.targets[read] = answers[read]

    def __call__(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        while len(self.order) < size:
            self.order = np.concatenate([self.order, self.random.permutation(len(self.digits))])
        chosen, self.order = self.order[:size], self.order[size:]
        varied = warp_batch(self.prepared, chosen, self.random)
        as_drawn = self.random.random(size) < UNVARIED
        varied[as_drawn] = self.digits[chosen[as_drawn]]
        return self.network.inputs(varied), self.targets[chosen]


@dataclass(frozen=True, eq=False)
class RehearsalSet:
    """Digits to rehearse, uint8 (n, 28, 28), and what the network answered to them before, float32 (n, 10).

    probes, expected: other digits, uint8 (m, 28, 28), and the digit that it answered to each.
    """

    digits: np.ndarray
    answers: np.ndarray
    probes: np.ndarray
    expected: np.ndarray


def prepare(model: keras.Model, network: Network, random: np.random.Generator) -> RehearsalSet:
    """Earlier digits, as they are and varied; a part of them, varied more, is only for noticing what is forgotten."""
    known = earlier(random)
    known = known[random.permutation(len(known))]
    prepared = distance_fields(known)
    checked = min(CHECKED, len(known) // 3)
    varied = warp_batch(prepared, np.arange(checked, len(known)), random)
    digits = np.concatenate([known[checked:], varied])
    probes = warp_batch(prepared, np.resize(np.arange(checked), CHECKED), random, STRONG)
    return RehearsalSet(
        digits, answers_of(model, network, digits), probes, answers_of(model, network, probes).argmax(1)
    )


def answers_of(model: keras.Model, network: Network, digits: np.ndarray) -> np.ndarray:
    """float32 (n, 10), in batches, without dropout."""
    return model.predict(network.inputs(digits), batch_size=256, verbose=0)


class RehearsalBatches:
    """Batches of which half are earlier digits, with what the network answered to them before as their targets."""

    def __init__(self, drawings: Drawings, earlier: RehearsalSet, network: Network, random: np.random.Generator):
        self.drawings, self.network, self.random = drawings, network, random
        self.digits, self.answers = earlier.digits, earlier.answers

    def __call__(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        new = round(size * (1 - REHEARSED))
        inputs, targets = self.drawings(new)
        chosen = self.random.integers(len(self.digits), size=size - new)
        return (
            np.concatenate([inputs, self.network.inputs(self.digits[chosen])]),
            np.concatenate([targets, self.answers[chosen]]),
        )


NO_DIGITS = ("a 3 or an 8?", "the letter A", "a house")  # among the samples
STYLES = 50  # of each sample
HELD_OUT_STYLES = 6
SEED = 7
MNIST_DIGITS, PEN_DIGITS = 1_500, 1_500  # of the training digits


def samples() -> list[PenDrawing]:
    """The page's samples that are digits, as pen strokes."""
    return [
        PenDrawing(name[0], tuple(np.array(stroke) for stroke in strokes))
        for name, strokes in SAMPLES.items()
        if name not in NO_DIGITS
    ]


def earlier(random: np.random.Generator) -> np.ndarray:
    """Digits to rehearse, uint8 (n, 28, 28); some hundred are made of the samples in about half a second."""
    parts = [_in_styles(samples() * STYLES, random)[0]]
    with contextlib.suppress(DataError):  # rehearsing goes without them
        if data_folder():
            pens = pendigits("tra")
            parts.append(_in_styles([pens[i] for i in random.choice(len(pens), PEN_DIGITS, replace=False)], random)[0])
            known = mnist().train.digits
            parts.append(known[random.choice(len(known), MNIST_DIGITS, replace=False)])
    return np.concatenate(parts)


def held_out_samples() -> tuple[np.ndarray, np.ndarray]:
    """Samples in other styles, to hold out where nothing else is: uint8 (n, 28, 28), int64 (n,)."""
    return _in_styles(samples() * HELD_OUT_STYLES, np.random.default_rng(SEED))


def _in_styles(pens: Sequence[PenDrawing], random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each in another person's style, and their labels; what is only a dot is left out."""
    drawn = [(rasterize(augment_strokes(restyle(pen, random), random), random), pen.label) for pen in pens]
    kept = [(digit, label) for digit, label in drawn if digit is not None]
    return np.stack([digit for digit, _ in kept]), np.array([label for _, label in kept], np.int64)
