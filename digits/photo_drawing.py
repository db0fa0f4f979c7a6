"""The ink of a photo as a drawing: enlarged, and thin lines as thick as a brush's."""

from __future__ import annotations

import numpy as np
from PIL import Image

PEN_WIDTH = 20  # pixels; thinner lines are thickened to this width ...
DIGIT_EXTENT = 200  # ... in a digit whose longer side has this many pixels
LONGEST = 8  # heights; a longer line is drawn smaller


def as_drawing(ink: np.ndarray, whole_line: bool = False) -> np.ndarray:
    """Ink, uint8 (h, w), cropped to the digit, enlarged, thin lines thickened: uint8 (h, w, 4) as a canvas sends it.

    whole_line: it is a number, of which the height counts.
    """
    from scipy import ndimage

    rows, columns = (np.flatnonzero((ink >= 128).any(axis)) for axis in (1, 0))
    ink = np.pad(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)
    height, width = ink.shape
    scale = DIGIT_EXTENT / (max(height - 2, width / LONGEST) if whole_line else max(ink.shape) - 2)
    size = [max(1, round(scale * side)) for side in reversed(ink.shape)]
    large = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)) >= 128
    large = np.pad(large, PEN_WIDTH)
    missing = (PEN_WIDTH - stroke_width(large)) / 2
    alpha = np.uint8(255) * (ndimage.distance_transform_edt(~large) <= max(0, missing))
    return np.dstack([np.full_like(alpha, 255)] * 3 + [alpha])


def stroke_width(ink: np.ndarray) -> float:
    """The width of strokes, bool (h, w): within a line, the mean distance from its edge is a quarter of its width."""
    from scipy import ndimage

    return 4 * (ndimage.distance_transform_edt(ink)[ink].mean() - 0.5)  # distances between centres of pixels


def dilate(ink: np.ndarray, radius: float) -> np.ndarray:
    """The ink and all pixels within a square around it, bool (h, w)."""
    from scipy import ndimage

    return ndimage.maximum_filter(ink, 2 * round(radius) + 1)
