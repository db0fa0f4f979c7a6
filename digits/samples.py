"""Sample drawings that a visitor can put on the canvas, also by keyboard.

Strokes are lists of points in a unit square, x to the right and y downwards, written by hand for this page.
"""

from __future__ import annotations

import numpy as np

from digits import from_canvas
from digits.strokes import CANVAS_SIDE, DEFAULT_BRUSH, draw_strokes
from language import N_

EXTENT = 0.72  # side of the unit square, as a share of the canvas's side

Strokes = list[list[tuple[float, float]]]


def arc(
    centre: tuple[float, float], radii: tuple[float, float], start: float, end: float, points: int = 16
) -> list[tuple[float, float]]:
    """Points along an ellipse; angles in degrees, 0 to the right, 90 downwards."""
    angles = np.radians(np.linspace(start, end, points))
    return [(centre[0] + radii[0] * np.cos(a), centre[1] + radii[1] * np.sin(a)) for a in angles]


DIGITS: dict[int, list[list[tuple[float, float]]]] = {
    0: [arc((0.5, 0.5), (0.27, 0.4), -90, 270, 32)],
    1: [[(0.35, 0.27), (0.52, 0.1), (0.52, 0.9)]],
    2: [arc((0.5, 0.33), (0.24, 0.22), -170, 20) + [(0.6, 0.58), (0.26, 0.88), (0.78, 0.88)]],
    3: [arc((0.47, 0.3), (0.24, 0.2), -160, 90) + arc((0.47, 0.7), (0.27, 0.2), -90, 155)],
    4: [[(0.45, 0.1), (0.22, 0.6), (0.8, 0.6)], [(0.62, 0.35), (0.62, 0.92)]],
    5: [[(0.33, 0.12), (0.3, 0.47)] + arc((0.47, 0.65), (0.26, 0.24), -130, 140), [(0.33, 0.12), (0.75, 0.12)]],
    6: [[(0.62, 0.1), (0.42, 0.32)] + arc((0.5, 0.67), (0.22, 0.22), 195, -165, 28)],
    7: [[(0.22, 0.14), (0.78, 0.14), (0.42, 0.9)]],
    8: [arc((0.5, 0.3), (0.18, 0.19), 90, -270, 24) + arc((0.5, 0.69), (0.22, 0.2), -90, 270, 24)],
    9: [arc((0.48, 0.32), (0.21, 0.21), 0, -360, 24) + [(0.69, 0.32), (0.64, 0.9)]],
}

SAMPLES: dict[str, Strokes] = {
    **{str(digit): strokes for digit, strokes in DIGITS.items()},
    N_("1 with flag and foot"): [[(0.3, 0.3), (0.52, 0.1), (0.52, 0.88)], [(0.3, 0.9), (0.75, 0.9)]],
    N_("4, open"): [[(0.36, 0.12), (0.27, 0.55), (0.75, 0.52)], [(0.68, 0.12), (0.64, 0.92)]],
    N_("7 with a bar"): [[(0.22, 0.14), (0.78, 0.12), (0.42, 0.92)], [(0.3, 0.53), (0.74, 0.5)]],
    N_("0 with a slash"): [arc((0.5, 0.5), (0.26, 0.38), -90, 270, 32), [(0.72, 0.12), (0.28, 0.88)]],
    N_("a 3 or an 8?"): [arc((0.5, 0.3), (0.19, 0.19), -200, 80, 24) + arc((0.5, 0.69), (0.23, 0.2), -90, 190, 24)],
    N_("the letter A"): [[(0.2, 0.92), (0.5, 0.1), (0.8, 0.92)], [(0.3, 0.62), (0.7, 0.62)]],
    N_("a house"): [
        [(0.22, 0.45), (0.78, 0.45), (0.78, 0.92), (0.22, 0.92), (0.22, 0.45)],
        [(0.12, 0.5), (0.5, 0.08), (0.88, 0.5)],
    ],
}

SAMPLE_LABELS = {name: int(name[0]) for name in SAMPLES if name[0].isdigit()}  # of the samples that are clear digits


def sample_strokes(name: str) -> list[np.ndarray]:
    """A sample's strokes on the page's canvas, each float (n, 2), in pixels."""
    margin = (1 - EXTENT) / 2
    return [(np.array(stroke) * EXTENT + margin) * CANVAS_SIDE for stroke in SAMPLES[name]]


def sample_digit(name: str) -> np.ndarray:
    """A sample as the networks see it, uint8 (28, 28), the same as when it is drawn on the canvas."""
    digit = from_canvas(draw_strokes(sample_strokes(name), DEFAULT_BRUSH, CANVAS_SIDE, CANVAS_SIDE))
    if digit is None:
        raise ValueError(f"the sample {name!r} leaves no ink")
    return digit
