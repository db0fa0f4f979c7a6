"""Lines of digits in the ink of a photo: which parts stand beside one another, and which of them are digits.

A line grows from the part that looks most like a digit to those of like height beside it, up to nearly three heights
away, because people leave gaps; all ink in its band is then set upright, enlarged, thickened to a brush's strokes, and
split as a drawing is (digits.numbers). Ink that belongs to no digit, such as a sign or a word, is kept apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits.ink import Ink, Part
from digits.normalization import from_ink
from digits.numbers import narrow_strokes, split_line
from digits.segmentation import Segment, components, is_plus, lean, log_p_single_digit, stroke_width
from digits.upright import Box, Upright

MIN_EXTENT, MIN_PIXELS = 0.02, 7  # of a digit: share of the photo's longer side, and pixels
MIN_PHOTO_PIXELS = 4  # of a digit, before a small picture is enlarged
MAX_JUDGED = 60  # parts of a picture that the classifier judges, the largest ones
WIDER_WINDOW = 0.2  # how much more an ink counts whose window is as wide as the photo; narrow ones hollow wide strokes
MIN_SHADOW = 0.15  # of the longer side; a shadow's edge is longer, and changes from pixel to pixel by less ...
MIN_SLOPE = 0.07  # ... than this share of its contrast
MIN_WHOLE = 0.3  # probability of being a whole digit, below which a part begins no line
MIN_APART = 0.8  # likewise, above which a part stays apart from others that are so, however thick strokes become
MIN_SURE = 0.5  # likewise, below which a digit that was read is doubtful
MAX_LINES = 30
# Of neighbours on one line, relative to the heights of the digits there:
MAX_GAP = 3.0
MIN_HEIGHT, MAX_HEIGHT = 0.45, 2.2
MAX_JOINED = 6  # width of digits that touch
MAX_SLOPE = 0.35  # rows downwards for each column to the right
MAX_RISE = 0.45  # of a neighbour's middle beyond the line through those before it
BAND = 0.3  # above and below the digits; other ink there belongs to the line
BESIDE = 1.5  # left and right of the digits, likewise
MIN_OTHER = 0.5  # of the usual digit's height: other ink anywhere that may be writing
MIN_SIGN = 0.8  # of other ink: its area, in squares of the stroke's width
BESIDE_TABLE = 3  # pixels beside the place of a table, in which a stroke that it hides ends ...
MAX_TORN = 12  # ... with at most so much ink, in stroke widths; more is the table's own edge
MIN_RULE = 0.9  # width of a level stroke beside a digit that is none of it, such as a box's upper side
FAINT = 0.45  # of the strongest contrast of a digit beside it: a straight stroke that is fainter is the paper's own
MIN_BAR = 1.3  # of the usual digit's height: a straight stroke that is higher is no 1
MAX_PLUS = 0.75  # of the line's highest ink: a cross that is higher is a 4
MIN_SLASH, MAX_SLASH = 15.0, 50.0  # degrees to the right, of a straight stroke that may be a slash
MIN_LEVEL = 65.0  # degrees off upright; a straight stroke that leans more is no 1


@dataclass(frozen=True, eq=False)
class Line:
    """A number on a photo.

    digits: uint8 (28, 28) each, left to right. boxes: where each of them stands. unread: where ink stands on this line
    that belongs to none of them, such as a sign. score: the sum of their squared sizes, as shares of the photo's, so
    far as they are digits. wholes: the probability of each to be one whole digit. area: pixels of ink. contrast: the
    ink's, which is at least 1. leans: the angle of each single straight stroke, in degrees to the right of upright, and
    None for each other digit, with those that were read as no digit.
    """

    digits: tuple[np.ndarray, ...]
    boxes: tuple[Box, ...]
    unread: tuple[Box, ...]
    score: float
    wholes: tuple[float, ...]
    area: float
    contrast: float = 1.0
    leans: tuple[float | None, ...] = (None,)

    @property
    def whole(self) -> float:
        """The mean probability of its digits to be whole ones."""
        return float(np.mean(self.wholes))

    @property
    def is_straight(self) -> bool:
        """Tell whether it is nothing but straight strokes, such as 11 or squared paper."""
        return None not in self.leans

    @property
    def is_level(self) -> bool:
        """Tell whether it is nothing but level strokes."""
        return all(_is_level(each) for each in self.leans)

    @property
    def has_slash(self) -> bool:
        """Tell whether a slanted stroke beside other digits was read as 1."""
        return not self.is_straight and any(each is not None and MIN_SLASH < each < MAX_SLASH for each in self.leans)

    @property
    def is_doubtful(self) -> bool:
        """Tell whether one of its digits may be a part of one, or several."""
        return min(self.wholes) < MIN_SURE


@dataclass(frozen=True, eq=False)
class Judged:
    """The parts of an ink that may be digits, and how probable it is of each that it is one, whole."""

    ink: Ink
    parts: tuple[Part, ...]
    whole: tuple[float, ...]

    @property
    def score(self) -> float:
        """The size of the digits, and the share of all ink that stands in them; more for a wide window."""
        side, pairs = max(self.ink.labels.shape), [*zip(self.whole, self.parts, strict=True)]
        pure = sum(p * part.area for p, part in pairs) / max(1, sum(part.area for part in self.ink.parts))
        preference = 1 + WIDER_WINDOW * self.ink.window * (self.ink.erased is None)  # a table spoils wide windows
        return preference * pure * sum((p**2 * part.extent / side) ** 2 for p, part in pairs) ** 0.5

    def resembles(self, other: Judged) -> bool:
        """Tell whether the same parts are digits in both, at another threshold or window."""
        mine, theirs = ([p for w, p in zip(j.whole, j.parts, strict=True) if w > 0.5] for j in (self, other))
        return len(mine) == len(theirs) and all(
            max(abs(one.top - two.top), abs(one.left - two.left), abs(one.bottom - two.bottom)) < 6
            for one, two in zip(
                *(sorted(each, key=lambda part: part.middle[::-1]) for each in (mine, theirs)), strict=True
            )
        )


def _may_be_writing(ink: Ink, part: Part) -> bool:
    """Tell whether a part is neither along the picture's edge nor the soft edge of a shadow."""
    from scipy import ndimage

    shape = ink.labels.shape
    if part.lies_along(shape):
        return False
    if part.extent < MIN_SHADOW * max(shape) or ink.fine.shape == shape:  # a small picture may be blurred
        return True
    box = slice(max(0, part.top - 1), part.bottom + 1), slice(max(0, part.left - 1), part.right + 1)
    contrast, inside = ink.contrast[box], ink.labels[box] == part.label
    if min(contrast.shape) < 2:
        return True
    near_edge = ndimage.binary_dilation(inside & ~ndimage.binary_erosion(inside), np.ones((3, 3)))
    slope = float(np.median(np.hypot(*np.gradient(contrast))[near_edge]))
    return slope > MIN_SLOPE * float(np.median(contrast[inside]))


def judge(ink: Ink, enlarged: float = 1.0) -> Judged:
    """Look at each part of an ink by itself, in a photo that was so much enlarged."""
    least = max(MIN_PIXELS, MIN_PHOTO_PIXELS * enlarged, MIN_EXTENT * max(ink.labels.shape))
    parts = [part for part in ink.parts if part.extent >= least and _may_be_writing(ink, part)][:MAX_JUDGED]
    known, pictures = [], []
    for part in parts:
        if (digit := from_ink(ink.of([part], part.box))) is not None:
            known.append(part)
            pictures.append(digit)
    if not known:
        return Judged(ink, (), ())
    measures = np.array([[1.0, 0.0, part.width / part.height] for part in known])
    whole = np.exp(log_p_single_digit(np.stack(pictures), measures))
    return Judged(ink, tuple(known), tuple(whole.tolist()))


def find_lines(judged: Judged) -> tuple[list[Line], list[Part]]:
    """The lines of digits in an ink, top to bottom, and parts as large as digits that belong to none."""
    parts, whole = [*judged.parts], dict(zip((part.label for part in judged.parts), judged.whole, strict=True))
    free = {part.label: part for part in parts}
    lines: list[Line] = []
    taken: set[int] = set()
    for seed in sorted(parts, key=lambda part: -whole[part.label] * part.extent):
        if seed.label not in free or len(lines) >= MAX_LINES:
            continue
        if whole[seed.label] < MIN_WHOLE and lines:
            break
        members = _grown(seed, [*free.values()])
        line, used = _read(judged.ink, members, [part for part in members if whole[part.label] > MIN_APART])
        for part in used:
            free.pop(part.label, None)
        if line:
            lines.append(line)
            taken |= {part.label for part in used}
    heights = [box.bottom - box.top for line in lines for box in line.boxes]
    least = MIN_OTHER * float(np.median(heights)) if heights else 0.0
    ink = judged.ink
    others = [p for p in ink.parts if p.label not in taken and p.extent >= least and _may_be_writing(ink, p)]
    others += [part for part in _torn(judged) if part not in others]
    return sorted(lines, key=lambda line: float(np.mean([box.top + box.bottom for box in line.boxes]))), others


def _torn(judged: Judged) -> list[Part]:
    """The parts that reach where a table was taken out, so that some of their ink may be lost; not the table's edge."""
    from scipy import ndimage

    erased, labels = judged.ink.erased, judged.ink.labels
    if erased is None or not judged.parts:
        return []
    width = _width(judged.ink, judged.parts)
    beside = ndimage.maximum_filter(erased, 2 * BESIDE_TABLE + 1) & ~erased
    ending = np.bincount(labels[beside], minlength=int(labels.max()) + 1)
    return [
        part
        for part in judged.ink.parts
        if 0 < ending[part.label] <= MAX_TORN * width and part.area >= MIN_SIGN * width**2
    ]


def _grown(seed: Part, parts: Sequence[Part]) -> list[Part]:
    """The parts that stand on one line with a digit, left to right."""
    members, waiting = [seed], [part for part in parts if part is not seed]
    while True:
        height = float(np.median([part.height for part in members]))
        height = max(height, 0.6 * seed.extent)
        slope = _slope(members)
        options = []
        for part in waiting:
            if not MIN_HEIGHT * height <= part.height <= MAX_HEIGHT * height or part.width > MAX_JOINED * height:
                continue
            gap = max(part.left - members[-1].right, members[0].left - part.right)
            if gap > MAX_GAP * height:
                continue
            if abs(part.middle[0] - _expected(members, slope, part.middle[1])) > MAX_RISE * height:
                continue
            options.append((gap, part))
        if not options:
            return members
        _, chosen = min(options, key=lambda option: option[0])
        waiting = [part for part in waiting if part is not chosen]
        members = sorted([*members, chosen], key=lambda part: part.middle[1])


def _expected(members: Sequence[Part], slope: float, column: float) -> float:
    """The row of a line's middle at a column."""
    nearest = min(members, key=lambda part: abs(part.middle[1] - column))
    return nearest.middle[0] + slope * (column - nearest.middle[1])


def _slope(members: Sequence[Part]) -> float:
    """Rows downwards for each column to the right."""
    if len(members) < 3:
        return 0.0
    rows, columns = np.array([part.middle for part in members]).T
    return float(np.clip(np.polyfit(columns, rows, 1)[0], -MAX_SLOPE, MAX_SLOPE))


def _read(ink: Ink, members: list[Part], apart: list[Part]) -> tuple[Line | None, list[Part]]:
    """The line of some digits, None if they are none, and the parts that it takes, with all ink in its band.

    apart: those of the digits that are whole ones, left to right.
    """
    frame, inside, beside = _band(ink, members, apart)
    used = [*members, *inside]
    drawing, scale = frame.drawing(ink, used, apart)
    split = split_line(drawing)
    digits, boxes, wholes, score = [], [], [], 0.0
    leans = [lean(segment.ink) for segment in split.digits]
    heights = [max(part.height for part in components(s.ink)) for s in split.digits]  # a line above makes none higher
    bars = _bars(split.digits, heights, leans)
    levels = [_contrast(ink, used, frame.box(s.left, s.top, s.right, s.bottom, scale)) for s in split.digits]
    bars += [
        segment
        for segment, level, each in zip(split.digits, levels, leans, strict=True)
        if each is not None and level < FAINT * max(levels) and segment not in bars
    ]
    for segment, height, log_p, touching in zip(split.digits, heights, split.scores, split.touching, strict=True):
        if segment not in bars and (digit := from_ink(narrow_strokes(segment.ink))) is not None:
            digits.append(digit)
            boxes.append(frame.box(segment.left, segment.top, segment.right, segment.bottom, scale))
            wholes.append(float(np.exp(log_p)))
            weight = 1 / touching**2  # a frame that was cut in two is no better than the digit in it
            score += weight * (float(np.exp(log_p)) * height / scale / max(ink.labels.shape)) ** 2
    unread = [frame.box(s.left, s.top, s.right, s.bottom, scale) for s in (*split.skipped, *bars)]
    width = _width(ink, members)
    unread += [Box(part.left, part.top, part.right, part.bottom) for part in beside if part.area >= MIN_SIGN * width**2]
    if not digits:
        return None, used
    score *= _on_paper(ink, used, width)
    solid = [int(np.count_nonzero(s.ink)) for s in split.digits]
    kept = 1 - sum(n for n, s in zip(solid, split.digits, strict=True) if s in bars) / sum(solid)
    area = kept * sum(part.area for part in used)
    inked = [ink.contrast[part.box][ink.labels[part.box] == part.label] for part in used]
    contrast = float(np.median(np.concatenate(inked)))
    line = Line(tuple(digits), tuple(boxes), tuple(unread), score, tuple(wholes), area, contrast, tuple(leans))
    return line, [*used, *beside]


def _band(ink: Ink, members: list[Part], apart: list[Part]) -> tuple[Upright, list[Part], list[Part]]:
    """The place of a line of digits, the other parts among them, and those beside them or no part of any."""
    slope, height = _slope(members), float(np.median([part.height for part in members]))
    height = max(height, 0.5 * max(part.extent for part in members))
    middle = float(np.mean([part.middle[1] for part in members]))
    level = [part.middle[0] - slope * (part.middle[1] - middle) for part in members]
    top = min(row - part.height / 2 for row, part in zip(level, members, strict=True))
    bottom = max(row + part.height / 2 for row, part in zip(level, members, strict=True))
    left, right = members[0].left, max(part.right for part in members)
    known = {part.label for part in members}
    widest = MIN_RULE * float(np.median([part.height for part in apart or members]))
    inside: list[Part] = []
    beside: list[Part] = []
    for part in ink.parts:
        row = part.middle[0] - slope * (part.middle[1] - middle)
        if part.label in known or not top - BAND * height <= row <= bottom + BAND * height or part.extent > 2 * height:
            continue
        if left - 0.1 * height <= part.middle[1] <= right + 0.1 * height:
            is_rule = part.width > widest and _is_level(lean(ink.of([part], part.box)))
            (beside if is_rule else inside).append(part)
        elif left - BESIDE * height <= part.right and part.left <= right + BESIDE * height:
            beside.append(part)
    return Upright(top, left, right, bottom, slope, middle), inside, beside


def _bars(segments: list[Segment], heights: list[int], leans: list[float | None]) -> list[Segment]:
    """Plus signs, and straight strokes that are level or stand out, such as a box's sides; none where all are straight.

    leans: the angle of each that is a straight stroke.
    """
    bent = [height for height, each in zip(heights, leans, strict=True) if each is None]
    if not bent:
        return []
    tall, low = MIN_BAR * float(np.median(bent)), MAX_PLUS * max(segment.height for segment in segments)
    straight = [(segment, each) for segment, each in zip(segments, leans, strict=True) if each is not None]
    bars = [segment for segment, each in straight if segment.height > tall or _is_level(each)]
    return bars + [segment for segment in segments if segment.height < low and is_plus(segment.ink)]


def _contrast(ink: Ink, parts: Sequence[Part], place: Box) -> float:
    """The usual contrast of the ink of these parts at a place."""
    top, bottom, left, right = (max(0, round(side)) for side in (place.top, place.bottom, place.left, place.right))
    box = slice(top, bottom), slice(left, right)
    inked = ink.contrast[box][np.isin(ink.labels[box], [part.label for part in parts])]
    return float(np.median(inked)) if inked.size else 0.0


def _is_level(angle: float | None) -> bool:
    """Tell whether the angle of a straight stroke is that of none of a number's digits."""
    return angle is not None and abs(angle) > MIN_LEVEL


def _on_paper(ink: Ink, parts: Sequence[Part], width: float) -> float:
    """Tell how far these parts stand on paper, from 0 to 1.

    A gap between strokes looks like ink of the other colour, but beyond the strokes around it there is more of it.
    """
    from scipy import ndimage

    reach = int(2 * width + 9)
    top, bottom = max(0, min(p.top for p in parts) - reach), max(p.bottom for p in parts) + reach
    left, right = max(0, min(p.left for p in parts) - reach), max(p.right for p in parts) + reach
    step = max(1, (bottom - top) * (right - left) // 60_000)
    box = slice(top, bottom, 1), slice(left, right, 1)
    inside = np.isin(ink.labels[box], [part.label for part in parts])
    distance, (rows, columns) = ndimage.distance_transform_edt(~inside, return_indices=True)
    ring = np.flatnonzero((distance > width + 3) & (distance <= 2 * width + 8))[::step]
    if ring.size < 20:
        return 0.8
    rows, columns = rows.ravel()[ring], columns.ravel()[ring]  # of the nearest ink, which is lit much the same
    picture, paper = ink.picture[box], ink.paper[box]
    level = picture.ravel()[ring]
    to_paper = np.abs(level - paper[rows, columns])
    to_ink = np.abs(level - picture[rows, columns])
    return float(np.clip((np.mean(to_paper < to_ink) - 0.5) / 0.35, 0, 1))


def _width(ink: Ink, members: Sequence[Part]) -> float:
    part = max(members, key=lambda part: part.area)
    return stroke_width(ink.labels[part.top : part.bottom, part.left : part.right] == part.label)
