"""Strokes as they are stored: compressed, bounded, read back to a tenth of a pixel."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence

from rooms.errors import Refused
from rooms.limits import Limits

Stroke = Sequence[tuple[float, float]]
FARTHEST = 10_000.0  # pixels from the canvas's corner; strokes may leave it


def packed(strokes: Sequence[Stroke], limits: Limits) -> bytes:
    """Raises Refused for more than the limits, or for something else than points."""
    if len(strokes) > limits.most_strokes or sum(map(len, strokes)) > limits.most_points:
        raise Refused(
            f"A room takes drawings of at most {limits.most_strokes} strokes and {limits.most_points:,} points; "
            "clear the canvas and draw a simpler one."
        )
    try:
        points = [[[round(10 * _bounded(value)) for value in (x, y)] for x, y in stroke] for stroke in strokes]
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused("The strokes could not be read; clear the canvas and draw it again.") from error
    data = zlib.compress(json.dumps(points, separators=(",", ":")).encode("ascii"), 6)
    if len(data) > limits.most_stroke_bytes:
        raise Refused("The drawing is too large for a room; clear the canvas and draw a simpler one.")
    return data


def unpacked(data: bytes) -> list[list[tuple[float, float]]]:
    """The strokes in pixels of the canvas; none of a drawing that was removed."""
    if not data:
        return []
    return [[(x / 10, y / 10) for x, y in stroke] for stroke in json.loads(zlib.decompress(data))]


def _bounded(value: float) -> float:
    value = float(value)
    if not math.isfinite(value) or abs(value) > FARTHEST:
        raise ValueError(f"expected a place on the canvas, got {value}")
    return value
