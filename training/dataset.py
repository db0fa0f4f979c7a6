"""Labelled digits, and the protocol of what a training learns from.

DIGIT_DATA=DIR names the folder that data files are read from; see training.mnist and training.pen_strokes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np


class DataError(Exception):
    """A data file is missing or damaged; the message says where it was looked for and how to get it."""


@dataclass(frozen=True)
class Digits:
    """Pictures and what they show.

    digits: uint8 (n, 28, 28), white ink (255) on black (0).
    labels: uint8 (n,), 0 to 9.
    """

    digits: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | np.ndarray) -> Digits:
        return Digits(self.digits[index], self.labels[index])


class TrainingData(Protocol):
    """What a training learns from: digits to train on, digits to choose by, and which digits each epoch takes."""

    @property
    def train(self) -> Digits: ...

    @property
    def validation(self) -> Digits: ...

    def choose(self, random: np.random.Generator) -> np.ndarray:
        """The digits of one epoch, int (n,), as indices into train."""
        ...


def join(parts: list[Digits]) -> Digits:
    """The digits of all parts, one part after the other."""
    return Digits(np.concatenate([part.digits for part in parts]), np.concatenate([part.labels for part in parts]))


@dataclass(frozen=True)
class Splits:
    """Digits to train on, digits to choose by, and digits to open once, at the end."""

    train: Digits
    validation: Digits
    test: Digits

    def choose(self, random: np.random.Generator) -> np.ndarray:
        """The digits of one epoch, as places in train: all of them."""
        return np.arange(len(self.train))


def data_folder() -> Path | None:
    """The folder that DIGIT_DATA names, or None where it is not set; raises DataError if there is no such folder."""
    name = os.environ.get("DIGIT_DATA")
    if not name:
        return None
    folder = Path(name).expanduser().resolve()
    if not folder.is_dir():
        raise DataError(
            f"DIGIT_DATA names {folder}, which is not a folder; point it at the one that holds mnist.npz, or unset it"
        )
    return folder
