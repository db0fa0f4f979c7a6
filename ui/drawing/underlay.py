"""Images that lie under the transparent canvas: an invitation to draw, and strokes that were not drawn on it itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from html import escape

import numpy as np

from digits.samples import sample_strokes
from digits.strokes import CANVAS_SIDE, strokes_from_fabric

GHOST, GHOST_BRUSH = "5", 12  # the sample that is shown faintly on an empty canvas


@cache
def invitation(ghost: bool, words: str) -> str:
    """Return the HTML of the words on an empty canvas, with a faint digit or without."""
    lines = "".join(_line(stroke, "#3d4450", GHOST_BRUSH) for stroke in sample_strokes(GHOST)) if ghost else ""
    text = f'<text x="{CANVAS_SIDE / 2}" y="{CANVAS_SIDE - 12}">{escape(words)}</text>'
    return _picture(
        "background ghost",
        f'<g font-family="sans-serif" font-size="17" text-anchor="middle" fill="#aeb6c2">{lines}{text}</g>',
        CANVAS_SIDE,
    )


def strokes(objects: Sequence[dict], width: int) -> str:
    """Return the HTML of Fabric.js objects, an image for each, on a canvas of this width."""
    drawn = zip(*strokes_from_fabric(objects), strict=True)
    return "".join(_picture("background", _line(stroke, "#fff", brush), width) for stroke, brush in drawn)


def _line(stroke: np.ndarray, colour: str, brush: float) -> str:
    points = " ".join(
        f"{x:.1f},{y:.1f}" for x, y in [*stroke, stroke[-1]]
    )  # its end twice: a single point draws nothing
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{brush:.1f}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _picture(kind: str, content: str, width: int) -> str:
    """A layer as an image, in the middle of a wider canvas; Streamlit removes inline SVG."""
    size = f'width="{width}" height="{CANVAS_SIDE}" viewBox="0 0 {width} {CANVAS_SIDE}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{content}</svg>'
    return f'<img class="{kind}" alt="" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'
