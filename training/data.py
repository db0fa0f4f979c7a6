"""MNIST, split for honest choices, and the folder of data that a user may point at.

DIGIT_DATA=DIR names a folder holding mnist.npz (x_train, y_train, x_test, y_test) and, optionally, pen strokes
(see training.strokes). Without it, MNIST comes from keras.datasets, which downloads it once and checks its hash.
Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.network import SIDE

VALIDATION = 5_000  # the last digits of MNIST's training file are held out for every choice
EXPECTED = {"x_train": (60_000, SIDE, SIDE), "y_train": (60_000,), "x_test": (10_000, SIDE, SIDE), "y_test": (10_000,)}


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


def mnist() -> Splits:
    """MNIST as 55,000 training, 5,000 validation and 10,000 test digits, in the original order.

    Raises DataError if the file is missing, damaged or cannot be downloaded.
    """
    arrays = _load_mnist()
    train = Digits(arrays["x_train"], arrays["y_train"])
    return Splits(train[:-VALIDATION], train[-VALIDATION:], Digits(arrays["x_test"], arrays["y_test"]))


def _load_mnist() -> dict[str, np.ndarray]:
    folder = data_folder()
    source, arrays = (folder / "mnist.npz", _read(folder / "mnist.npz")) if folder else ("the download", _download())
    for name, shape in EXPECTED.items():
        found = arrays[name]
        if found.dtype != np.uint8 or found.shape != shape:
            raise DataError(
                f"{source}: expected {name} as uint8 {shape}, got {found.dtype} {found.shape}; get the file again"
            )
    return arrays


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: np.asarray(file[name]) for name in EXPECTED}
    except FileNotFoundError:
        raise DataError(
            f"no MNIST at {path}; put mnist.npz there, or unset DIGIT_DATA to download it with Keras"
        ) from None
    except Exception as error:  # zip and NumPy let many kinds through for damaged files
        raise DataError(
            f"{path} is damaged ({error}); get it again, or unset DIGIT_DATA to download it with Keras"
        ) from error


def _download() -> dict[str, np.ndarray]:
    """MNIST by way of keras.datasets, which keeps a copy and checks its SHA-256."""
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises plain Exception for a failed download
        raise DataError(
            f"MNIST could not be downloaded ({error}); "
            "try again later, or put mnist.npz into a folder and set DIGIT_DATA to it"
        ) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
