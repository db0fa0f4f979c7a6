"""Composed photos, scans and drawings of digits and numbers on paper, with what was written in them.

Strokes of real writers are written with a pen on paper that has its grain, printed lines or boxes, and lies on a table;
a camera looks at it askew, in uneven light, with blur, noise and JPEG. What people do is varied on purpose: gaps from
touching to two and a half heights, groups, twenty digits, several lines, edges, small crops, coloured ink and paper.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from digits.strokes import draw_strokes
from training.augment.numbers import Composer
from training.data.unipen import PenDrawing

Strokes = list[np.ndarray]
Range = tuple[float, float]

SHEAR = 0.3  # largest slant of a line's digits, as a tangent
LEADING = (1.7, 3.0)  # from one line to the next, in heights
SIGNS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {  # on a line 1 high, its foot at 1
    "-": (((0, 0.55), (0.45, 0.5)),),
    ".": (((0, 0.97), (0.03, 1.0)),),
    ",": (((0.05, 0.93), (0, 1.12)),),
    ":": (((0, 0.35), (0.02, 0.38)), ((0, 0.85), (0.02, 0.88))),
    "+": (((0, 0.55), (0.5, 0.55)), ((0.25, 0.3), (0.25, 0.8))),
}
SLASH = (((0.4, 0), (0, 1.05)),)


@dataclass(frozen=True)
class Kind:
    """A kind of picture; ranges are drawn from evenly.

    digits, lines: how many digits a line has, and how many lines there are. gaps: between neighbouring digits, and
    group: the share of gaps that are wider, as between groups, both in heights. height: of the digits, as a share of
    the picture's. sizes: of a digit, as shares of that. tilt: of the line, in degrees. pen: the width of its lines, in
    heights. ink, paper: the share of the light that they reflect; light ink is brighter than its paper. colour: of ink
    and paper, at most so far from grey. print: what is printed on the paper. frame: what is drawn around the digits, or
    through their feet. beside: what else stands there. edge: the writing reaches the picture's edge. margin: the paper
    around the writing, in heights; None for a picture much larger than it. camera: "phone", "scan", or "paint", which
    has neither light nor noise. side: pixels of the picture's longer side; file: its format.
    """

    digits: tuple[int, int] = (2, 6)
    lines: tuple[int, int] = (1, 1)
    gaps: Range = (0.08, 0.7)
    group: float = 0.0
    height: Range = (0.1, 0.35)
    sizes: Range = (0.75, 1.1)
    tilt: float = 5.0
    pen: Range = (0.035, 0.12)
    ink: Range = (0.1, 0.45)
    paper: Range = (0.65, 0.95)
    colour: float = 0.0
    print: str = ""
    frame: str = ""
    beside: str = ""
    edge: bool = False
    margin: Range | None = None
    camera: str = "phone"
    falls_off: Range = (0.05, 0.45)
    blur: Range = (0.4, 1.6)
    noise: Range = (1.0, 6.0)
    side: tuple[int, int] = (700, 1400)
    file: str = "JPEG"


@dataclass(frozen=True)
class Picture:
    """A picture file, the numbers in it, top to bottom, and whether ink beside them belongs to no digit."""

    data: bytes
    numbers: tuple[str, ...]
    other_ink: bool


NUMBERS = {
    "two to six digits": Kind(),
    "wide gaps, up to two and a half heights": Kind(gaps=(0.5, 2.5), height=(0.08, 0.22), digits=(2, 7)),
    "groups": Kind(digits=(5, 9), gaps=(0.08, 0.4), group=0.25, height=(0.08, 0.2)),
    "ten to twenty digits": Kind(digits=(10, 20), gaps=(0.08, 0.4), height=(0.05, 0.12)),
    "two to six lines": Kind(lines=(2, 6), digits=(1, 8), height=(0.06, 0.11)),
    "reaching the edge": Kind(edge=True),
    "cropped closely": Kind(margin=(0.05, 0.4), side=(150, 800)),
    "far away": Kind(height=(0.04, 0.08)),
    "askew": Kind(tilt=14.0),
    "pencil": Kind(pen=(0.025, 0.05), ink=(0.5, 0.68), falls_off=(0.0, 0.3), paper=(0.85, 0.95)),
    "marker": Kind(pen=(0.12, 0.22), gaps=(0.15, 0.7)),
    "coloured ink and paper": Kind(colour=0.6),
    "a board, light on dark": Kind(ink=(0.65, 0.95), paper=(0.05, 0.3)),
    "dim, with shadows": Kind(falls_off=(0.4, 0.75), noise=(4, 9), beside="shadow"),
    "squared paper": Kind(print="squares"),
    "ruled paper": Kind(print="rules", height=(0.08, 0.16)),
    "a sheet on a table": Kind(beside="table", height=(0.08, 0.16)),
    "in a box": Kind(frame="box"),
    "in a comb of boxes": Kind(frame="comb", sizes=(0.85, 1.0)),
    "on a line": Kind(frame="line"),
    "scanned": Kind(camera="scan", height=(0.03, 0.1), tilt=1.5),
    "with a sign": Kind(beside="sign"),
    "crossed by a line of the pen": Kind(frame="through"),
    "touching": Kind(gaps=(-0.08, 0.05), digits=(2, 4)),
}
ALONE = Kind(digits=(1, 1), height=(0.15, 0.7), lines=(1, 1))
TIGHT = replace(ALONE, margin=(0.0, 0.12), pen=(0.06, 0.2), side=(20, 80))
SINGLES = {
    "a digit on paper": ALONE,
    "a digit on squared paper": replace(ALONE, print="squares"),
    "a digit on a board": replace(ALONE, ink=(0.65, 0.95), paper=(0.05, 0.3)),
    "reaching the edge, one digit": replace(ALONE, edge=True),
    "a crop of 20 to 80 pixels": replace(TIGHT, blur=(0.2, 0.8), noise=(0, 4)),
    "a blurred crop of 35 to 80 pixels": replace(TIGHT, side=(35, 80), blur=(0.8, 2.0), noise=(0, 5)),
    "a crop of 80 to 500 pixels": replace(TIGHT, side=(80, 500), noise=(0, 6)),
    "a light crop on dark": replace(TIGHT, side=(20, 300), ink=(0.75, 1.0), paper=(0.0, 0.25), blur=(0.2, 0.8)),
    "28 x 28, grey and noisy": replace(TIGHT, side=(28, 28), margin=(0.05, 0.35), noise=(0, 9), blur=(0.2, 0.6)),
    "a paint program, 50 to 500 pixels": replace(
        TIGHT, camera="paint", side=(50, 500), margin=(0.0, 0.6), pen=(0.02, 0.16), file="PNG"
    ),
    "a paint program, light on dark": replace(
        TIGHT, camera="paint", side=(28, 500), margin=(0.0, 0.6), ink=(1, 1), paper=(0, 0), file="PNG"
    ),
    "one digit in a box": replace(ALONE, frame="box"),
    "one digit in a circle": replace(ALONE, frame="circle"),
    "one digit on a line": replace(ALONE, frame="line"),
}
NOT_ONLY_DIGITS = {  # what stands beside the digits looks like digits too, so the right answer is a warning
    "with a slash": Kind(beside="slash"),
    "with a word": Kind(beside="word", digits=(2, 5)),
}
KINDS = NUMBERS | SINGLES | NOT_ONLY_DIGITS


def picture(composer: Composer, kind: Kind, random: np.random.Generator) -> Picture:
    """One picture of a kind, of the digits of a composer's writers."""
    page = _Page(kind, random)
    for _ in range(int(random.integers(kind.lines[0], kind.lines[1] + 1))):
        count = int(random.integers(kind.digits[0], kind.digits[1] + 1))
        place = int(random.integers(len(composer.pen_digits)))
        theirs = composer.by_writer[composer.pen_digits[place].writer]
        same = random.random() < 0.6
        everyone = len(composer.pen_digits)
        chosen = [int(random.choice(theirs) if same else random.integers(everyone)) for _ in range(count)]
        page.add_line([composer.pen_digits[number] for number in chosen])
    return Picture(page.photographed(), tuple(page.numbers), bool(page.other))


class _Page:
    """The strokes on a page, in heights of a digit, then in pixels; print and signs are kept apart from digits."""

    def __init__(self, kind: Kind, random: np.random.Generator):
        self.kind, self.random = kind, random
        self.numbers: list[str] = []
        self.written: Strokes = []
        self.other: Strokes = []  # by the same pen, but no digits
        self.frames: Strokes = []
        self.slant = random.uniform(-0.1, SHEAR) if random.random() < 0.4 else 0.0
        self.bottom = 0.0

    def add_line(self, pen_digits: Sequence[PenDrawing]) -> None:
        """Write a number below what is there."""
        kind, random = self.kind, self.random
        top = self.bottom + (random.uniform(*LEADING) - 1 if self.numbers else 0)
        left = random.uniform(0, 2) if self.numbers else 0.0
        gaps = np.full(len(pen_digits), random.uniform(*kind.gaps))
        gaps = np.clip(gaps * random.uniform(0.6, 1.4, len(gaps)), *kind.gaps)
        grouped = random.random(len(gaps)) < kind.group
        if kind.group and len(gaps) > 2:
            grouped[int(random.integers(1, len(gaps) - 1))] = True
        gaps[grouped] += random.uniform(0.6, 1.6)
        sign = int(random.integers(len(pen_digits))) if kind.beside in ("sign", "slash") else -1
        feet, boxes = [], []
        for place, (pen_digit, gap) in enumerate(zip(pen_digits, gaps, strict=True)):
            if place == sign:
                left = self._sign(left, top)
            strokes, width = self._digit(pen_digit, random.uniform(*kind.sizes))
            drop = top + random.uniform(-0.07, 0.07)
            self.written += [stroke + (left, drop) for stroke in strokes]
            boxes.append((left, left + width))
            feet.append(drop + 1)
            left += width + (max(gap, 0.35) if kind.frame == "comb" else gap)
        self.numbers.append("".join(str(d.label) for d in pen_digits))
        self.bottom = top + 1
        self._frame(boxes, top, feet)
        if kind.beside == "word":
            self._word(left + 0.4, top)

    def _digit(self, pen_digit: PenDrawing, size: float) -> tuple[Strokes, float]:
        """Strokes from 1 - size to 1, and their width."""
        strokes = [np.column_stack([s[:, 0] - self.slant * s[:, 1], s[:, 1]]) for s in pen_digit.strokes]
        points = np.concatenate(strokes)
        low, high = points.min(0), points.max(0)
        scale = size / max(high - low)
        height = (high - low)[1] * scale
        drop = 1 - height if height > 0.4 * size else 1 - size / 2
        placed = [(stroke - low) * scale + (0, drop) for stroke in strokes]
        return placed, float((high - low)[0] * scale)

    def _sign(self, left: float, top: float) -> float:
        sign = SLASH if self.kind.beside == "slash" else [*SIGNS.values()][int(self.random.integers(len(SIGNS)))]
        strokes = [np.array(stroke, float) + (left, top) for stroke in sign]
        self.other += strokes
        return max(stroke[:, 0].max() for stroke in strokes) + self.random.uniform(0.12, 0.3)

    def _word(self, left: float, top: float) -> None:
        for _ in range(int(self.random.integers(2, 6))):
            points = self.random.uniform((0, 0.4), (0.45, 1.0), (int(self.random.integers(3, 6)), 2))
            self.other.append(_smooth(points) + (left, top))
            left += 0.5

    def _frame(self, boxes: list[tuple[float, float]], top: float, feet: list[float]) -> None:
        kind, random = self.kind, self.random
        first, last, around = boxes[0][0], boxes[-1][1], random.uniform(0.12, 0.5)
        if kind.frame == "box":
            self.frames += _rectangle(first - around, top - around, last + around, max(feet) + around)
        elif kind.frame == "comb":
            middles = [(before[1] + after[0]) / 2 for before, after in itertools.pairwise(boxes)]
            ends = [first - 0.22, *middles, last + 0.22]
            self.frames += _rectangle(ends[0], top - 0.2, ends[-1], max(feet) + 0.2)
            self.frames += [np.array([[x, top - 0.2], [x, max(feet) + 0.2]]) for x in middles]
        elif kind.frame == "circle":
            angles = np.linspace(0.2, 2 * np.pi + random.uniform(0, 0.4), 60)
            centre = np.array([(first + last) / 2, top + 0.5])
            radii = np.array([(last - first) / 2 + 0.35 + around / 2, 0.6 + around])
            wobble = 1 + 0.04 * np.sin(2 * angles + random.uniform(0, 6))
            self.frames.append(centre + radii * np.column_stack([np.cos(angles), np.sin(angles)]) * wobble[:, None])
        elif kind.frame == "line":
            foot = float(np.mean(feet)) + random.uniform(-0.08, 0.1)
            beyond = random.uniform(0.3, 3)
            self.frames.append(np.array([[first - beyond, foot], [last + beyond, foot]]))
        elif kind.frame == "through":
            rows = top + random.uniform(0.3, 0.8, 2)
            self.other.append(np.column_stack([(first - random.uniform(0.1, 1), last + random.uniform(0.1, 1)), rows]))

    def photographed(self) -> bytes:
        """The picture file."""
        kind, random = self.kind, self.random
        strokes = [*self.written, *self.other, *self.frames]
        turned = np.radians(random.uniform(-kind.tilt, kind.tilt))
        turn = np.array([[np.cos(turned), np.sin(turned)], [-np.sin(turned), np.cos(turned)]])
        strokes = [stroke @ turn for stroke in strokes]
        points = np.concatenate(strokes)
        low, high = points.min(0), points.max(0)
        width, height, scale, corner = self._format(low, high)
        pen = max(random.uniform(*kind.pen) * scale, 1.0)
        frame_pen = max(random.uniform(0.015, 0.05) * scale, 1.0)
        placed = [(stroke - low) * scale + corner for stroke in strokes]
        count = len(self.written) + len(self.other)
        ink = draw_strokes(placed[:count], pen, width, height)[..., 3] / np.float32(255)
        frames = draw_strokes(placed[count:], frame_pen, width, height)[..., 3] / np.float32(255)
        return self._developed(np.maximum(ink, random.uniform(0.5, 1) * frames), scale)

    def _format(self, low: np.ndarray, high: np.ndarray) -> tuple[int, int, float, np.ndarray]:
        """Width and height of the picture, pixels of a digit's height, and where the writing begins."""
        kind, random = self.kind, self.random
        side = int(random.integers(kind.side[0], kind.side[1] + 1))
        extent = high - low
        if kind.margin is not None:
            margins = random.uniform(*kind.margin, 4) + 0.5 * min(kind.pen)
            if kind.side == (28, 28) or (random.random() < 0.5 and kind.digits == (1, 1)):  # a square
                scale = side / (extent.max() + margins[0] + margins[1])
                room = np.array([side, side]) - extent * scale
                return side, side, scale, room * (0.5 if random.random() < 0.7 else random.uniform(0.3, 0.7))
            needed = extent + (margins[0] + margins[1], margins[2] + margins[3])
            scale = side / needed.max()
            width, height = np.maximum(np.ceil(needed * scale), 8).astype(int)
            return int(width), int(height), scale, margins[[0, 2]] * scale
        shape = (side, round(side * random.uniform(0.5, 0.8)))
        width, height = shape if random.random() < 0.7 else shape[::-1]
        scale = random.uniform(*kind.height) * height
        scale = min(scale, 0.92 * width / extent[0], 0.92 * height / extent[1])
        room = np.array([width, height]) - extent * scale
        corner = random.uniform(0.05, 0.95, 2) * room
        if kind.edge:
            axis = int(random.integers(2))
            corner[axis] = random.choice([0.0, room[axis]]) + random.uniform(-0.02, 0.02) * scale
        return width, height, scale, corner

    def _developed(self, ink: np.ndarray, scale: float) -> bytes:
        """Ink, float (h, w) from 0 to 1, on paper, in light, through a camera, in a file."""
        from scipy import ndimage

        kind, random, shape = self.kind, self.random, ink.shape
        if kind.camera == "paint":
            grey = random.uniform(*kind.paper) * (1 - ink) + random.uniform(*kind.ink) * ink
            if kind.paper == ALONE.paper:
                grey = 1 - ink * random.uniform(0.7, 1)
            return _file(np.repeat(255 * grey[..., None], 3, 2), kind.file, random)
        colours = [random.uniform(*levels) * (1 + _tint(kind.colour, random)) for levels in (kind.paper, kind.ink)]
        paper, pen = (np.clip(colour, 0.0, 1.0) for colour in colours)
        if kind.colour:
            pen = np.minimum(pen, paper - 0.2 * (paper.mean() > 0.4))  # it can be seen in some light
            pen = np.clip(pen, 0, 1)
        if max(shape) > 100:  # the pen's ink is uneven
            ink = ink * np.clip(1 + random.uniform(0, 0.25) * _grain(shape, 1.0, random), 0.3, 1)
        surface = paper * (1 + random.uniform(0, 0.02) * _grain(shape, random.uniform(0.6, 3), random))[..., None]
        surface = surface * (1 - _printed(kind.print, shape, scale, random)[..., None])
        picture = surface * (1 - ink[..., None]) + pen * np.minimum(surface / paper.clip(0.02), 1) * ink[..., None]
        if kind.beside == "table":
            picture = _on_table(picture, random)
        picture *= self._light(shape)[..., None]
        blur = random.uniform(*kind.blur) * (1 if kind.margin else max(shape) / 1000)
        picture = ndimage.gaussian_filter(picture, (blur, blur, 0))
        picture = 255 * picture + random.normal(0, random.uniform(*kind.noise), picture.shape)
        return _file(picture, kind.file, random)

    def _light(self, shape: tuple[int, ...]) -> np.ndarray:
        """The light on the paper, float (h, w)."""
        kind, random = self.kind, self.random
        if kind.camera == "scan":
            return np.full(shape, random.uniform(0.95, 1.05))
        rows, columns = np.mgrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
        angle = random.uniform(0, 2 * np.pi)
        across = rows * np.sin(angle) + columns * np.cos(angle)
        light = random.uniform(0.8, 1.0) * (1 - random.uniform(*kind.falls_off) * (across + 0.5))
        deep = (0.2, 0.5) if kind.beside == "shadow" else (0.0, 0.15)
        angle = random.uniform(0, 2 * np.pi)
        across = rows * np.sin(angle) + columns * np.cos(angle)
        soft = random.uniform(0.01, 0.06)
        return light * (1 - random.uniform(*deep) / (1 + np.exp(-(across - random.uniform(-0.4, 0.4)) / soft)))


def _rectangle(left: float, top: float, right: float, bottom: float) -> Strokes:
    return [np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])]


def _smooth(points: np.ndarray) -> np.ndarray:
    """A curve near these points."""
    for _ in range(2):
        first, last = points[:1], points[-1:]
        ahead, behind = points[:-1], points[1:]
        inner = np.stack([0.75 * ahead + 0.25 * behind, 0.25 * ahead + 0.75 * behind], 1).reshape(-1, 2)
        points = np.concatenate([first, inner, last])
    return points


def _tint(colour: float, random: np.random.Generator) -> np.ndarray:
    return random.uniform(-colour, colour, 3) if colour else np.zeros(3)


def _grain(shape: tuple[int, ...], size: float, random: np.random.Generator) -> np.ndarray:
    """Smooth noise of standard deviation 1."""
    from scipy import ndimage

    grain = ndimage.gaussian_filter(random.normal(0, 1, shape), size)
    return grain / max(float(grain.std()), 1e-6)


def _printed(kind: str, shape: tuple[int, ...], scale: float, random: np.random.Generator) -> np.ndarray:
    """Printed lines, float (h, w): the share of the light that they absorb."""
    if not kind:
        return np.zeros(shape)
    large = tuple(2 * side for side in shape)
    lines = np.zeros(large, np.uint8)
    apart = (0.4, 1.3) if kind == "squares" else (1.2, 2.0)  # in heights of a digit
    pitch = max(6, round(random.uniform(*apart) * scale))
    for width in range(max(1, round(max(shape) / 700))):
        lines[width::pitch] = 255
        if kind == "squares":
            lines[:, width::pitch] = 255
    turned = Image.fromarray(lines).rotate(random.uniform(-4, 4), Image.Resampling.BICUBIC)
    top, left = shape[0] // 2, shape[1] // 2
    printed = np.asarray(turned, np.float32)[top : top + shape[0], left : left + shape[1]]
    return random.uniform(0.12, 0.4) * printed / 255


def _on_table(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The paper's edges, and a table beyond one or several of them."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    table = random.uniform(0.05, 0.5) * (1 + 0.15 * _grain((height, width), random.uniform(1, 5), random))
    beyond = np.zeros((height, width), bool)
    for side in random.permutation(4)[: int(random.integers(1, 5))]:
        depth = random.uniform(0.01, 0.05) * max(height, width)
        slope = random.uniform(-0.05, 0.05)
        distance = (rows, height - 1 - rows, columns, width - 1 - columns)[side]
        along = (columns - width / 2) if side < 2 else (rows - height / 2)
        beyond |= distance + slope * along * 0.5 < depth
    return np.where(beyond[..., None], table[..., None], picture)


def _file(picture: np.ndarray, kind: str, random: np.random.Generator) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    options = {"quality": int(random.integers(55, 95))} if kind == "JPEG" else {}
    image.save(file, kind, **options)
    return file.getvalue()
