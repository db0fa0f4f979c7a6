"""Digits with their labels: what networks learn from, and are tested on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Digits:
    """Digits and their labels.

    digits: uint8 (n, 28, 28), white ink (255) on black (0).
    labels: int (n,) of any width, 0 to 9; 10 for an outlier.
    """

    digits: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | np.ndarray) -> Digits:
        return Digits(self.digits[index], self.labels[index])


def join(parts: Sequence[Digits]) -> Digits:
    """The digits of all parts, concatenated."""
    return Digits(np.concatenate([part.digits for part in parts]), np.concatenate([part.labels for part in parts]))
