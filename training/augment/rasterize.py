"""Pen digits drawn at the size at which they are needed: nearly what the canvas gives, in a fraction of the time.

The canvas is drawn large, cut out and shrunk (digits.strokes, digits.normalization). For the hundreds of thousands of
variations that a training takes, the ink is drawn in its box at once, a little finer, and shrunk in the same way.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from digits.normalization import BOX, centred
from digits.strokes import BRUSH, CANVAS_SIDE
from training.augment.styles import restyle
from training.augment.warp import augment_strokes
from training.data.dataset import DataError
from training.data.pen_digits import EXTENT
from training.data.unipen import PenDrawing

FINE = 8  # the ink is drawn this much larger than its box
CLOSEST = 0.015  # distance of two points below which one of them is left out, in parts of the digit's size
TRIES = 5  # to vary a digit so that there is more than a dot
TURN = 0.9  # cosine of the turn above which the corner between two lines needs no round joint


def rasterize(pen_digit: PenDrawing, random: np.random.Generator) -> np.ndarray | None:
    """The digit that from_canvas makes of a pen digit drawn with a random brush at a random size, uint8 (28, 28).

    Returns None where there is only a dot.
    """
    brush, extent = random.uniform(*BRUSH), random.uniform(*EXTENT) * CANVAS_SIDE
    return sketched(pen_digit, brush, extent)


def vary_pen_digit(pen_digit: PenDrawing, random: np.random.Generator) -> np.ndarray:
    """A pen digit in another handwriting and with another brush, uint8 (28, 28)."""
    for _ in range(TRIES):
        digit = rasterize(augment_strokes(restyle(pen_digit, random), random), random)
        if digit is not None:
            return digit
    raise DataError(f"a {pen_digit.label} of writer {pen_digit.writer} is only a dot; get its file again")


def sketched(pen_digit: PenDrawing, brush: float, extent: float) -> np.ndarray | None:
    """The same for one brush and one extent of the ink's longer side, both in pixels of the canvas."""
    points = np.concatenate(pen_digit.strokes)
    low, high = points.min(0), points.max(0)
    longest = float((high - low).max())
    if longest <= 0:
        return None
    width = brush * FINE * BOX / extent
    scale = (FINE * BOX - width) / longest
    size = ((high - low) * scale + width).tolist()
    large = Image.new("L", (int(np.ceil(size[0])), int(np.ceil(size[1]))))
    pen = ImageDraw.Draw(large)
    for stroke in pen_digit.strokes:
        _draw(pen, (stroke - low) * scale + width / 2, width)
    shape = (max(1, round(size[0] / FINE)), max(1, round(size[1] / FINE)))
    small = np.asarray(large.resize(shape, Image.Resampling.BOX, (0, 0, *size)))
    return centred(small) if small.any() else None


def simplify_strokes(pen_digit: PenDrawing) -> PenDrawing:
    """The same digit without points that are closer than anybody can see."""
    size = max(float(np.ptp(np.concatenate(pen_digit.strokes), axis=0).max()), 1e-9)
    return replace(pen_digit, strokes=tuple(_spaced(stroke, CLOSEST * size) for stroke in pen_digit.strokes))


def _draw(pen: ImageDraw.ImageDraw, points: np.ndarray, width: float) -> None:
    """One stroke with round ends, and round joints where it turns; the gaps elsewhere are too small to be seen."""
    corners = [0, len(points) - 1]
    if len(points) > 1:
        pen.line(points.ravel().tolist(), fill=255, width=round(width))
        steps = np.diff(points, axis=0)
        lengths = np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)
        turns = (steps[1:] * steps[:-1]).sum(1) / (lengths[1:] * lengths[:-1])
        corners += (np.flatnonzero(turns < TURN) + 1).tolist()
    radius = width / 2
    for x, y in points[corners].tolist():
        pen.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=255)


def _spaced(points: np.ndarray, distance: float) -> np.ndarray:
    """The first, the last, and points that are at least about this far from each other along the stroke."""
    steps = np.diff(points, axis=0)
    places = np.concatenate([[0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    kept = np.flatnonzero(np.diff(np.floor(places / distance), prepend=-1.0))
    return points[kept if kept[-1] == len(points) - 1 else np.append(kept, len(points) - 1)]
