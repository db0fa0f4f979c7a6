"""Strokes: rendered as the canvas in the browser draws them, and converted from and to Fabric.js objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

CANVAS_SIDE = 280  # pixels on each side of the page's canvas; fits a phone 320 pixels wide
WIDE_CANVAS = 2 * CANVAS_SIDE  # pixels of width of the canvas for numbers; it is as high as the other
BRUSH = (10, 30)  # smallest and largest diameter, in pixels of the canvas
DEFAULT_BRUSH = 18  # pixels
OVERSAMPLING = 4  # drawings are rendered this much larger and scaled down, for smooth edges
# Of a drawing, which may be forged; drawing without a pause reaches them in a minute and a half.
MAX_STROKES = 500
MAX_COMMANDS = 5_000  # of all strokes' paths; each is drawn as one point or more, in 30 microseconds
MAX_DISTANCE = 20 * CANVAS_SIDE  # pixels; a pointer that leaves the canvas goes on drawing up to the end of the screen
CURVE_POINTS = 4  # along each curve, fewer where MAX_COMMANDS would be exceeded


def draw_strokes(strokes: Sequence[np.ndarray], brush: float | Sequence[float], width: int, height: int) -> np.ndarray:
    """Draw strokes with a round brush, white on transparency, as the page's canvas does.

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
        for x, y in points:  # round caps and joints; Pillow includes the last pixel
            pen.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=255)
    alpha = np.asarray(large.reduce(OVERSAMPLING))
    return np.dstack([np.full_like(alpha, 255)] * 3 + [alpha])


def strokes_from_fabric(objects: Sequence[dict]) -> tuple[list[np.ndarray], list[float]]:
    """Read strokes and brushes from a canvas's Fabric.js objects: freehand paths of the commands M, L and Q.

    Returns one array (n, 2) in canvas pixels and one diameter in pixels for each object; about MAX_COMMANDS points in
    all, at most. Raises ValueError if they are something else, or more, as only a forged message does.
    """
    try:
        commands = sum(len(item["path"]) for item in objects)
        if len(objects) > MAX_STROKES or commands > MAX_COMMANDS:
            raise ValueError(f"more than {MAX_STROKES} strokes or {MAX_COMMANDS} points")
        steps = np.linspace(0, 1, 1 + max(1, min(CURVE_POINTS, MAX_COMMANDS // max(1, commands))))[1:, None]
        strokes = [_flatten(item["path"], steps) for item in objects]
        brushes = [float(item["strokeWidth"]) for item in objects]
        near = all((np.abs(stroke) <= MAX_DISTANCE).all() for stroke in strokes)  # false for what is no number, too
        if not near or not all(0 < brush <= BRUSH[1] for brush in brushes):
            raise ValueError("a number out of range")
    except (KeyError, TypeError, IndexError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"expected freehand paths of Fabric.js: {error}") from error
    return strokes, brushes


def strokes_to_fabric(strokes: Sequence[np.ndarray], brush: float) -> list[dict]:
    """The Fabric.js objects for strokes, each (n, 2) in pixels; the inverse of strokes_from_fabric."""
    style = {"fill": None, "stroke": "white", "strokeWidth": brush, "strokeLineCap": "round", "strokeLineJoin": "round"}
    objects = []
    for stroke in strokes:
        low, high = stroke.min(0), stroke.max(0)
        (left, top), (width, height) = ((low + high) / 2).tolist(), (high - low).tolist()
        position = {
            "originX": "center",
            "originY": "center",
            "left": left,
            "top": top,
            "width": width,
            "height": height,
        }
        path = [["L" if i else "M", *point] for i, point in enumerate(stroke.tolist())]
        objects.append({"type": "Path", "path": path} | position | style)
    return objects


def _flatten(path: list, t: np.ndarray) -> np.ndarray:
    """A path's points, (n, 2): each line's end, and for a curve its points at t, (k, 1)."""
    if any((command[0], len(command)) not in {("M", 3), ("L", 3), ("Q", 5)} for command in path):
        raise ValueError("a command other than M, L and Q")
    ends = _numbers([command[-2:] for command in path])
    curved = np.flatnonzero([command[0] == "Q" for command in path])
    curved = curved[curved > 0]  # a curve needs a start
    if not curved.size:
        return ends
    control = _numbers([path[i][1:3] for i in curved])[:, None]
    start, end = ends[curved - 1][:, None], ends[curved][:, None]
    sizes = np.ones(len(path), int)
    sizes[curved] = len(t)
    last = np.cumsum(sizes) - 1  # where each command's end is among the points
    points = np.empty((last[-1] + 1, 2))
    points[last] = ends
    places = last[curved][:, None] + np.arange(1 - len(t), 1)
    points[places] = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    return points


def _numbers(pairs: list) -> np.ndarray:
    """Pairs of numbers as float (n, 2)."""
    array = np.array(pairs, float)
    if array.shape != (len(pairs), 2) or not len(pairs):
        raise ValueError("expected pairs of numbers")
    return array
