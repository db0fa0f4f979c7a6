"""Numbers composed of the digits of real writers side by side; the ink of each digit is known by itself.

Size, baseline, slant, brush and gaps vary; where gaps are measured between the ink itself, the columns of neighbouring
digits may overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from digits.strokes import BRUSH, CANVAS_SIDE, draw_strokes
from training.data.unipen import PenDrawing

CANVASES = ((280, 280), (560, 280), (840, 280), (420, 280))  # width and height in pixels
MARGIN = 8  # pixels that stay free around the number where there is room
HEIGHT = (0.3, 0.8)  # of a digit, as a share of the canvas's height, where the number is not too wide for it
UNEQUAL = (0.75, 1.1)  # of a digit, as a share of the number's own height
BASELINE = 0.08  # of the height, by how much digits stand higher or lower than their neighbours
SLANT = 0.35  # largest, as a tangent


@dataclass(frozen=True)
class Setting:
    """The settings by which numbers are composed.

    lengths: how many digits a number has, smallest and largest. gaps: as a share of the number's height.
    between: "columns", the gap between the columns of neighbouring digits, or "ink", the smallest gap along any row.
    slanted: the share of numbers that are slanted. widest_brush: as a share of the number's height; wider ones close
    loops. unequal: the digits' sizes, as shares of it. same_writer: the share of numbers that one person has written.
    """

    lengths: tuple[int, int] = (2, 5)
    gaps: tuple[float, float] = (0.2, 0.45)
    between: str = "columns"
    slanted: float = 0.3
    same_writer: float = 0.5
    widest_brush: float = 0.25
    unequal: tuple[float, float] = UNEQUAL
    canvases: tuple[tuple[int, int], ...] = CANVASES


@dataclass(frozen=True, eq=False)
class Number:
    """A number as it is drawn, and the digits that it is made of.

    layers: the ink of each digit alone, uint8 (h, w), left to right. labels: the digits, 0 to 9.
    """

    layers: tuple[np.ndarray, ...]
    labels: tuple[int, ...]

    @property
    def ink(self) -> np.ndarray:
        """uint8 (h, w)."""
        return np.max(self.layers, axis=0)

    def cropped(self) -> list[np.ndarray]:
        """The ink of each digit and nothing around it, uint8 (h, w)."""
        return [_cropped(layer) for layer in self.layers]

    @property
    def drawing(self) -> np.ndarray:
        """White on transparency, as the canvas sends it, uint8 (h, w, 4)."""
        return as_drawing(self.ink)


def as_drawing(ink: np.ndarray) -> np.ndarray:
    """White ink on transparency, uint8 (h, w, 4), of uint8 (h, w)."""
    return np.dstack([np.full_like(ink, 255)] * 3 + [ink])


class Composer:
    """Numbers composed of the digits of some writers."""

    def __init__(self, pen_digits: Sequence[PenDrawing]):
        self.pen_digits = [d for d in pen_digits if np.ptp(np.concatenate(d.strokes), axis=0).max() > 0]
        by_writer: dict[str, list[int]] = {}
        for place, pen_digit in enumerate(self.pen_digits):
            by_writer.setdefault(pen_digit.writer, []).append(place)
        self.by_writer = by_writer

    def number(self, setting: Setting, random: np.random.Generator) -> Number:
        """One number of random digits."""
        count = int(random.integers(setting.lengths[0], setting.lengths[1] + 1))
        places = [int(place) for place in random.integers(len(self.pen_digits), size=count)]
        if random.random() < setting.same_writer:
            theirs = self.by_writer[self.pen_digits[places[0]].writer]
            places = [int(place) for place in random.choice(theirs, count)]
        return compose([self.prepared(self.pen_digits[place], random) for place in places], setting, random)

    def prepared(self, pen_digit: PenDrawing, random: np.random.Generator) -> PenDrawing:
        """The digit as it is composed."""
        return pen_digit


def compose(pen_digits: Sequence[PenDrawing], setting: Setting, random: np.random.Generator) -> Number:
    """These digits side by side."""
    width, height = setting.canvases[random.integers(len(setting.canvases))]
    slant = random.uniform(-SLANT, SLANT) if random.random() < setting.slanted else 0.0
    sheared = [_sheared(pen_digit, slant) for pen_digit in pen_digits]
    sizes = random.uniform(*setting.unequal, len(sheared))
    gaps = random.uniform(*setting.gaps, max(0, len(sheared) - 1))
    shares = [_share(pen_digit) for pen_digit in sheared]
    needed = float(np.dot(sizes, shares) + gaps.clip(0).sum())  # in heights
    tall = min(random.uniform(*HEIGHT) * height, (width - 2 * MARGIN) / needed)
    brush = min(random.uniform(*BRUSH) * height / CANVAS_SIDE, setting.widest_brush * tall)
    tiles = [_tile(pen_digit, tall * size, brush) for pen_digit, size in zip(sheared, sizes, strict=True)]
    lefts = _lefts(tiles, gaps * tall, setting.between)
    baseline = np.rint(random.uniform(-BASELINE, BASELINE, len(tiles)) * tall).astype(int)
    tops = baseline - np.array([tile.shape[0] for tile in tiles])
    return Number(_layers(tiles, lefts, tops, (height, width), random), tuple(d.label for d in pen_digits))


def _sheared(pen_digit: PenDrawing, slant: float) -> PenDrawing:
    return replace(
        pen_digit, strokes=tuple(np.column_stack([s[:, 0] - slant * s[:, 1], s[:, 1]]) for s in pen_digit.strokes)
    )


def _share(pen_digit: PenDrawing) -> float:
    """The width that a digit needs as a share of its height, or of its width where that is larger."""
    width, height = np.ptp(np.concatenate(pen_digit.strokes), axis=0)
    return max(0.3, float(width / max(width, height)) + 0.1)


def _tile(pen_digit: PenDrawing, extent: float, brush: float) -> np.ndarray:
    """The ink of one digit and nothing around it, uint8 (h, w); its longer side is about extent pixels."""
    points = np.concatenate(pen_digit.strokes)
    low, high = points.min(0), points.max(0)
    scale = max(extent - brush, 1) / (high - low).max()
    width, height = np.ceil((high - low) * scale + brush + 4).astype(int)
    strokes = [(stroke - low) * scale + brush / 2 + 2 for stroke in pen_digit.strokes]
    return _cropped(draw_strokes(strokes, brush, int(width), int(height))[..., 3])


def _cropped(ink: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _lefts(tiles: list[np.ndarray], gaps: np.ndarray, between: str) -> list[int]:
    """Where each tile begins, from the left."""
    lefts = [0]
    for before, after, gap in zip(tiles, tiles[1:], gaps, strict=False):
        left = before.shape[1]
        if between == "ink":
            left = _closest(before, after)
        lefts.append(lefts[-1] + left + round(float(gap)))
    return lefts


def _closest(before: np.ndarray, after: np.ndarray) -> int:
    """The smallest distance in pixels, to the right, at which the ink of two tiles on one line would just touch."""
    rows = min(len(before), len(after))
    one, other = before[-rows:] > 0, after[-rows:] > 0
    ends = np.where(one.any(1), before.shape[1] - one[:, ::-1].argmax(1), -(10**6))
    starts = np.where(other.any(1), other.argmax(1), 10**6)
    reach = max(1, round(0.15 * rows))  # rows above and below also count, so that they do not touch diagonally
    padded = np.pad(ends, reach, constant_values=-(10**6))
    wide = np.max([padded[i : i + rows] for i in range(2 * reach + 1)], axis=0)
    return int(max((wide - starts).max(), before.shape[1] // 2))


def _layers(
    tiles: list[np.ndarray], lefts: list[int], tops: np.ndarray, shape: tuple[int, int], random: np.random.Generator
) -> tuple[np.ndarray, ...]:
    """Each tile in its place on a canvas; the number's own place on it is random."""
    tops = tops - tops.min()
    extent = (
        max(top + len(tile) for top, tile in zip(tops, tiles, strict=True)),
        max(left + tile.shape[1] for left, tile in zip(lefts, tiles, strict=True)),
    )
    height, width = max(shape[0], extent[0]), max(shape[1], extent[1])
    down, right = (int(random.integers(room - used + 1)) for room, used in zip((height, width), extent, strict=True))
    layers = []
    for tile, left, top in zip(tiles, lefts, tops, strict=True):
        layer = np.zeros((height, width), np.uint8)
        layer[down + top : down + top + len(tile), right + left : right + left + tile.shape[1]] = tile
        layers.append(layer)
    return tuple(layers)
