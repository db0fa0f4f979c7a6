"""Makes wide strokes narrower: the brush is wide for the digits of a number, which are smaller than a digit alone."""

from __future__ import annotations

import numpy as np

WIDEST = 0.2  # of a digit's longer side; wider strokes fill loops, and the networks have hardly seen any
SOLID = 128  # of 255; stronger ink is inside a stroke


def thinned(ink: np.ndarray) -> np.ndarray:
    """A digit whose strokes are no wider than WIDEST, by eroding their edges.

    ink: uint8 (h, w), the digit's alone. Returns uint8 (h, w); the same ink where its strokes are narrow enough.
    """
    from scipy import ndimage

    solid = ink >= SOLID
    depth = ndimage.distance_transform_edt(np.pad(solid, 1))[1:-1, 1:-1]  # pixels to the edge
    ridge = (depth >= ndimage.maximum_filter(depth, 3)) & (depth > 1)
    if not ridge.any():
        return ink
    longer = max(int(np.ptp(np.flatnonzero(solid.any(axis)))) + 1 for axis in (0, 1))
    excess = 2 * float(np.median(depth[ridge])) - 1 - WIDEST * longer
    if excess <= 0:
        return ink
    return (255 * np.clip(depth - excess / 2, 0, 1)).astype(np.uint8)
