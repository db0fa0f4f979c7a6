"""Data augmentation: variations of pen strokes and of MNIST's pictures, as other people might write them.

Sources: P. Simard et al., Best Practices for Convolutional Neural Networks, 2003 (elastic distortions);
Y. LeCun et al., 1998 (affine distortions). Every varied digit is normalized again, like any drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image

from digits import SIDE
from digits.normalization import from_ink
from training.pen_strokes import PenDigit

ANGLE = 12  # degrees, to either side
SHEAR = 0.25  # horizontal shift for each unit of height, to either side
ASPECT = 0.25  # natural logarithm of width over height, to either side
LOW_AMPLITUDE = 0.035  # largest amplitude of low-frequency distortions, as a share of the digit's size
HIGH_AMPLITUDE = 0.010  # the same for high-frequency distortions
STROKE_SHIFT = 0.035  # standard deviation of a single stroke's position, as a share of the digit's size
STROKE_SCALE = 0.08  # standard deviation of the natural logarithm of a single stroke's size
OVERSAMPLING = 4  # MNIST's pictures are warped at this many times their size
CELLS = 7  # squares on each side of the grid by which a picture is warped
_EDGES = np.linspace(0, 1, CELLS + 1)
_CORNERS = np.stack(np.meshgrid(_EDGES, _EDGES), -1).reshape(-1, 2)
_PIXELS = np.rint(_EDGES * SIDE * OVERSAMPLING).astype(int).tolist()
_SQUARES = [(_PIXELS[x], _PIXELS[y], _PIXELS[x + 1], _PIXELS[y + 1]) for y in range(CELLS) for x in range(CELLS)]


def vary_strokes(pen_digit: PenDigit, random: np.random.Generator) -> PenDigit:
    """The same digit in a slightly different handwriting: the strokes distorted, moved and scaled a little."""
    points = np.concatenate(pen_digit.strokes)
    low, size = points.min(0), max(np.ptp(points, axis=0).max(), 1e-9)
    warp = random_warp(random)
    ends = np.cumsum([len(stroke) for stroke in pen_digit.strokes])[:-1]
    strokes = np.split(warp((points - low) / size), ends)
    if len(strokes) > 1:
        strokes = [_vary_stroke(stroke, random) for stroke in strokes]
    return replace(pen_digit, strokes=tuple(stroke * size for stroke in strokes))


def _vary_stroke(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Moves and scales a stroke independently of the others."""
    centre = (stroke.min(0) + stroke.max(0)) / 2
    return (stroke - centre) * np.exp(random.normal(0, STROKE_SCALE, 2)) + centre + random.normal(0, STROKE_SHIFT, 2)


def vary_picture(digit: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """An MNIST digit, uint8 (28, 28), distorted and with another pen width; returns uint8 (28, 28), normalized."""
    side = SIDE * OVERSAMPLING
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    warp = random_warp(random)
    grid = (warp(_CORNERS) * side).reshape(CELLS + 1, CELLS + 1, 2)
    corners = np.concatenate([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1).reshape(-1, 8)
    mesh = list(zip(_SQUARES, corners.tolist(), strict=True))
    warped = large.transform(large.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    ink = _thickened(np.asarray(warped), int(random.integers(-1, 3)))
    varied = from_ink(ink)
    return digit if varied is None else varied


def _thickened(ink: np.ndarray, by: int) -> np.ndarray:
    """Ink, uint8 (h, w), with this many pixels more, or less, on each side of a stroke."""
    extreme = np.minimum if by < 0 else np.maximum
    for axis in (0, 1):
        for _ in range(abs(by)):
            here = ink.swapaxes(0, axis)
            grown = here.copy()
            grown[1:] = extreme(grown[1:], here[:-1])
            grown[:-1] = extreme(grown[:-1], here[1:])
            ink = grown.swapaxes(0, axis)
    return ink


def random_warp(random: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """A random smooth distortion of the unit square, close to the identity: float (n, 2) to float (n, 2)."""
    angle, shear, aspect = random.uniform(-1, 1, 3) * (np.radians(ANGLE), SHEAR, ASPECT / 2)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    affine = rotation @ np.array([[1, shear], [0, 1]]) @ np.diag([np.exp(aspect), np.exp(-aspect)])
    waves = np.concatenate([random.normal(0, 4, (3, 2)), random.normal(0, 20, (2, 2))])  # radians across the digit
    phases = random.uniform(0, 2 * np.pi, (len(waves), 2))
    amplitudes = random.uniform(-1, 1, (len(waves), 2)) * np.array([LOW_AMPLITUDE] * 3 + [HIGH_AMPLITUDE] * 2)[:, None]

    def warp(points: np.ndarray) -> np.ndarray:
        bent = points + (np.sin((points @ waves.T)[..., None] + phases) * amplitudes).sum(1)
        return (bent - 0.5) @ affine.T + 0.5

    return warp
