"""MNIST, split into training, validation and test digits.

DIGIT_DATA=DIR names a folder that holds mnist.npz (x_train, y_train, x_test, y_test). Without it, MNIST comes from
keras.datasets, which downloads it once and checks its hash.
Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from digits import CLASSES, SIDE
from digits.labelled import Digits
from training.data.dataset import DataError, Splits, data_folder, limit

VALIDATION = 5_000  # the last digits of MNIST's training file, on which choices are made
EXPECTED = {"x_train": (60_000, SIDE, SIDE), "y_train": (60_000,), "x_test": (10_000, SIDE, SIDE), "y_test": (10_000,)}


def mnist() -> Splits:
    """MNIST as 55,000 training, 5,000 validation and 10,000 test digits, in the original order; see DIGIT_LIMIT.

    Raises DataError if the file is missing, damaged or cannot be downloaded.
    """
    arrays = _load_mnist()
    train = Digits(arrays["x_train"], arrays["y_train"])
    test, most = Digits(arrays["x_test"], arrays["y_test"]), limit()
    return Splits(train[:-VALIDATION][:most], train[-VALIDATION:][:most], test[:most])


def _load_mnist() -> dict[str, np.ndarray]:
    folder = data_folder()
    source, arrays = (folder / "mnist.npz", _read(folder / "mnist.npz")) if folder else ("the download", _download())
    for name, shape in EXPECTED.items():
        array = arrays[name]
        if array.dtype != np.uint8 or array.shape != shape:
            raise DataError(
                f"{source}: expected {name} as uint8 {shape}, got {array.dtype} {array.shape}; get the file again"
            )
        if name.startswith("y") and array.max() >= CLASSES:
            raise DataError(f"{source}: expected {name} from 0 to 9, got {array.max()}; get the file again")
    return arrays


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: np.asarray(file[name]) for name in EXPECTED}
    except FileNotFoundError:
        raise DataError(
            f"no MNIST at {path}; put mnist.npz there, or unset DIGIT_DATA to download it with Keras"
        ) from None
    except Exception as error:  # zip and NumPy raise many kinds of exception for damaged files
        raise DataError(
            f"{path} is damaged ({error}); get it again, or unset DIGIT_DATA to download it with Keras"
        ) from error


def _download() -> dict[str, np.ndarray]:
    """MNIST from keras.datasets, which caches it and checks its SHA-256."""
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises plain Exception for a failed download
        raise DataError(
            f"MNIST could not be downloaded ({error}); "
            "try again later, or put mnist.npz into a folder and set DIGIT_DATA to it"
        ) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
