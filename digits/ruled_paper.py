"""Removes the lines of ruled and squared paper from a photo's contrast."""

from __future__ import annotations

import numpy as np


def without_ruled_lines(contrast: np.ndarray, axis: int) -> np.ndarray:
    """Removes lines along an axis, and up to 3 degrees off it, from contrast, float32 (h, w), where there are any."""
    from scipy import ndimage

    length = contrast.shape[axis] // 4
    if length < 6:  # pixels; too short to tell ruled lines from strokes
        return contrast
    wide = ndimage.maximum_filter1d(contrast, 2 * round(0.026 * length) + 1, axis=1 - axis)
    wide = ndimage.uniform_filter1d(wide, length // 6, axis=axis)
    lines = ndimage.grey_opening(wide, (1, length) if axis else (length, 1))
    low, high = np.quantile(lines, (0.25, 0.99))
    strong = lines > (low + high) / 2
    labels, _ = ndimage.label(strong)
    long = [box for box in ndimage.find_objects(labels) if box[axis].stop - box[axis].start > 2 * length]
    if len(long) < 4:
        return contrast
    level = np.median(lines[strong])
    return contrast - np.minimum(lines, 1.2 * level)
