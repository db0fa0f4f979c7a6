"""Whether cached arrays on disk are what they should be: readable, of the right shape, with the right values.

A file that was cut off or holds another number of digits would shift everything that is counted after it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from digits import CLASSES, SIDE


def problem(path: Path, check: Callable[[Path], str]) -> str:
    """What is wrong with a file, in words; empty if nothing is. check: raises, or returns words, for a wrong file."""
    try:
        return check(path)
    except FileNotFoundError:
        raise
    except Exception as error:  # zip and NumPy raise many kinds of exception for damaged files
        return f"cannot be read ({type(error).__name__}: {error})"


def remove_damaged(path: Path, check: Callable[[Path], str]) -> bool:
    """Whether a file is there and sound; a damaged one is named and removed, to be made again."""
    if not path.exists():
        return False
    if found := problem(path, check):
        print(f"{path} {found}; it is removed and made again", flush=True)
        path.unlink()
        return False
    return True


def digits(path: Path, least: int, most: int) -> str:
    """What is wrong with a file of digits, from least to most of them; empty if nothing is."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)  # which raises for a file that was cut off
    if array.dtype != np.uint8 or array.shape[1:] != (SIDE, SIDE):
        return f"holds {array.dtype} {array.shape}, expected uint8 (n, {SIDE}, {SIDE})"
    if not least <= len(array) <= most:
        expected = f"{most:,}" if least == most else f"{least:,} to {most:,}"
        return f"holds {len(array):,} digits, expected {expected}"
    return ""


def bad_labels(labels: np.ndarray, classes: int = CLASSES) -> str:
    """What is wrong with labels; empty if nothing is."""
    if labels.dtype.kind not in "ui" or labels.min(initial=0) < 0 or labels.max(initial=0) >= classes:
        return f"holds labels of type {labels.dtype} from {labels.min()} to {labels.max()}, expected 0 to {classes - 1}"
    return ""


def probabilities(path: Path, n: int) -> str:
    """What is wrong with a file of n rows of probabilities; empty if nothing is."""
    with np.load(path, allow_pickle=False) as file:
        array, _ = file["probabilities"], str(file["sha256"])
    if array.shape != (n, CLASSES) or array.dtype != np.float32:
        return f"holds {array.dtype} {array.shape}, expected float32 ({n}, {CLASSES})"
    return "" if np.allclose(array.sum(axis=1), 1, atol=1e-3) else "holds rows that are no probabilities"
