"""Cuts through ink where digits touch: along straight lines, upright or slanted, that cross little of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digits.parts import Part

SLOPES = (0.0, 0.2, -0.2, 0.4, -0.4)  # columns to the right for each row upwards
MAX_CUTS = 6  # of one part, those that cross the least ink
MAX_CROSSED = 2.2  # stroke widths; a line that crosses more does not pass between two digits
APART = 0.06  # of the part's height; of lines that are closer, the one that crosses less counts
SOLID = 128  # of 255; ink


@dataclass(frozen=True)
class Cut:
    """A line through a part: its column at half the part's height, its slope, and the stroke widths it crosses."""

    column: float
    slope: float
    crossed: float


def enlarged(cut: Cut | None, factor: int) -> Cut | None:
    """The same line through a part that is so many times larger."""
    return cut and Cut(cut.column * factor, cut.slope, cut.crossed)


def cuts(part: Part) -> list[Cut]:
    """Lines where the part may be cut, left to right."""
    ink = part.ink >= SOLID
    width = max(1.0, stroke_width(ink))
    if not ink.any():
        return []
    found = [cut for slope in SLOPES for cut in _valleys(ink, slope, width)]
    kept: list[Cut] = []
    for cut in sorted(found, key=lambda cut: (cut.crossed, abs(cut.slope))):
        if all(abs(cut.column - other.column) >= APART * part.height for other in kept):
            kept.append(cut)
    return sorted(kept[:MAX_CUTS], key=lambda cut: cut.column)


def between(part: Part, left: Cut | None, right: Cut | None) -> Part | None:
    """The ink between two cuts; None for the part's edge. None if there is hardly any."""
    rows, columns = np.arange(part.height)[:, None], np.arange(part.width)[None]
    inside = np.ones(part.ink.shape, bool)
    for cut, sign in ((left, 1), (right, -1)):
        if cut:
            line = cut.column - cut.slope * (rows - part.height / 2)
            inside &= (columns >= line) == (sign > 0)
    ink = part.ink * inside
    across, down = (np.flatnonzero((ink >= SOLID).any(axis)) for axis in (0, 1))
    if across.size < 2:
        return None
    top, bottom, first, last = max(0, down[0] - 1), down[-1] + 2, max(0, across[0] - 1), across[-1] + 2
    return Part(ink[top:bottom, first:last], part.top + int(top), part.left + int(first))


def stroke_width(ink: np.ndarray) -> float:
    """The width of strokes, bool (h, w): within a line, the mean distance from its edge is a quarter of its width."""
    from scipy import ndimage

    inside = ndimage.distance_transform_edt(np.pad(ink, 1))[1:-1, 1:-1][ink]
    return 4 * (inside.mean() - 0.5) if inside.size else 0.0


def _valleys(ink: np.ndarray, slope: float, width: float) -> list[Cut]:
    """The lines of one slope that cross less ink than those beside them."""
    rows, columns = np.nonzero(ink)
    places = columns + slope * (rows - ink.shape[0] / 2)
    low = int(np.floor(places.min()))
    profile = np.bincount((places - low).astype(int)) / width
    around = np.pad(profile, 2, mode="edge")
    smooth = np.convolve(around, np.ones(5) / 5, "valid")
    reach = max(2, round(width / 2))
    near = np.pad(smooth, reach, constant_values=np.inf)
    least = np.min([near[i : i + len(smooth)] for i in range(2 * reach + 1)], axis=0)
    valley = (smooth <= least) & (smooth <= MAX_CROSSED)
    starts = np.flatnonzero(np.diff(valley.astype(int), prepend=0) == 1)
    stops = np.flatnonzero(np.diff(valley.astype(int), append=0) == -1)
    middles = (starts + stops) / 2
    inner = (middles > width / 2) & (middles < len(profile) - width / 2)
    return [Cut(float(m + low), slope, float(smooth[round(m)])) for m in middles[inner]]
