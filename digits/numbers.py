"""A drawing of a number is split into its digits.

The connected components of the ink are _group by dynamic programming: by how probable it is that each group is one
whole digit (digits.segmentation), and by the gaps between them. A group of several digits that touch is cut where
little ink is crossed. A number's digits are smaller than a digit alone, and the brush as wide, so very wide strokes are
made narrower. Source: R. Casey and E. Lecolinet, A Survey of Methods and Strategies in Character Segmentation, 1996
(recognition-based segmentation).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from digits.normalization import from_ink, ink_of
from digits.segmentation import (
    SOLID,
    Cut,
    Segment,
    components,
    enlarge_cut,
    extent,
    find_cuts,
    log_p_single_digit,
    reduce_segment,
    slice_segment,
    unite,
)

MAX_DIGITS = 10  # more are hatching or a forged drawing, and would keep the networks busy
MAX_DIGIT_COMPONENTS = 4
MAX_LINE_COMPONENTS = 150  # on a photo, with its specks
SKIP_LOG_P = -4.0  # of leaving out a component as high as the line
SMALL = 0.35  # of the line's height; lower ink alone is no digit
MIN_LOG_P = -4.0  # a segment that is less probably one digit counts as this probable (natural logarithm)
MIN_GROUP_HEIGHT = 0.3  # of the drawing's height; a lower group is a bar, a dot or a foot that belongs to another
CLEAR_GAP, CLEAR_GAP_LOG_ODDS = 0.12, 2.0  # of the drawing's height, and the log-odds of two digits at such a gap
MIN_CUT_WIDTH = 0.5  # of the drawing's height; a narrower group is not cut
CUT_HEIGHT = 72  # pixels of height on which cuts are judged
MAX_CUT_LOG_P = -0.7  # a group that is more probably one digit is not cut
MAX_PIECE_WIDTH = 1.2  # of the height of what is cut; a wider piece is no digit
LOG_COST_OF_CUTTING, LOG_COST_OF_CUT = 0.5, 0.3  # once, and for each cut
MIN_LOG_P_OF_PIECE = -0.3  # on the canvas: letters and scribbles stay whole, so that the outlier detector knows them
MAX_STROKE_WIDTH = 0.2  # of a digit's longer side; wider strokes fill loops, and the networks have hardly seen any


def number_from_canvas(rgba: np.ndarray) -> list[np.ndarray]:
    """The digits of a number, left to right, each as digits.from_canvas makes them, its strokes narrowed if very wide.

    rgba: uint8 (h, w, 4), bright ink on opaque black or on transparency. Returns uint8 (28, 28) for each digit; of one
    digit, and of more than ten, exactly what from_canvas returns; an empty list where there is no more than a dot.
    Raises ValueError for any other shape or dtype.
    """
    return number_from_ink(ink_of(rgba))


def number_from_ink(ink: np.ndarray) -> list[np.ndarray]:
    """The digits of a drawing's ink, uint8 (h, w); see number_from_canvas."""
    alone = from_ink(ink)
    if alone is None:
        return []
    segments = _split(ink)
    if len(segments) == 1:
        return [alone]
    digits = [digit for segment in segments if (digit := from_ink(narrow_strokes(segment.ink))) is not None]
    return digits if 1 < len(digits) <= MAX_DIGITS else [alone]


@dataclass(frozen=True, eq=False)
class Split:
    """A line of digits, split: the segments that are digits, left to right, and what is none.

    scores: the log-probability of each to be one whole digit. touching: how many were cut out of the same ink as each.
    """

    digits: list[Segment]
    scores: list[float]
    touching: list[int]
    skipped: list[Segment]


def split_line(ink: np.ndarray) -> Split:
    """Split a line of digits on a photo, uint8 (h, w), which may hold signs and specks too."""
    segments = components(ink, MAX_LINE_COMPONENTS)
    if not segments:
        return Split([], [], [], [])
    top, height = _usual_extent(segments)
    groups, skipped = _group_some(segments, top, height)
    cut = [_cut(group, top, height, MIN_LOG_P) for group in groups]
    pieces = [piece for pieces in cut for piece in pieces]
    touching = [len(pieces) for pieces in cut for _ in pieces]
    return Split(pieces, _scores(pieces, top, height), touching, skipped)


def _usual_extent(segments: list[Segment]) -> tuple[int, int]:
    """The top and the height of the line, without the ink that is much smaller or stands above or below."""
    tallest = max(segment.height for segment in segments)
    return extent([segment for segment in segments if segment.height >= 0.4 * tallest])


def _group_some(segments: list[Segment], top: int, height: int) -> tuple[list[Segment], list[Segment]]:
    """Group components into digits as _group does, but leave out what is more probably no part of any."""
    groups = {
        (start, stop): unite(segments[start:stop])
        for start in range(len(segments))
        for stop in range(start + 1, min(start + MAX_DIGIT_COMPONENTS, len(segments)) + 1)
    }
    scores = dict(zip(groups, _scores([*groups.values()], top, height), strict=True))
    best: list[tuple[float, list[Segment], list[Segment]]] = [(0.0, [], [])]
    for stop in range(1, len(segments) + 1):
        score, before, skipped = best[stop - 1]
        lone = segments[stop - 1]
        cost = SKIP_LOG_P * max(0.15, lone.extent / height) * (2.5 if lone.height > SMALL * height else 1)
        options = [(score + cost, before, [*skipped, lone])]
        for start in range(max(0, stop - MAX_DIGIT_COMPONENTS), stop):
            (score, before, skipped), group = best[start], groups[start, stop]
            score += scores[start, stop] + MIN_LOG_P * (group.height < MIN_GROUP_HEIGHT * height)
            score += _gap_log_odds(before[-1], group, height) if before else 0.0
            score -= _inner_gaps(segments[start:stop], height)
            options.append((score, [*before, group], skipped))
        best.append(max(options, key=lambda option: option[0]))
    return best[-1][1:]


def _inner_gaps(segments: list[Segment], height: int) -> float:
    """How improbable it is that one digit has such gaps between the columns of its parts."""
    right, cost = segments[0].right, 0.0
    for segment in segments[1:]:
        cost += CLEAR_GAP_LOG_ODDS * min(2.0, max(0.0, segment.left - right) / (CLEAR_GAP * height))
        right = max(right, segment.right)
    return cost


def _split(ink: np.ndarray) -> list[Segment]:
    """Split ink, uint8 (h, w), into segments of one digit each, left to right; the whole ink where it is only one."""
    segments = components(ink)
    if segments[0].ink is ink:  # hatching
        return segments
    top, height = extent(segments)
    groups = _group(segments, top, height) if len(segments) > 1 else segments
    return [piece for group in groups for piece in _cut(group, top, height, MIN_LOG_P_OF_PIECE)]


def _group(segments: list[Segment], top: int, height: int) -> list[Segment]:
    """Group neighbouring components into digits in the most probable way, for a drawing with this top and height."""
    groups = {
        (start, stop): unite(segments[start:stop])
        for start in range(len(segments))
        for stop in range(start + 1, min(start + MAX_DIGIT_COMPONENTS, len(segments)) + 1)
    }
    scores = dict(zip(groups, _scores([*groups.values()], top, height), strict=True))
    best: list[tuple[float, list[Segment]]] = [(0.0, [])]
    for stop in range(1, len(segments) + 1):
        options = []
        for start in range(max(0, stop - MAX_DIGIT_COMPONENTS), stop):
            (score, before), group = best[start], groups[start, stop]
            score += scores[start, stop] + MIN_LOG_P * (group.height < MIN_GROUP_HEIGHT * height)
            score += _gap_log_odds(before[-1], group, height) if before else 0.0
            options.append((score, [*before, group]))
        best.append(max(options, key=lambda option: option[0]))
    return best[-1][1]


def _gap_log_odds(before: Segment, after: Segment, height: int) -> float:
    """Log-odds that two neighbouring groups are two digits, by their columns alone."""
    gap = after.left - before.right
    if gap >= 0:
        return CLEAR_GAP_LOG_ODDS * min(1.0, gap / (CLEAR_GAP * height))
    return CLEAR_GAP_LOG_ODDS * gap / min(before.width, after.width)


def _cut(group: Segment, top: int, height: int, min_log_p: float) -> list[Segment]:
    """Cut a group into digits that touch; the group itself where it is more probably one digit, or none.

    min_log_p: a piece that is less probably one digit is refused.
    """
    if group.width < MIN_CUT_WIDTH * height or (alone := _scores([group], top, height)[0]) > MAX_CUT_LOG_P:
        return [group]
    factor = max(1, group.height // CUT_HEIGHT)  # there are many pieces to judge, so it is done on less ink
    small = reduce_segment(group, factor)
    lines: list[Cut | None] = [None, *find_cuts(small), None]
    pieces = {
        (first, last): piece
        for first in range(len(lines) - 1)
        for last in range(first + 1, len(lines))
        if last - first < len(lines) - 1
        and _column(lines[last], small.width) - _column(lines[first], 0) < MAX_PIECE_WIDTH * small.height
        and (piece := slice_segment(small, lines[first], lines[last]))
    }
    scores = dict(zip(pieces, _scores([*pieces.values()], top / factor, height / factor), strict=True))
    best: list[tuple[float, list[int]]] = [(0.0, [0])]  # scores, and the places of the cuts up to here
    for last in range(1, len(lines)):
        options: list[tuple[float, list[int]]] = [(-np.inf, [])]
        for first in range(last):
            if scores.get((first, last), -np.inf) >= min_log_p:
                score, before = best[first]
                options.append((score + scores[first, last] - LOG_COST_OF_CUT * bool(first), [*before, last]))
        best.append(max(options, key=lambda option: option[0]))
    score, places = best[-1]
    if len(places) < 3 or score <= alone * max(1.0, group.width / group.height) + LOG_COST_OF_CUTTING:
        return [group]
    chosen = [enlarge_cut(lines[place], factor) for place in places]
    digits = [slice_segment(group, left, right) for left, right in itertools.pairwise(chosen)]
    return [digit for digit in digits if digit is not None]


def _column(cut: Cut | None, edge: float) -> float:
    return cut.column if cut else edge


def _scores(segments: list[Segment], top: float, height: float) -> list[float]:
    """The log-probability of each segment to be one whole digit, at least MIN_LOG_P."""
    digits = [segment.digit for segment in segments]
    known = [place for place, digit in enumerate(digits) if digit is not None]
    scores = np.full(len(segments), MIN_LOG_P)
    if known:
        measures = np.array([segments[place].measures(top, height) for place in known])
        pictures = np.stack([digit for digit in digits if digit is not None])
        scores[known] = np.maximum(log_p_single_digit(pictures, measures), MIN_LOG_P)
    return scores.tolist()


def narrow_strokes(ink: np.ndarray) -> np.ndarray:
    """Erode a digit's strokes until they are no wider than MAX_STROKE_WIDTH.

    ink: uint8 (h, w), the digit's alone. Returns uint8 (h, w); the same ink where its strokes are narrow enough.
    """
    from scipy import ndimage

    solid = ink >= SOLID
    depth = ndimage.distance_transform_edt(np.pad(solid, 1))[1:-1, 1:-1]  # pixels to the edge
    ridge = (depth >= ndimage.maximum_filter(depth, 3)) & (depth > 1)
    if not ridge.any():
        return ink
    longer = max(int(np.ptp(np.flatnonzero(solid.any(axis)))) + 1 for axis in (0, 1))
    excess = 2 * float(np.median(depth[ridge])) - 1 - MAX_STROKE_WIDTH * longer
    if excess <= 0:
        return ink
    return (255 * np.clip(depth - excess / 2, 0, 1)).astype(np.uint8)
