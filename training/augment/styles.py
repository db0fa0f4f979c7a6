"""Other people's ways of writing a digit: the pen's path changed, in the order in which it was written.

A 1 gets a flag, a foot or a hook, a 7 a serif, a tilted top or a bar, a 0 a slash; loops stay open, strokes are cut
short, extended, bent, smoothed, or joined without lifting the pen. A reader still sees the same digit: every change is
small, or belongs to the digits that are written so. Strokes are float (n, 2), in parts of the digit's size.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.data.unipen import PenDrawing

RATES = {  # share of the digits that get each change, of those to which it applies
    "flag": 0.4,
    "tilt": 0.35,
    "serif": 0.25,
    "foot": 0.06,
    "bar": 0.25,
    "slash": 0.1,
    "join": 0.15,
    "bend": 0.35,
    "smooth": 0.12,
    "loosen": 0.3,
    "trim": 0.25,
    "extend": 0.2,
    "hook": 0.08,
}
FLAG_LENGTHS = (0.1, 0.6)  # in parts of the 1's height
FLAG_SLOPES = (15, 60)  # degrees below the level
TOP_SLOPES = (-10, 25)  # of a 7 with a bar, in degrees; above 0 where it rises from left to right, as a flag does
PLAIN_TOP_SLOPES = (-10, 15)  # of a 7 without a bar; where its top rises more, people read a 1
CLOSE = 0.18  # ends of a loop nearer than this to the rest of it close it; in parts of the digit's size
POINTS = 8  # least number of points of a stroke that is bent, cut or smoothed
BENT = 0.35  # radians by which the direction of a stroke changes at most along its way
Strokes = list[np.ndarray]


def restyle(pen_digit: PenDrawing, random: np.random.Generator) -> PenDrawing:
    """Apply some of the changes, chosen at random by RATES."""
    points = np.concatenate(pen_digit.strokes)
    low, size = points.min(0), float(np.ptp(points, axis=0).max())
    if size <= 0:
        return pen_digit
    strokes = [(stroke - low) / size for stroke in pen_digit.strokes]
    chances = random.random(len(_CHANGES))
    for chance, (name, change) in zip(chances.tolist(), _CHANGES.items(), strict=True):
        if chance < RATES[name]:
            strokes = change(strokes, pen_digit.label, random)
    return replace(pen_digit, strokes=tuple(strokes))


def like_seven(length: float, slope: float) -> bool:
    """Tell whether people read a 1 without a foot as a 7, with a flag so long (in parts of its height) and so level."""
    return slope < 25 and length > 0.25


def flagged(strokes: Strokes, length: float, slope: float) -> Strokes:
    """A 1 with another flag, or its first, joined to the stem; a foot stays.

    length: in parts of the stem's height; slope: in degrees below the level.
    """
    at = _stem(strokes)
    stem = strokes[at]
    if stem[:, 1].argmin() > stem[:, 1].argmax():
        stem = stem[::-1]  # written upwards
    stem = stem[stem[:, 1].argmin() :]
    height, angle = np.ptp(stem[:, 1]), np.radians(slope)
    start = stem[0] + length * height * np.array([-np.cos(angle), np.sin(angle)])
    feet = [stroke for i, stroke in enumerate(strokes) if i != at and _is_low(stroke, stem)]
    return [np.concatenate([line(start, stem[0])[:-1], stem]), *feet]


def has_foot(strokes: Strokes) -> bool:
    """Tell whether a 1 stands on a line, which may be part of its stem's stroke."""
    stem = strokes[_stem(strokes)]
    after = stem[stem[:, 1] > stem[:, 1].max() - 0.08 * np.ptp(stem[:, 1])]
    wide = np.ptp(after[:, 0]) > 0.2 * np.ptp(stem[:, 1])
    return bool(wide or any(_is_low(stroke, stem) for stroke in strokes if stroke is not stem))


def _stem(strokes: Strokes) -> int:
    return int(np.argmax([np.ptp(stroke[:, 1]) for stroke in strokes]))


def _is_low(stroke: np.ndarray, stem: np.ndarray) -> bool:
    return bool(stroke[:, 1].mean() > stem[:, 1].min() + 0.7 * np.ptp(stem[:, 1]))


def _flag(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A 1 begins with a stroke up to its top, of any length and slope; it gets a foot where it would look like a 7."""
    length, slope = random.uniform(*FLAG_LENGTHS), random.uniform(*FLAG_SLOPES)
    if label != 1 or np.ptp(strokes[_stem(strokes)][:, 1]) < 0.5:
        return strokes
    strokes = flagged(strokes, length, slope)
    return strokes if has_foot(strokes) or not like_seven(length, slope) else _footed(strokes, random)


def tilted(strokes: Strokes, slope: float, stretch: float = 1.0) -> Strokes:
    """A 7 whose top rises from left to right by so many degrees (falls, below 0), its length times stretch.

    A top that rises is at least so long that the 7 does not become a 1. A 7 without a top that is long enough stays as
    it is.
    """
    first = strokes[0]
    corner = int((first[:, 0] - first[:, 1]).argmax())
    step = first[0] - first[corner]
    length, height = np.hypot(*step), np.ptp(first[:, 1])
    if not 1 < corner < len(first) - 2 or step[0] > -0.2 * height or length < 0.25 * height:
        return strokes
    least = 0.5 if slope > 5 and len(strokes) == 1 else 0.3
    target = -np.exp(-1j * np.radians(slope)) * max(length * stretch, least * height)
    turned = (first[:corner] - first[corner]) @ np.array([1, 1j]) * (target / complex(*step))
    top = first[corner] + np.stack([turned.real, turned.imag], -1)
    return [np.concatenate([top, first[corner:]]), *strokes[1:]]


def _tilt(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """The top of a 7 becomes level or tilted, shorter or longer."""
    slopes = TOP_SLOPES if len(strokes) > 1 else PLAIN_TOP_SLOPES
    slope, stretch = random.uniform(*slopes), random.uniform(0.8, 1.3)
    return tilted(strokes, slope, stretch) if label == 7 else strokes


def _serif(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A 7 begins with a short stroke up to its top."""
    first = strokes[0]
    if label != 7 or len(first) <= POINTS:
        return strokes
    start = first[0] + random.uniform(0.08, 0.25) * np.array([random.uniform(-0.3, 0.3), 1.0])
    return [np.concatenate([line(start, first[0]), first]), *strokes[1:]]


def _foot(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A line under a 1."""
    return _footed(strokes, random) if label == 1 and len(strokes) == 1 else strokes


def _footed(strokes: Strokes, random: np.random.Generator) -> Strokes:
    left, right = random.uniform(0.15, 0.4, 2)
    tilt = random.normal(0, 0.03, 2)
    last = strokes[-1]
    end = last[last[:, 1].argmax()]
    return [*strokes, line(end + (-left, tilt[0]), end + (right, tilt[1]))]


def _bar(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A bar through the stem of a 7 written in one stroke."""
    if label != 7 or len(strokes) > 1 or len(strokes[0]) < POINTS:
        return strokes
    stem = strokes[0][len(strokes[0]) // 2 :]
    height = stem[-1, 1] * random.uniform(0.45, 0.65)
    centre = stem[np.abs(stem[:, 1] - height).argmin()]
    left, right = random.uniform(0.12, 0.3, 2)
    tilt = random.normal(0, 0.05, 2)
    return [*strokes, line(centre + (-left, tilt[0]), centre + (right, tilt[1]))]


def _slash(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A stroke through a 0 of one stroke: rising, falling, or level and wider than it, unlike the waist of an 8."""
    way = random.choice(["rising", "falling", "level"], p=[0.45, 0.2, 0.35])
    right, left = random.uniform((0.6, -0.1), (1.1, 0.3)), random.uniform((-0.1, 0.7), (0.4, 1.1))
    level = random.uniform((1.15, 0.4), (1.6, 0.55)), random.uniform((-0.6, 0.45), (-0.15, 0.6))
    if label != 0 or len(strokes) > 1:
        return strokes
    low, size = strokes[0].min(0), np.ptp(strokes[0], axis=0)
    if way == "level" and size[1] > 1.2 * size[0]:
        right, left = level
    elif way == "falling":
        right, left = right * (-1, 1) + (1, 0), left * (-1, 1) + (1, 0)
    return [*strokes, line(low + right * size, low + left * size)]


def _join(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """Two strokes become one where the second begins near the end of the first, as if the pen had stayed down."""
    for i, (before, after) in enumerate(itertools.pairwise(strokes)):
        if np.linalg.norm(after[0] - before[-1]) < 0.3:
            return [*strokes[:i], np.concatenate([before, after]), *strokes[i + 2 :]]
    return strokes


def _bend(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """Each stroke is rolled up or straightened a little: its direction drifts along its way."""
    return [stroke if len(stroke) < POINTS else bent(stroke, random) for stroke in strokes]


def _smooth(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """Corners become bows, or bows corners."""
    if random.random() < 0.5:
        return [stroke if len(stroke) < POINTS else rounded(stroke, random) for stroke in strokes]
    corners = int(random.integers(6, 10))
    return [
        stroke if len(stroke) < 3 * corners else stroke[np.linspace(0, len(stroke) - 1, corners).round().astype(int)]
        for stroke in strokes
    ]


def _loosen(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A loop of a 0, 6, 8 or 9 that its end closes stays open: the end is cut off."""
    if label not in (0, 6, 8, 9):
        return strokes
    at = 0 if label == 9 else len(strokes) - 1  # a 9's loop comes first; a 6's last
    stroke = strokes[at]
    if len(stroke) < 2 * POINTS:
        return strokes
    if label == 9:
        stroke = stroke[::-1]
    rest = stroke[: -len(stroke) // 3]
    if np.sqrt(((rest - stroke[-1]) ** 2).sum(1).min()) > CLOSE:
        return strokes
    opened = shortened(stroke, random.uniform(0.03, 0.13 if label in (0, 6) else 0.09))
    return [*strokes[:at], opened[::-1] if label == 9 else opened, *strokes[at + 1 :]]


def _trim(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A stroke is cut short a little, at its beginning or its end."""
    at = int(random.integers(len(strokes)))
    stroke = strokes[at]
    if len(stroke) < POINTS:
        return strokes
    share = random.uniform(0.02, 0.1)
    cut = shortened(stroke, share) if random.random() < 0.5 else shortened(stroke[::-1], share)[::-1]
    return [*strokes[:at], cut, *strokes[at + 1 :]]


def _extend(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """A stroke goes on a little in its direction, at its end or before its beginning."""
    at = int(random.integers(len(strokes)))
    stroke = strokes[at]
    if len(stroke) < POINTS:
        return strokes
    back = random.random() < 0.3
    stroke = stroke[::-1] if back else stroke
    end = overshoot(stroke, random.uniform(0.03, 0.15), random.normal(0, 0.2))
    stroke = np.concatenate([stroke, line(stroke[-1], end)[1:]])
    return [*strokes[:at], stroke[::-1] if back else stroke, *strokes[at + 1 :]]


def _hook(strokes: Strokes, label: int, random: np.random.Generator) -> Strokes:
    """The pen turns as it leaves the paper: a short hook at the end of the last stroke."""
    stroke = strokes[-1]
    if len(stroke) < POINTS:
        return strokes
    end = overshoot(stroke, random.uniform(0.03, 0.12), random.choice([-1, 1]) * random.uniform(0.25, 0.75) * np.pi)
    return [*strokes[:-1], np.concatenate([stroke, line(stroke[-1], end)[1:]])]


_CHANGES: dict[str, Callable[[Strokes, int, np.random.Generator], Strokes]] = {
    "flag": _flag,
    "tilt": _tilt,
    "serif": _serif,
    "foot": _foot,
    "bar": _bar,
    "slash": _slash,
    "join": _join,
    "loosen": _loosen,
    "trim": _trim,
    "extend": _extend,
    "hook": _hook,
    "smooth": _smooth,
    "bend": _bend,
}


def bent(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The stroke rolled up or straightened a little, about the same middle."""
    steps = np.diff(stroke, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    way = np.cumsum(lengths) / max(lengths.sum(), 1e-9)
    angles = random.uniform(-BENT, BENT) * (way - 0.5) + random.uniform(-BENT, BENT) / 2 * np.sin(2 * np.pi * way)
    turned = (steps[:, 0] + 1j * steps[:, 1]) * np.exp(1j * angles)
    moved = np.concatenate([[0], np.cumsum(turned)])
    bent = np.stack([moved.real, moved.imag], -1)
    return bent + (stroke.mean(0) - bent.mean(0))


def rounded(stroke: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The stroke with its corners as bows: a moving average of its points."""
    reach = max(1, round(len(stroke) * random.uniform(0.03, 0.1)))
    padded = np.concatenate([np.repeat(stroke[:1], reach, 0), stroke, np.repeat(stroke[-1:], reach, 0)])
    sums = np.cumsum(np.concatenate([np.zeros((1, 2)), padded]), axis=0)
    window = 2 * reach + 1
    return (sums[window:] - sums[:-window]) / window


def overshoot(stroke: np.ndarray, length: float, turn: float) -> np.ndarray:
    """The point at a distance from a stroke's end, in its last direction turned by an angle in radians."""
    direction = stroke[-1] - stroke[-max(2, len(stroke) // 8)]
    ahead = complex(*direction) * np.exp(1j * turn)
    ahead *= length / max(abs(ahead), 1e-9)
    return stroke[-1] + (ahead.real, ahead.imag)


def shortened(stroke: np.ndarray, share: float) -> np.ndarray:
    """The stroke without the last share of its length."""
    steps = np.diff(stroke, axis=0)
    way = np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))
    return stroke[: max(2, int(np.searchsorted(way, (1 - share) * way[-1])) + 1)]


def line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Points from one place to another, close enough to be bent."""
    return start + np.linspace(0, 1, 9)[:, None] * (end - start)
