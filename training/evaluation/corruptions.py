"""The fifteen corruptions of MNIST-C, computed from their definitions, to measure how robust the networks are.

Source: N. Mu and J. Gilmer, MNIST-C: A Robustness Benchmark for Computer Vision, 2019. The strengths are those of the
published set; its files are not used, so that figures come near the published ones but are not the same.
Each corruption takes digits, float (n, 28, 28) from 0 to 1, and a random generator, and returns digits like them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from digits import SIDE

CENTRE = (SIDE - 1) / 2
PHOTONS = 3  # of white, in shot noise
IMPULSES = 0.17  # share of the pixels that impulse noise makes black or white
GLASS = 0.7  # standard deviation of the blur before and after pixels are swapped, in pixels
MOTION = 3.0  # standard deviation of the blur along the way, in pixels
SHEAR, ANGLE, SCALE, SHIFT = 0.4, 0.4, 0.7, 3  # slope, radians, size, pixels
BRIGHTER = 0.5  # of white
FOG = 2.0  # thickness; 1 is white
MUD = 63 / 255  # brightness of a spatter
STRIPE = 7  # columns on each side that are inverted
Corruption = Callable[[np.ndarray, np.random.Generator], np.ndarray]
REACH = 2.3  # pixels from the middle of a line to its edge, with logarithmically increasing ink
TOOTH = 2.0  # pixels, half the width and the height of a zigzag's teeth
LOW, HIGH = 0.1, 0.2  # thresholds of the gradient: edges begin above the second and go on above the first


def corrupt(name: str, digits: np.ndarray, seed: int) -> np.ndarray:
    """Corrupt digits, uint8 (n, 28, 28). name: a key of CORRUPTIONS. The same seed gives the same result."""
    random = np.random.default_rng([seed, list(CORRUPTIONS).index(name)])
    corrupted = CORRUPTIONS[name](digits / 255.0, random)
    return np.rint(255 * np.clip(corrupted, 0, 1)).astype(np.uint8)


def _shot_noise(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.poisson(x * PHOTONS) / PHOTONS


def _impulse_noise(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    hit = random.random(x.shape) < IMPULSES
    return np.where(hit, random.integers(0, 2, x.shape), x)


def _glass_blur(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Blurred, neighbouring pixels swapped here and there, twice over the picture, and blurred again."""
    x = _blur(x, GLASS)
    pictures = np.arange(len(x))
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                swapped = pictures[random.random(len(x)) < 0.5]
                down, right = random.integers(-1, 1, (2, len(swapped)))
                there = (swapped, row + down, column + right)
                x[swapped, row, column], x[there] = x[there], x[swapped, row, column]
    return _blur(x, GLASS)


def _motion_blur(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Smeared in one direction, at most 45 degrees off the horizontal."""
    from scipy import ndimage

    angles = random.uniform(-np.pi / 4, np.pi / 4, len(x))
    weights = np.exp(-(np.arange(12) ** 2) / (2 * MOTION**2))
    blurred = np.zeros_like(x)
    for picture, angle, target in zip(x, angles, blurred, strict=True):
        for distance, weight in enumerate(weights / weights.sum()):
            way = (distance * np.sin(angle), distance * np.cos(angle))
            target += weight * ndimage.shift(picture, way, order=1, mode="nearest")
    return blurred


def _shear(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    slopes = random.choice([-SHEAR, SHEAR], len(x))
    return _mapped(x, [np.array([[1, 0], [slope, 1]]) for slope in slopes])


def _scale(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return _mapped(x, [np.eye(2) / SCALE] * len(x))


def _rotate(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    cos, sin = np.cos(ANGLE), np.sin(ANGLE)
    return _mapped(x, [np.array([[cos, side * sin], [-side * sin, cos]]) for side in random.choice([-1, 1], len(x))])


def _brightness(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return x + BRIGHTER


def _translate(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT)))
    starts = random.choice([0, 2 * SHIFT], (len(x), 2))
    return np.stack([p[r : r + SIDE, c : c + SIDE] for p, (r, c) in zip(padded, starts, strict=True)])


def _stripe(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Black and white changed outside a stripe down the middle."""
    x = x.copy()
    for columns in (slice(None, STRIPE), slice(SIDE - STRIPE, None)):
        x[..., columns] = 1 - x[..., columns]
    return x


def _fog(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Under a cloud of fractal noise: random grids, each twice as fine as the one before, and half as strong."""
    from scipy import ndimage

    cloud = np.zeros_like(x)
    for octave in range(1, 6):
        cells = 2**octave
        grid = random.uniform(-1, 1, (len(x), cells + 1, cells + 1))
        places = np.linspace(0, cells, SIDE)
        rows, columns = np.meshgrid(places, places, indexing="ij")
        for picture, knots in zip(cloud, grid, strict=True):
            picture += ndimage.map_coordinates(knots, [rows, columns], order=1) / cells
    cloud -= cloud.min((1, 2), keepdims=True)
    cloud /= cloud.max((1, 2), keepdims=True)
    return (x + FOG * cloud) / (1 + FOG)


def _spatter(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Drops of grey mud: where smooth noise is highest, with soft edges."""
    drops = _blur(random.normal(0.65, 0.3, x.shape), 1.0) > 0.65
    cover = _blur(drops.astype(float), 1.5)
    cover[cover < 0.8] = 0
    return x * (1 - cover) + MUD * cover


def _canny_edges(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Only the outlines. Source: J. Canny, A Computational Approach to Edge Detection, 1986."""
    return edges(_blur(x, 1.0)).astype(float)


def _dotted_line(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return x + dotted(len(x), random)


def _zigzag(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return x + zigzag(len(x), random)


CORRUPTIONS: dict[str, Corruption] = {
    "shot noise": _shot_noise,
    "impulse noise": _impulse_noise,
    "glass blur": _glass_blur,
    "motion blur": _motion_blur,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brightness,
    "translate": _translate,
    "stripe": _stripe,
    "fog": _fog,
    "spatter": _spatter,
    "dotted line": _dotted_line,
    "zigzag": _zigzag,
    "Canny edges": _canny_edges,
}


def dotted(n: int, random: np.random.Generator) -> np.ndarray:
    """n dotted lines from the left edge to the right, float (n, 28, 28)."""
    heights = random.integers(0, SIDE - 1, (n, 2))
    shown = np.arange(SIDE) % 4 >= 2
    return np.stack([line((0, a), (SIDE - 1, b)) for a, b in heights.tolist()]) * shown


def zigzag(n: int, random: np.random.Generator) -> np.ndarray:
    """n zigzags from left to right, rising or falling a little, float (n, 28, 28)."""
    return np.stack([_zigzag_points(int(random.integers(0, SIDE - 1)), int(random.integers(-5, 5))) for _ in range(n)])


def _zigzag_points(height: int, rise: int) -> np.ndarray:
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


def _blur(x: np.ndarray, sigma: float) -> np.ndarray:
    from scipy import ndimage

    return ndimage.gaussian_filter(x, (0, sigma, sigma))


def _mapped(x: np.ndarray, matrices: list[np.ndarray]) -> np.ndarray:
    """Each picture with the ink at a place that the matrix maps a pixel to, around the centre."""
    from scipy import ndimage

    centre = np.full(2, CENTRE)
    return np.stack(
        [
            ndimage.affine_transform(picture, matrix, centre - matrix @ centre, order=1)
            for picture, matrix in zip(x, matrices, strict=True)
        ]
    )
