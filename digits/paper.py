"""The paper of a photo: its light is evened, and the table around it becomes paper too.

Light is a quadratic surface, fitted robustly to the levels of blocks. A table is what is much darker, or lighter, than
the paper, begins sharply, and reaches a corner of the picture; a digit that reaches the edge does none of the three.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

MIN_FALL = 12  # of 255; light that changes less across a photo is left as it is
MAX_MISFIT = 0.12  # of that change, for most blocks; where they miss it by more, it is ink that was fitted
DIM = 60  # of 255; on darker ground light adds instead of multiplying
GRID = 16  # blocks on each side, of which the light is taken
REDUCED = 160  # pixels on the longer side, on which a table is looked for
MAX_SHARE = 0.75  # of the picture that a table covers
MIN_ALONG = 0.3  # of one side of the picture, along which it must lie
MIN_STEP = 30  # of 255, from paper to table ...
MIN_SHARP = 0.6  # ... of which so much lies within a few pixels, unlike at a shadow's edge
ROOM = 0.008  # of the longer side; beyond a table's edge, which is soft
STROKE = 7  # of the pixels on which a table is looked for; what is narrower is a stroke that reaches the table


@dataclass(frozen=True, eq=False)
class Paper:
    """The paper of a photo and what is written on it.

    lit: float32 (h, w), evenly lit. erased: where a table was, with some paper along it, bool (h, w); None for none.
    """

    lit: np.ndarray
    erased: np.ndarray | None = None


def evenly_lit(grey: np.ndarray) -> np.ndarray:
    """The picture without the slow change of light across it: divided by a quadratic surface, fitted robustly."""
    if min(grey.shape) < 3 * GRID:
        return grey
    rows, columns = (np.linspace(0, side, GRID + 1).astype(int) for side in grey.shape)
    levels = np.array(
        [
            [np.median(grey[top:bottom:2, left:right:2]) for left, right in itertools.pairwise(columns)]
            for top, bottom in itertools.pairwise(rows)
        ]
    ).ravel()
    y, x = (places.ravel() for places in np.mgrid[-1 : 1 : GRID * 1j, -1 : 1 : GRID * 1j])
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    weights = np.ones(len(levels))
    for _ in range(5):
        fit = np.linalg.lstsq(terms * weights[:, None], levels * weights, rcond=None)[0]
        away = np.abs(levels - terms @ fit)
        weights = 1 / (1 + (away / max(2.0, 2 * float(np.median(away)))) ** 2)
    y, x = np.linspace(-1, 1, grey.shape[0])[:, None], np.linspace(-1, 1, grey.shape[1])[None]
    light = (fit[0] + fit[1] * x + fit[2] * y + fit[3] * x * x + fit[4] * x * y + fit[5] * y * y).astype(np.float32)
    usual = float(np.median(light))
    if np.ptp(light) < MIN_FALL or np.median(away) > MAX_MISFIT * np.ptp(light):
        return grey
    if usual < DIM:
        return np.clip(grey - light + usual, 0, 400)
    return np.clip(grey * (usual / np.maximum(light, 0.25 * usual)), 0, 400)


def without_table(grey: np.ndarray) -> Paper | None:
    """The picture, float32 (h, w), with paper in place of the table around it; None where there is no table."""
    from scipy import ndimage

    factor = max(1, round(max(grey.shape) / REDUCED))
    if min(grey.shape) < 32 * factor // 2:
        return None
    height, width = (side // factor * factor for side in grey.shape)
    small = grey[:height, :width].reshape(height // factor, factor, width // factor, factor).mean((1, 3))
    small = ndimage.gaussian_filter(small, 1)
    level = _threshold(small)
    table = np.zeros(small.shape, bool)
    for region in (small < level, small >= level):
        table |= _beyond_edges(_without_strokes(region), small)
    if not 0 < table.mean() <= MAX_SHARE:
        return None
    rows, columns = (
        np.minimum(np.arange(side) // factor, n - 1) for side, n in zip(grey.shape, table.shape, strict=True)
    )
    large = table[rows[:, None], columns[None]]
    reach = round(ROOM * max(grey.shape)) + factor
    large = ndimage.maximum_filter(large, 2 * reach + 1)
    paper = ndimage.median_filter(small, 9)
    paper[ndimage.maximum_filter(table, 2 * (reach // factor) + 3)] = np.nan
    known = np.isfinite(paper)
    if not known.any():
        return None
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    filled = ndimage.gaussian_filter(paper[tuple(nearest)], 2)
    return Paper(np.where(large, filled[rows[:, None], columns[None]], grey).astype(np.float32), large)


def _threshold(levels: np.ndarray) -> float:
    """The level that divides them best in two. Source: N. Otsu, A Threshold Selection Method, 1979."""
    counts, edges = np.histogram(levels, 128)
    share, middles = np.cumsum(counts) / counts.sum(), (edges[1:] + edges[:-1]) / 2
    mean = np.cumsum(counts * middles) / counts.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mean[-1] * share - mean) ** 2 / (share * (1 - share))
    return float(middles[int(np.argmax(np.nan_to_num(between[:-1])))])


def _without_strokes(region: np.ndarray) -> np.ndarray:
    """A region, bool (h, w), without what is narrow in it; at the picture's edges it may be."""
    from scipy import ndimage

    opened = ndimage.binary_opening(np.pad(region, STROKE, mode="edge"), np.ones((STROKE, STROKE)))
    return np.asarray(opened[STROKE:-STROKE, STROKE:-STROKE])


def _beyond_edges(region: np.ndarray, small: np.ndarray) -> np.ndarray:
    """The parts of a region, bool (h, w), that are a table beyond the paper's edges."""
    from scipy import ndimage

    labels, _ = ndimage.label(region)
    table = np.zeros_like(region)
    for label in {int(labels[y, x]) for y in (0, -1) for x in (0, -1)} - {0}:
        part = labels == label
        along = max(part[0].mean(), part[-1].mean(), part[:, 0].mean(), part[:, -1].mean())
        if part.mean() <= MAX_SHARE and along >= MIN_ALONG and _begins_sharply(part, small):
            table |= part
    return table


def _begins_sharply(part: np.ndarray, small: np.ndarray) -> bool:
    """Tell whether the level changes at once where a part ends, as at an object's edge."""
    from scipy import ndimage

    outside, inside = ndimage.distance_transform_cdt(~part), ndimage.distance_transform_cdt(part)
    near = [small[(d >= 2) & (d <= 3)] for d in (outside, inside)]
    far = [small[(d >= 6) & (d <= 10)] for d in (outside, inside)]
    if not (near[0].size and far[0].size and near[1].size):
        return False
    step = abs(float(np.median(near[0]) - np.median(near[1])))
    beyond = abs(float(np.median(far[0]) - np.median(far[1] if far[1].size else near[1])))
    return step >= MIN_STEP and step >= MIN_SHARP * beyond
