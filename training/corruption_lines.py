"""Lines for training.corruptions: dotted, in zigzags, and the outlines of what a picture shows."""

from __future__ import annotations

import itertools

import numpy as np

from digits import SIDE

REACH = 2.3  # pixels from the middle of a line to where it ends, growing darker along a logarithm
TOOTH = 2.0  # pixels, half the width and the height of a zigzag's teeth
LOW, HIGH = 0.1, 0.2  # thresholds of the gradient: edges begin above the second and go on above the first


def dotted(n: int, random: np.random.Generator) -> np.ndarray:
    """n dotted lines from the left edge to the right, float (n, 28, 28)."""
    heights = random.integers(0, SIDE - 1, (n, 2))
    shown = np.arange(SIDE) % 4 >= 2
    return np.stack([line((0, a), (SIDE - 1, b)) for a, b in heights.tolist()]) * shown


def zigzag(n: int, random: np.random.Generator) -> np.ndarray:
    """n zigzags from left to right, rising or falling a little, float (n, 28, 28)."""
    return np.stack([_zigzag(int(random.integers(0, SIDE - 1)), int(random.integers(-5, 5))) for _ in range(n)])


def _zigzag(height: int, rise: int) -> np.ndarray:
    start, end = np.array([2.0, height]), np.array([SIDE - 3.0, height + rise])
    along = (end - start) / np.linalg.norm(end - start)
    across = np.array([-along[1], along[0]])
    length = float(np.linalg.norm(end - start))
    places = np.arange(TOOTH, length, 2 * TOOTH)
    sides = np.where(np.arange(len(places)) % 2, -TOOTH, TOOTH)
    teeth = [start + place * along + side * across for place, side in zip(places, sides, strict=True)]
    corners = [start, *teeth, end]
    return np.clip(sum(line(tuple(a), tuple(b)) for a, b in itertools.pairwise(corners)), 0, 1)


def line(start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """A soft line between two points, x and y, the first further left: float (28, 28), 0 to 1."""
    (x0, y0), (x1, y1) = start, end
    columns, rows = np.arange(SIDE), np.arange(SIDE)[:, None]
    if x1 <= x0:
        return np.zeros((SIDE, SIDE))
    heights = y0 + (columns - x0) * (y1 - y0) / (x1 - x0)
    away = np.minimum(np.abs(rows - heights), REACH - 1e-9)
    ink = np.clip(1 + np.log(1 - away / REACH), 0, 1)
    return ink * ((columns >= np.floor(x0)) & (columns <= np.ceil(x1)))


def edges(smooth: np.ndarray) -> np.ndarray:
    """Where smoothed pictures, float (n, 28, 28), have edges one pixel wide, bool; by the gradient's highest places."""
    from scipy import ndimage

    across, down = ndimage.sobel(smooth, 2) / 4, ndimage.sobel(smooth, 1) / 4
    gradient = np.hypot(across, down)
    padded = np.pad(gradient, ((0, 0), (1, 1), (1, 1)))
    sectors = np.rint(np.arctan2(down, across) / (np.pi / 4)).astype(int) % 4
    highest = np.zeros(smooth.shape, bool)
    for sector, (dy, dx) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        ahead, behind = (padded[:, 1 + s * dy : 1 + s * dy + SIDE, 1 + s * dx : 1 + s * dx + SIDE] for s in (1, -1))
        highest |= (sectors == sector) & (gradient >= ahead) & (gradient > behind)
    labels, _ = ndimage.label(highest & (gradient > LOW), np.ones((1, 3, 3)) * np.array([0, 1, 0])[:, None, None] > 0)
    strong = np.unique(labels[highest & (gradient > HIGH)])
    return np.isin(labels, strong[strong > 0])
