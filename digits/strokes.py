"""Strokes become a drawing: what a round brush leaves on a canvas, drawn without a browser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

CANVAS_SIDE = 280  # pixels on each side of the page's canvas; fits a phone 320 pixels wide
BRUSH = (10, 30)  # range of the brush's diameter, in pixels of the canvas
DEFAULT_BRUSH = 18  # pixels
OVERSAMPLING = 4  # the drawing is made this much larger and averaged down, for soft edges
MOST_POINTS = 50_000  # in one drawing; more are refused, since the drawing comes from the visitor


def draw_strokes(strokes: Sequence[np.ndarray], brush: float | Sequence[float], width: int, height: int) -> np.ndarray:
    """Draws strokes with a round brush, white on transparency, as the page's canvas does.

    strokes: one array (n, 2) for each stroke, its points as x and y in pixels from the top left; one point is a dot.
    brush: diameter in pixels, for all strokes or one for each. width, height: of the canvas in pixels.
    Returns uint8 (height, width, 4).
    """
    large = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING))
    pen = ImageDraw.Draw(large)
    for stroke, diameter in zip(strokes, np.broadcast_to(brush, len(strokes)), strict=True):
        points = np.asarray(stroke, float) * OVERSAMPLING
        radius = diameter * OVERSAMPLING / 2
        if len(points) > 1:
            pen.line(points.ravel().tolist(), fill=255, width=round(2 * radius))
        for x, y in points:  # round caps and joints; Pillow counts the last pixel in
            pen.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=255)
    alpha = np.asarray(large.reduce(OVERSAMPLING))
    return np.dstack([np.full_like(alpha, 255)] * 3 + [alpha])


def strokes_from_fabric(objects: Sequence[dict]) -> tuple[list[np.ndarray], list[float]]:
    """The strokes and brushes of a canvas's Fabric.js objects: freehand paths made of M, L and Q commands.

    Returns one array (n, 2) in canvas pixels and one diameter in pixels for each object.
    Raises ValueError if they are something else, which only a forged message is.
    """
    try:
        if sum(len(item["path"]) for item in objects) > MOST_POINTS:
            raise ValueError(f"more than {MOST_POINTS} points")
        strokes = [np.concatenate([_flatten(*pair) for pair in _pairs(item["path"])]) for item in objects]
        brushes = [float(item["strokeWidth"]) for item in objects]
        if not all(np.isfinite(stroke).all() for stroke in strokes) or not all(0 < brush < 1000 for brush in brushes):
            raise ValueError("a number out of range")
    except (KeyError, TypeError, IndexError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"expected freehand paths of Fabric.js: {error}") from error
    return strokes, brushes


def strokes_to_fabric(strokes: Sequence[np.ndarray], brush: float) -> list[dict]:
    """The Fabric.js objects that show strokes, (n, 2) each, in pixels, on a canvas; strokes_from_fabric reads them."""
    look = {"fill": None, "stroke": "white", "strokeWidth": brush, "strokeLineCap": "round", "strokeLineJoin": "round"}
    objects = []
    for stroke in strokes:
        low, high = stroke.min(0), stroke.max(0)
        (left, top), (width, height) = ((low + high) / 2).tolist(), (high - low).tolist()
        place = {"originX": "center", "originY": "center", "left": left, "top": top, "width": width, "height": height}
        path = [["L" if i else "M", *point] for i, point in enumerate(stroke.tolist())]
        objects.append({"type": "Path", "path": path} | place | look)
    return objects


def _pairs(path: list) -> list[tuple[np.ndarray | None, np.ndarray]]:
    """Each command's points (k, 2) and the point before them."""
    if any((command[0], len(command)) not in {("M", 3), ("L", 3), ("Q", 5)} for command in path):
        raise ValueError("a command other than M, L and Q")
    points = [np.array(command[1:], float).reshape(-1, 2) for command in path]
    return [
        (before[-1] if before is not None else None, here)
        for before, here in zip([None, *points], points, strict=False)
    ]


def _flatten(start: np.ndarray | None, points: np.ndarray) -> np.ndarray:
    """A line's end, or four points along a quadratic curve from start with one control point."""
    if len(points) == 1 or start is None:
        return points[-1:]
    control, end = points
    t = np.linspace(0.25, 1, 4)[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
