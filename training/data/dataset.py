"""The folder of the data files, splits of labelled digits, and the protocol for training data.

DIGIT_DATA=DIR names the folder that data files are read from; see training.data.mnist and training.data.pen_digits.
DIGIT_LIMIT=N takes N items of each collection only, evenly spaced, to try a command in seconds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from digits.labelled import Digits, join

T = TypeVar("T")
FINGERPRINTED = 300  # digits that a fingerprint is made of


class DataError(Exception):
    """A data file is missing or damaged; the message says where it was expected and how to get it."""


class Pictures:
    """Several arrays of digits, uint8 (n, 28, 28) each, in a row; read from disk where they are memory-mapped."""

    def __init__(self, parts: Sequence[np.ndarray]):
        self.parts = tuple(parts)
        self._ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, places: np.ndarray) -> np.ndarray:
        """The digits in these places, in this order, in memory: int (n,) to uint8 (n, 28, 28)."""
        chosen = np.empty((len(places), *self.parts[0].shape[1:]), np.uint8)
        owners = np.searchsorted(self._ends, places, "right")
        for owner in np.unique(owners):
            part, here = self.parts[owner], np.flatnonzero(owners == owner)
            chosen[here] = part[places[here] - (self._ends[owner] - len(part))]
        return chosen


class TrainingData(Protocol):
    """Digits to train on and to validate on, and the choice of digits for each epoch.

    pictures, labels: of the digits to train on, uint8 (n,).
    origins: of which original each of them is a variation, int (n,), counted from 0.
    """

    @property
    def pictures(self) -> Pictures: ...

    @property
    def labels(self) -> np.ndarray: ...

    @property
    def origins(self) -> np.ndarray: ...

    @property
    def validation(self) -> Digits: ...

    def choose(self, epoch: int, random: np.random.Generator) -> np.ndarray:
        """The digits of one epoch, counted from 0, int (n,), as places in pictures."""
        ...


def fingerprint(pictures: Pictures) -> str:
    """A name for digits, by their number and by some of them, evenly spaced; other digits have another one."""
    some = pictures[np.linspace(0, len(pictures) - 1, FINGERPRINTED).astype(int)]
    return hashlib.sha256(str(len(pictures)).encode() + some.tobytes()).hexdigest()[:8]


def labels_of_originals(data: TrainingData) -> np.ndarray:
    """The label of each original, uint8 (n,), in the order in which origins counts them."""
    _, first = np.unique(data.origins, return_index=True)
    return data.labels[first]


@dataclass(frozen=True)
class Splits:
    """Digits for training, for validation, and for the final test."""

    train: Digits
    validation: Digits
    test: Digits

    @property
    def pictures(self) -> Pictures:
        return Pictures([self.train.digits])

    @property
    def labels(self) -> np.ndarray:
        return self.train.labels

    @property
    def origins(self) -> np.ndarray:
        return np.arange(len(self.train))

    @property
    def whole(self) -> Splits:
        """The same with the validation digits among those to train on, and none to validate on."""
        return Splits(join([self.train, self.validation]), self.validation[:0], self.test)

    def choose(self, epoch: int, random: np.random.Generator) -> np.ndarray:
        """The digits of one epoch: all of them."""
        return np.arange(len(self.train))


def data_folder() -> Path | None:
    """The folder that DIGIT_DATA names, or None if it is not set; raises DataError if there is no such folder."""
    name = os.environ.get("DIGIT_DATA")
    if not name:
        return None
    folder = Path(name).expanduser().resolve()
    if not folder.is_dir():
        raise DataError(
            f"DIGIT_DATA names {folder}, which is not a folder; set it to the folder that holds mnist.npz, or unset it"
        )
    return folder


def limit() -> int | None:
    """The number of items that DIGIT_LIMIT allows of each collection, or None; raises DataError if it is no number."""
    text = os.environ.get("DIGIT_LIMIT")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise DataError(f"DIGIT_LIMIT is {text!r}; set it to a whole number above zero, or unset it")
    return int(text)


def limited(items: list[T]) -> list[T]:
    """All items, or as many as DIGIT_LIMIT allows, evenly spaced."""
    most = limit()
    if most is None or len(items) <= most:
        return items
    return [items[place] for place in np.linspace(0, len(items) - 1, most).astype(int)]
