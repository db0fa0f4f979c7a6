"""Straight lines that are joined to digits: the boxes of a form, a comb, the line that a number stands on.

A line is found by projection along a few slopes, and removed where the ink is as thin as the line, so that strokes that
cross it stay whole. Source: staff line removal by run lengths, as in I. Fujinaga, Staff Detection and Removal, 2004.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from digits.ink import Ink, Part

SLOPES = np.linspace(-0.12, 0.12, 17)
FINER = np.linspace(-0.0075, 0.0075, 7)  # around the best of them; a long line leaves its row otherwise
MIN_LENGTH = 0.85  # of a part's width, or of a box's height, that a line covers
WIDER = 1.25  # a part is so much wider than high where it stands on a line that goes on
MAX_THICK = 0.12  # of the smaller side
MIN_DEPTH = 0.2  # of a digit's height: what of a frame reaches so far inside is more than the frame
OUTLINE = 0.12  # of a frame's smaller side, as far inside as its own lines reach
SAME, MAX_LOOKED_AT = 4, 6.0  # pixels between the same frame in two inks; area of all frames, to the picture's
MAX_OPEN = 0.1  # half of a gap in a frame, to the frame's smaller side
ENCLOSED = 0.6  # of a closed frame's height and width, what its holes and its ink cover
AROUND, MOSTLY = 2, 0.9  # pixels around an outline, and the share of a piece there that is a piece of it
LEFT_OVER = 0.6  # share of both sides of a frame; what is left of it is no digit
MAX_BAR = 0.3  # width of a side of a box, which may be askew, to its height
MAX_CUT = 0.2  # of a digit's height or width, along which a box's line is taken out beside it
MIN_LEFT, MIN_PIECE = 0.1, 0.02  # of a part without its lines, and of a piece of that, to its area; less is no digit
MAX_LINES = 3  # that are removed in each direction, twice as many for a comb


def without_lines(ink: Ink, parts: tuple[Part, ...]) -> Ink | None:
    """The same ink, without the straight lines in these parts; None where there are none."""
    labels, contrast = ink.labels.copy(), ink.contrast.copy()
    kept, frames, fresh, cut = list(ink.parts), list(ink.frames), list[Part](), list[Part]()
    for each in (_Apart(ink, part) for part in parts):
        if not each.is_more_than_lines:
            continue
        view, level = labels[each.part.box], contrast[each.part.box]
        level[_grown(each.erased) & ~each.left] = 0
        first = int(labels.max()) + 1
        view[each.mask] = 0
        view[each.left] = each.pieces[each.left] + first
        is_frame = each.part in ink.frames
        kept = [other for other in kept if other is not each.part]
        frames = [other for other in frames if other is not each.part]
        for piece, place in each.parts(each.pieces, first):
            if piece.area <= MIN_PIECE * each.part.area:
                continue
            shape = each.pieces[place] == piece.label - first
            left_over = is_frame and each.is_of_the_frame(shape, place)
            (frames if left_over else fresh).append(piece)
            if not left_over and each.is_cut(shape, place):
                cut.append(piece)
    if not fresh:
        return None
    by_area = sorted([*kept, *fresh], key=lambda part: -part.area)
    return replace(ink, labels=labels, contrast=contrast, parts=tuple(by_area), frames=tuple(frames), cut=tuple(cut))


def outlines(inks: Iterable[Ink]) -> np.ndarray | None:
    """Where closed frames stand in any of these inks, bool (h, w), without what they surround; None if there are none.

    With another threshold or window, a frame may be in pieces.
    """
    found, known, looked_at = None, set[tuple[int, ...]](), 0.0
    for ink in inks:
        for frame in ink.frames:
            place = tuple(round(side / SAME) for side in (frame.top, frame.left, frame.bottom, frame.right))
            size = frame.height * frame.width / ink.labels.size
            if place in known or looked_at + size > MAX_LOOKED_AT:
                continue
            known.add(place)
            looked_at += size
            each = _Apart(ink, frame)
            if each.is_closed:
                found = np.zeros(ink.labels.shape, bool) if found is None else found
                found[frame.box] |= each.erased | (each.mask & (each.depth < each.outline))
    return None if found is None else _grown(found, AROUND)


def without_outlines(ink: Ink, where: np.ndarray) -> Ink:
    """The same ink, its parts where frames stand, bool (h, w), among its frames."""
    on = np.bincount(ink.labels[where], minlength=int(ink.labels.max()) + 1)
    pieces = [part for part in ink.parts if on[part.label] > MOSTLY * part.area]
    if not pieces:
        return ink
    return replace(ink, parts=tuple(p for p in ink.parts if p not in pieces), frames=(*ink.frames, *pieces))


def inside_frames(ink: Ink, height: float) -> list[Part]:
    """What of the frames is more than an outline and straight lines, such as a digit that touches a box's side.

    height: of a digit, in pixels of the ink. Where there are too many frames to look at, the rest are told whole.
    """
    from scipy import ndimage

    found, pixels = list[Part](), MAX_LOOKED_AT * ink.labels.size
    for frame in ink.frames:
        pixels -= frame.height * frame.width
        if pixels < 0:
            found.append(frame)
            continue
        each = _Apart(ink, frame)
        left = each.left & (each.depth > MIN_DEPTH * height) if each.is_closed or not each.erased.any() else each.left
        labels, _ = ndimage.label(left, np.ones((3, 3)))
        found += [part for part, _ in each.parts(labels)]
    return found


_Place = tuple[slice, slice]  # rows and columns in a part's box


class _Apart:
    """A part of an ink, taken apart into straight lines and what is left.

    mask, left, erased: the part, what is left and the lines, bool (h, w), in its box. is_boxed: the lines are those of
    a box or a comb.
    """

    def __init__(self, ink: Ink, part: Part):
        self.part = part
        self.mask = ink.labels[part.box] == part.label
        self.left, self.is_boxed = _without_rules(self.mask)
        self.erased = self.mask & ~self.left
        self.outline = OUTLINE * min(self.mask.shape)  # pixels that a frame's own lines reach inside

    @property
    def is_more_than_lines(self) -> bool:
        """It has lines, and something else."""
        return bool(self.erased.any()) and bool(self.left.sum() >= MIN_LEFT * self.mask.sum())

    @cached_property
    def depth(self) -> np.ndarray:
        return _depth(self.mask)

    @cached_property
    def is_closed(self) -> bool:
        """A frame goes all around but for a small gap, unlike digits on a line."""
        from scipy import ndimage

        near = ndimage.distance_transform_edt(~self.mask) <= MAX_OPEN * min(self.mask.shape)
        return bool((ndimage.binary_fill_holes(near) & (self.depth > 0)).mean() >= ENCLOSED)

    @cached_property
    def pieces(self) -> np.ndarray:
        """The labels of what is left, int32 (h, w)."""
        from scipy import ndimage

        return np.asarray(ndimage.label(self.left, np.ones((3, 3)))[0])

    def parts(self, labels: np.ndarray, first: int = 0) -> Iterator[tuple[Part, _Place]]:
        """For each label in the part's box: a part of the ink, whose label is so much higher, and its place."""
        from scipy import ndimage

        areas = np.bincount(labels.ravel())
        for n, place in enumerate(ndimage.find_objects(labels), start=1):
            top, left = self.part.top + place[0].start, self.part.left + place[1].start
            height, width = labels[place].shape
            yield Part(first + n, top, top + height, left, left + width, int(areas[n])), place

    def is_of_the_frame(self, piece: np.ndarray, place: _Place) -> bool:
        """Tell whether a piece, bool, is nearly as large as its frame, with crooked lines, or lies on the outline."""
        (height, width), (high, wide) = self.mask.shape, piece.shape
        if high > LEFT_OVER * height and wide > LEFT_OVER * width:
            return True
        if not self.is_closed:
            return False
        deepest = max(self.depth[place][piece].max(), _depth(piece).max())  # a ring is hollow, but deep as a whole
        return bool(deepest < self.outline)

    def is_cut(self, piece: np.ndarray, place: _Place) -> bool:
        """Tell whether a box's line was taken out along a piece, bool."""
        around = tuple(slice(side.start, side.stop + 2) for side in place)
        beside = _grown(np.pad(piece, 1)) & np.pad(self.erased, 1)[around]
        return self.is_boxed and bool(np.count_nonzero(beside) > MAX_CUT * max(piece.shape))


def _grown(mask: np.ndarray, pixels: int = 1) -> np.ndarray:
    """A shape, bool (h, w), and so many pixels around it."""
    from scipy import ndimage

    return np.asarray(ndimage.maximum_filter(mask, 2 * pixels + 1))


def _depth(mask: np.ndarray) -> np.ndarray:
    """The distance of each pixel from the outside of a shape, in pixels, float (h, w); bays and holes are inside."""
    from scipy import ndimage

    inside = np.logical_and.reduce(
        [np.maximum.accumulate(mask[::s, ::s], axis)[::s, ::s] for axis in (0, 1) for s in (1, -1)]
    )
    return np.asarray(ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1])


@dataclass(frozen=True)
class _Rule:
    """A line through a part: its row at the first column, its slope, and how thick it is, in pixels."""

    row: float
    slope: float
    thick: float


def _without_rules(mask: np.ndarray) -> tuple[np.ndarray, bool]:
    """A part, bool (h, w), without its lines, and whether they are those of a box or a comb."""
    height, width = mask.shape
    across = _rules(mask, mask.shape[1])
    if not across:
        return mask, False
    if len(across) >= 2:  # a box or a comb: its sides reach from line to line
        top, bottom = (int(pick(rule.row for rule in across)) for pick in (min, max))
        down = _rules(mask[top:].T, bottom - top, 2 * MAX_LINES)
    else:
        down = []
    if width < WIDER * height and (len(across) < 2 or len(down) < 2):
        return mask, False
    left = mask.copy()
    for rule in across:
        left &= ~_on_rule(mask, rule)
    for rule in down:
        left[top:] &= ~_on_rule(mask[top:].T, rule).T
    if len(across) == 1:
        left |= mask & _crossing(left, math.ceil(across[0].thick))
    else:
        left = _without_bars(left, across)
    return left, bool(down)


def _crossing(ink: np.ndarray, thick: int) -> np.ndarray:
    """Strokes across a line that was removed, so thick: its gaps are filled upright and slanted, bool (h, w)."""
    from scipy import ndimage

    room = thick + 4
    strokes = np.pad(ndimage.binary_opening(ink, np.ones((thick + 2, 1))), room)
    across = np.ones((room, 1)), np.eye(room), np.eye(room)[::-1]
    closed = np.logical_or.reduce([ndimage.binary_closing(strokes, line) for line in across])
    return np.asarray(closed[room:-room, room:-room])


def _without_bars(ink: np.ndarray, across: list[_Rule]) -> np.ndarray:
    """Remove what is left of a box or comb: pieces along its edges, and narrow ones that reach from top to bottom."""
    from scipy import ndimage

    labels, _ = ndimage.label(ink, np.ones((3, 3)))
    bars = [0]
    for label, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        middle = (columns.start + columns.stop) / 2
        high, low = (pick(rule.row + rule.slope * middle for rule in across) for pick in (min, max))
        near = 0.12 * (low - high)
        narrow = columns.stop - columns.start < MAX_BAR * (rows.stop - rows.start)
        if (
            (narrow and rows.start < high + near and rows.stop > low - near)
            or rows.stop < high + near
            or rows.start > low - near
            or columns.stop < 2 * near
            or columns.start > ink.shape[1] - 2 * near
        ):
            bars.append(label)
    return ink & np.isin(labels, bars, invert=True)


def _rules(mask: np.ndarray, length: int, most: int = MAX_LINES) -> list[_Rule]:
    """The lines from left to right, each covering most of a length."""
    height, width = mask.shape
    if min(height, width) < 12:
        return []
    rows, columns = np.nonzero(mask)

    def covered(slope: float) -> tuple[int, int]:  # a thick line fits several slopes, but is whole at one
        counts, _ = _projected(rows, columns, slope)
        return int(counts[counts >= MIN_LENGTH * length].sum()), int(counts.max())

    rough = max(SLOPES, key=covered)
    slope = float(max(rough + FINER, key=covered))
    counts, low = _projected(rows, columns, slope)
    strong = counts >= MIN_LENGTH * length
    rules = []
    starts = np.flatnonzero(np.diff(strong.astype(int), prepend=0) == 1)
    stops = np.flatnonzero(np.diff(strong.astype(int), append=0) == -1) + 1
    for start, stop in zip(starts[:most], stops[:most], strict=True):
        thick = float(stop - start)
        if thick <= max(3.0, MAX_THICK * min(height, width)):
            rules.append(_Rule(low + (start + stop - 1) / 2, slope, thick))
    return rules


def _projected(rows: np.ndarray, columns: np.ndarray, slope: float) -> tuple[np.ndarray, int]:
    """The pixels on each line of a slope, by its row at the first column, and the first such row."""
    places = np.rint(rows - slope * columns).astype(int)
    low = int(places.min())
    return np.bincount(places - low), low


def _on_rule(mask: np.ndarray, rule: _Rule) -> np.ndarray:
    """The pixels of a line where no stroke crosses it."""
    index = np.arange(mask.shape[0])[:, None]
    above = np.maximum.accumulate(np.where(mask, -1, index), 0)
    below = np.minimum.accumulate(np.where(mask, mask.shape[0], index)[::-1], 0)[::-1]
    track = np.abs(index - rule.row - rule.slope * np.arange(mask.shape[1])[None]) <= rule.thick / 2 + 2
    runs = below - above - 1
    usual = float(np.median(runs[mask & track])) if (mask & track).any() else rule.thick
    return mask & track & (runs <= 1.6 * usual + 1)
