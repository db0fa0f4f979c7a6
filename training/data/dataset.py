"""Labelled digits, their splits, and the protocol for training data.

DIGIT_DATA=DIR names the folder that data files are read from; see training.data.mnist and training.data.pen_digits.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np


class DataError(Exception):
    """A data file is missing or damaged; the message says where it was expected and how to get it."""


@dataclass(frozen=True)
class Digits:
    """Digits and their labels.

    digits: uint8 (n, 28, 28), white ink (255) on black (0).
    labels: uint8 (n,), 0 to 9.
    """

    digits: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | np.ndarray) -> Digits:
        return Digits(self.digits[index], self.labels[index])


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
    """What a training learns from: digits to train on, digits to choose by, and which digits each epoch takes.

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


def labels_of_originals(data: TrainingData) -> np.ndarray:
    """The label of each original, uint8 (n,), in the order in which origins counts them."""
    _, first = np.unique(data.origins, return_index=True)
    return data.labels[first]


def join(parts: list[Digits]) -> Digits:
    """The digits of all parts, concatenated."""
    return Digits(np.concatenate([part.digits for part in parts]), np.concatenate([part.labels for part in parts]))


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
