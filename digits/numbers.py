"""Splits a drawing of a number into its digits.

The connected components of the ink are grouped by dynamic programming: by how probable it is that each group is one
whole digit (digits.segmentation), and by the gaps between them. A group of several digits that touch is cut
where little ink is crossed. Source: R. Casey and E. Lecolinet, A Survey of Methods and Strategies in Character
Segmentation, 1996 (recognition-based segmentation).

MERGED: Makes wide strokes narrower: the brush is wide for the digits of a number, which are smaller than a digit alone.
"""

from __future__ import annotations

import itertools

import numpy as np

from digits.normalization import from_ink, ink_of
from digits.segmentation import (
    MAX_COMPONENTS,
    Cut,
    Segment,
    components,
    cuts,
    enlarged,
    extent,
    log_p_single_digit,
    reduced,
    slice_segment,
    united,
)

MAX_DIGITS = 10  # more are hatching or a forged drawing, and would keep the networks busy
MAX_PARTS = 4  # components of one digit
LOW = 0.3  # of the drawing's height; a lower group is a bar, a dot or a foot that belongs to another
# Natural logarithms of probabilities and odds.
IMPROBABLE = -4.0  # what is less probable counts as this
CLEAR_GAP, PRIOR = 0.12, 2.0  # a gap, in parts of the drawing's height, and the odds of two digits where it is as wide
ENOUGH = 72  # pixels of height by which a cut is judged
LEAST_WIDTH = 0.5  # of the drawing's height; a narrower group is not cut
DOUBTFUL, ACCEPTED = -0.7, -0.2  # a more probable group is not cut; a less probable piece is no digit
CUT_COST, MARGIN = 0.3, 1.0  # of each cut, and of cutting at all


def number_from_canvas(rgba: np.ndarray) -> list[np.ndarray]:
    """The digits of a number, left to right, each as digits.from_canvas makes them, its strokes thinned if very wide.

    rgba: uint8 (h, w, 4), bright ink on opaque black or on transparency. Returns uint8 (28, 28) for each digit; of one
    digit, and of more than ten, exactly what from_canvas returns; an empty list where there is no more than a dot.
    Raises ValueError for any other shape or dtype.
    """
    return number_from_ink(ink_of(rgba))


def number_from_ink(ink: np.ndarray) -> list[np.ndarray]:
    """What number_from_canvas makes of a drawing with this ink, uint8 (h, w)."""
    alone = from_ink(ink)
    if alone is None:
        return []
    parts = split(ink)
    if len(parts) == 1:
        return [alone]
    digits = [digit for part in parts if (digit := from_ink(narrow_strokes(part.ink))) is not None]
    return digits if 1 < len(digits) <= MAX_DIGITS else [alone]


def split(ink: np.ndarray) -> list[Segment]:
    """The parts of the ink, uint8 (h, w), that are a digit each, left to right; the whole ink where it is only one."""
    parts = components(ink)
    if len(parts) > MAX_COMPONENTS:
        return [united(parts)]
    top, height = extent(parts)
    groups = grouped(parts, top, height) if len(parts) > 1 else parts
    return [piece for group in groups for piece in cut(group, top, height)]


def grouped(parts: list[Segment], top: int, height: int) -> list[Segment]:
    """The most probable grouping of neighbouring components into digits, of a drawing with this top and height."""
    groups = {
        (start, stop): united(parts[start:stop])
        for start in range(len(parts))
        for stop in range(start + 1, min(start + MAX_PARTS, len(parts)) + 1)
    }
    scores = dict(zip(groups, _scores([*groups.values()], top, height), strict=True))
    best: list[tuple[float, list[Segment]]] = [(0.0, [])]
    for stop in range(1, len(parts) + 1):
        options = []
        for start in range(max(0, stop - MAX_PARTS), stop):
            (score, before), group = best[start], groups[start, stop]
            score += scores[start, stop] + IMPROBABLE * (group.height < LOW * height)
            score += gap_prior(before[-1], group, height) if before else 0.0
            options.append((score, [*before, group]))
        best.append(max(options, key=lambda option: option[0]))
    return best[-1][1]


def gap_prior(before: Segment, after: Segment, height: int) -> float:
    """Natural logarithm of the odds that two neighbouring groups are two digits, by their columns alone."""
    gap = after.left - before.right
    if gap >= 0:
        return PRIOR * min(1.0, gap / (CLEAR_GAP * height))
    return PRIOR * gap / min(before.width, after.width)


def cut(group: Segment, top: int, height: int) -> list[Segment]:
    """The digits that touch in a group; the group itself where it is more probable that it is one digit, or none."""
    if group.width < LEAST_WIDTH * height or (alone := _scores([group], top, height)[0]) > DOUBTFUL:
        return [group]
    factor = max(1, group.height // ENOUGH)  # where to cut is decided on less ink, as there are many pieces to judge
    small = reduced(group, factor)
    lines: list[Cut | None] = [None, *cuts(small), None]
    pieces = {
        (first, last): piece
        for first in range(len(lines) - 1)
        for last in range(first + 1, len(lines))
        if last - first < len(lines) - 1 and (piece := slice_segment(small, lines[first], lines[last]))
    }
    scores = dict(zip(pieces, _scores([*pieces.values()], top / factor, height / factor), strict=True))
    best: list[tuple[float, list[int]]] = [(0.0, [0])]  # scores, and the places of the cuts up to here
    for last in range(1, len(lines)):
        options: list[tuple[float, list[int]]] = [(-np.inf, [])]
        for first in range(last):
            if scores.get((first, last), IMPROBABLE) > ACCEPTED:
                score, before = best[first]
                options.append((score + scores[first, last] - CUT_COST * bool(first), [*before, last]))
        best.append(max(options, key=lambda option: option[0]))
    score, places = best[-1]
    if len(places) < 3 or score <= alone + MARGIN:
        return [group]
    chosen = [enlarged(lines[place], factor) for place in places]
    digits = [slice_segment(group, left, right) for left, right in itertools.pairwise(chosen)]
    return [digit for digit in digits if digit is not None]


def _scores(parts: list[Segment], top: float, height: float) -> list[float]:
    """How probable it is that each part is one whole digit: natural logarithms, bounded below."""
    digits = [part.digit for part in parts]
    known = [place for place, digit in enumerate(digits) if digit is not None]
    scores = np.full(len(parts), IMPROBABLE)
    if known:
        measures = np.array([parts[place].measures(top, height) for place in known])
        pictures = np.stack([digit for digit in digits if digit is not None])
        scores[known] = np.maximum(log_p_single_digit(pictures, measures), IMPROBABLE)
    return scores.tolist()


WIDEST = 0.2  # of a digit's longer side; wider strokes fill loops, and the networks have hardly seen any
SOLID = 128  # of 255; stronger ink is inside a stroke


def narrow_strokes(ink: np.ndarray) -> np.ndarray:
    """A digit whose strokes are no wider than WIDEST, by eroding their edges.

    ink: uint8 (h, w), the digit's alone. Returns uint8 (h, w); the same ink where its strokes are narrow enough.
    """
    from scipy import ndimage

    solid = ink >= SOLID
    depth = ndimage.distance_transform_edt(np.pad(solid, 1))[1:-1, 1:-1]  # pixels to the edge
    ridge = (depth >= ndimage.maximum_filter(depth, 3)) & (depth > 1)
    if not ridge.any():
        return ink
    longer = max(int(np.ptp(np.flatnonzero(solid.any(axis)))) + 1 for axis in (0, 1))
    excess = 2 * float(np.median(depth[ridge])) - 1 - WIDEST * longer
    if excess <= 0:
        return ink
    return (255 * np.clip(depth - excess / 2, 0, 1)).astype(np.uint8)
