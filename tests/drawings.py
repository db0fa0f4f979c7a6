"""The page's sample digits, put on a canvas."""

from __future__ import annotations

import numpy as np

from views.samples import DIGITS, arc

__all__ = ["DIGITS", "arc", "placed"]


def placed(digit: int, size: float = 200, left: float = 40, top: float = 40) -> list[np.ndarray]:
    """A digit's strokes in pixels, each float (n, 2)."""
    return [np.array(stroke) * size + (left, top) for stroke in DIGITS[digit]]
