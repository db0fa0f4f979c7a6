"""Variations of digits, as other people would have written them: pen strokes and MNIST's pictures, slanted and bent.

Sources: P. Simard et al., Best Practices for Convolutional Neural Networks, 2003 (elastic distortions);
Y. LeCun et al., 1998 (affine distortions). After every change the digit is
normalized again, so that it fills its box and is centred as any drawing is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter

from digits import SIDE, from_canvas
from training.pen_strokes import PenDigit

ANGLE = 12  # degrees, to either side
SHEAR = 0.25  # horizontal shift for each unit of height, to either side
ASPECT = 0.25  # natural logarithm of width over height, to either side
WOBBLE = 0.035  # largest amplitude of a slow wave through the picture, in parts of the digit's size
TREMBLE = 0.010  # the same of a quick one
LOOSE = 0.035  # standard deviation of where a stroke lies among the others, in parts of the digit's size
UNEVEN = 0.08  # standard deviation of the natural logarithm of a stroke's size beside the others'
ENLARGED = 4  # MNIST's pictures are warped at this many times their size
CELLS = 7  # squares to each side of the grid by which a picture is warped


def vary_strokes(pen_digit: PenDigit, random: np.random.Generator) -> PenDigit:
    """The same digit in a slightly different handwriting: the same strokes, bent and placed a little differently."""
    points = np.concatenate(pen_digit.strokes)
    low, size = points.min(0), max(np.ptp(points, axis=0).max(), 1e-9)
    warp = random_warp(random)
    strokes = [warp((stroke - low) / size) for stroke in pen_digit.strokes]
    if len(strokes) > 1:
        strokes = [_loosen(stroke, random) for stroke in strokes]
    return replace(pen_digit, strokes=tuple(stroke * size for stroke in strokes))


def _loosen(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    centre = (stroke.min(0) + stroke.max(0)) / 2
    return (stroke - centre) * np.exp(random.normal(0, UNEVEN, 2)) + centre + random.normal(0, LOOSE, 2)


def vary_picture(digit: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """An MNIST digit, uint8 (28, 28), in another handwriting and pen; returns uint8 (28, 28), centred again."""
    side = SIDE * ENLARGED
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    warp = random_warp(random)
    corners = np.linspace(0, 1, CELLS + 1)
    grid = warp(np.stack(np.meshgrid(corners, corners), -1).reshape(-1, 2)).reshape(CELLS + 1, CELLS + 1, 2) * side
    edges = np.rint(corners * side).astype(int).tolist()
    mesh = [
        (
            (edges[x], edges[y], edges[x + 1], edges[y + 1]),
            (*grid[y, x], *grid[y + 1, x], *grid[y + 1, x + 1], *grid[y, x + 1]),
        )
        for y in range(CELLS)
        for x in range(CELLS)
    ]
    warped = large.transform(large.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    thickness = random.integers(-1, 3)  # pixels of the enlarged picture to take from or to add to each side of a stroke
    if thickness < 0:
        warped = warped.filter(ImageFilter.MinFilter(3))
    elif thickness > 0:
        warped = warped.filter(ImageFilter.MaxFilter(2 * int(thickness) + 1))
    alpha = np.asarray(warped)
    varied = from_canvas(np.dstack([np.full_like(alpha, 255)] * 3 + [alpha]))
    return digit if varied is None else varied


def random_warp(random: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """A random smooth map of the plane near the identity: float (n, 2) to float (n, 2), made for the unit square."""
    angle, shear, aspect = random.uniform(-1, 1, 3) * (np.radians(ANGLE), SHEAR, ASPECT / 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    affine = turn @ np.array([[1, shear], [0, 1]]) @ np.diag([np.exp(aspect), np.exp(-aspect)])
    waves = np.concatenate([random.normal(0, 4, (3, 2)), random.normal(0, 20, (2, 2))])  # radians across the digit
    phases = random.uniform(0, 2 * np.pi, (len(waves), 2))
    heights = random.uniform(-1, 1, (len(waves), 2)) * np.array([WOBBLE] * 3 + [TREMBLE] * 2)[:, None]

    def warp(points: np.ndarray) -> np.ndarray:
        bent = points + (np.sin((points @ waves.T)[..., None] + phases) * heights).sum(1)
        return (bent - 0.5) @ affine.T + 0.5

    return warp
