"""Segments of a drawing: its connected components, cuts through ink where digits touch, and a classifier of both.

A cut is a straight line, upright or slanted, that crosses little ink. The classifier tells the log-probability of a
segment to be one whole digit, from its 28x28 pixels and three measures of its place among the others: two
convolutions, a hidden layer, eleven outputs, of which the last is "no whole digit". NumPy alone runs it, in 0.1
milliseconds; python -m training.segments trains it. digits.numbers decides by it which components belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from digits.normalization import FAINT, from_ink

MAX_COMPONENTS = 40  # more are hatching or a forged drawing
SOLID = 128  # of 255; stronger ink is inside a stroke
SLOPES = (0.0, 0.2, -0.2, 0.4, -0.4)  # of cuts: columns to the right for each row upwards
MAX_CUTS = 6  # through a segment, those that cross the least ink
MAX_CROSSED = 2.2  # stroke widths; a line that crosses more does not pass between two digits
MAX_BENT, MIN_LONG = 0.36, 0.8  # of a straight stroke: standard deviations of its ink across and along, in its widths
MAX_TURN = 22  # degrees that a plus may be turned by
MIN_CUT_DISTANCE = 0.06  # of the segment's height; of lines that are closer, the one that crosses less counts

WEIGHTS = Path(__file__).parent / "segment_classifier.npz"
NOT_WHOLE = 10  # the class of pieces of a digit, of several digits together, and of anything else
MEASURES = 3  # of a segment's place: height, top and width, as shares of the whole drawing's height


@dataclass(frozen=True, eq=False)
class Segment:
    """A segment of a drawing: some of its ink, cut out.

    ink: uint8 (h, w), the segment's alone. top, left: where it lies in the drawing.
    """

    ink: np.ndarray
    top: int
    left: int

    @property
    def height(self) -> int:
        return int(self.ink.shape[0])

    @property
    def width(self) -> int:
        return int(self.ink.shape[1])

    @property
    def extent(self) -> int:
        return max(self.height, self.width)

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @cached_property
    def digit(self) -> np.ndarray | None:
        """uint8 (28, 28)."""
        return from_ink(self.ink)

    def measures(self, top: float, height: float) -> list[float]:
        """Its height, top and width, as shares of the height of a drawing that begins at this top."""
        return [self.height / height, (self.top - top) / height, self.width / height]


def components(ink: np.ndarray, most: int = MAX_COMPONENTS) -> list[Segment]:
    """The connected components of the ink, uint8 (h, w), by their middles from left to right.

    More than most are one segment.
    """
    from scipy import ndimage

    labels, count = ndimage.label(ink >= FAINT, np.ones((3, 3)))
    if count > most:
        return [Segment(ink, 0, 0)]
    segments = []
    for label, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        top, left = max(0, rows.start - 1), max(0, columns.start - 1)  # with the soft edge of its strokes
        box = slice(top, rows.stop + 1), slice(left, columns.stop + 1)
        here = labels[box]
        if count == 1 or not ((here != label) & (here != 0)).any():
            segments.append(Segment(ink[box], top, left))
        else:
            near = ndimage.maximum_filter(here == label, 3) & np.isin(here, (0, label))
            segments.append(Segment(ink[box] * near, top, left))
    return sorted(segments, key=lambda segment: segment.left + segment.right)


def unite(segments: list[Segment]) -> Segment:
    """Unite segments to one."""
    if len(segments) == 1:
        return segments[0]
    top, left = min(segment.top for segment in segments), min(segment.left for segment in segments)
    bottom, right = max(segment.bottom for segment in segments), max(segment.right for segment in segments)
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for segment in segments:
        here = ink[segment.top - top : segment.bottom - top, segment.left - left : segment.right - left]
        np.maximum(here, segment.ink, out=here)
    return Segment(ink, top, left)


def reduce_segment(segment: Segment, factor: int) -> Segment:
    """Reduce a segment, and its place, by a whole factor."""
    if factor == 1:
        return segment
    height, width = (-(-side // factor) * factor for side in segment.ink.shape)
    ink = np.pad(segment.ink, ((0, height - segment.height), (0, width - segment.width)))
    squares = ink.reshape(height // factor, factor, width // factor, factor)
    return Segment(
        squares.mean((1, 3), dtype=np.float32).astype(np.uint8), segment.top // factor, segment.left // factor
    )


def extent(segments: list[Segment]) -> tuple[int, int]:
    """The top and the height of all segments together."""
    top = min(segment.top for segment in segments)
    return top, max(segment.bottom for segment in segments) - top


@dataclass(frozen=True)
class Cut:
    """A line through a segment: its column at half the height, its slope, and the stroke widths it crosses."""

    column: float
    slope: float
    crossed: float


def enlarge_cut(cut: Cut | None, factor: int) -> Cut | None:
    """The same line through a segment that is larger by a factor."""
    return cut and Cut(cut.column * factor, cut.slope, cut.crossed)


def find_cuts(segment: Segment, max_crossed: float = MAX_CROSSED, max_cuts: int = MAX_CUTS) -> list[Cut]:
    """Find lines where a segment may be cut, left to right; max_crossed: in stroke widths."""
    ink = segment.ink >= SOLID
    width = max(1.0, stroke_width(ink))
    if not ink.any():
        return []
    found = [cut for slope in SLOPES for cut in _valleys(ink, slope, width, max_crossed)]
    kept: list[Cut] = []
    for cut in sorted(found, key=lambda cut: (cut.crossed, abs(cut.slope))):
        if all(abs(cut.column - other.column) >= MIN_CUT_DISTANCE * segment.height for other in kept):
            kept.append(cut)
    return sorted(kept[:max_cuts], key=lambda cut: cut.column)


def slice_segment(segment: Segment, left: Cut | None, right: Cut | None) -> Segment | None:
    """The ink between two cuts; None for the segment's edge. None if there is hardly any."""
    rows, columns = np.arange(segment.height)[:, None], np.arange(segment.width)[None]
    inside = np.ones(segment.ink.shape, bool)
    for cut, sign in ((left, 1), (right, -1)):
        if cut:
            line = cut.column - cut.slope * (rows - segment.height / 2)
            inside &= (columns >= line) == (sign > 0)
    ink = segment.ink * inside
    across, down = (np.flatnonzero((ink >= SOLID).any(axis)) for axis in (0, 1))
    if across.size < 2:
        return None
    top, bottom, first, last = max(0, down[0] - 1), down[-1] + 2, max(0, across[0] - 1), across[-1] + 2
    return Segment(ink[top:bottom, first:last], segment.top + int(top), segment.left + int(first))


def stroke_width(ink: np.ndarray) -> float:
    """The width of strokes, bool (h, w): within a line, the mean distance from its edge is a quarter of its width."""
    from scipy import ndimage

    inside = ndimage.distance_transform_edt(np.pad(ink, 1))[1:-1, 1:-1][ink]
    return 4 * (inside.mean() - 0.5) if inside.size else 0.0


def lean(ink: np.ndarray) -> float | None:
    """The angle in degrees, to the right of upright, of a single straight stroke, uint8 (h, w); None for other ink."""
    solid = ink >= SOLID
    rows, columns = np.nonzero(solid)
    if rows.size < 3:
        return None
    width = stroke_width(solid)
    (across, along), axes = np.linalg.eigh(np.cov(columns, -rows))
    if across > (MAX_BENT * width) ** 2 or along < (MIN_LONG * width) ** 2:
        return None
    right, up = axes[:, 1] if axes[1, 1] > 0 else -axes[:, 1]
    return float(np.degrees(np.arctan2(right, up)))


def is_plus(ink: np.ndarray) -> bool:
    """Tell whether ink, uint8 (h, w), is an upright cross: two strokes, and four ends as far from its middle."""
    from scipy import ndimage

    solid = ink >= SOLID
    rows, columns = (np.flatnonzero(solid.any(axis)) for axis in (1, 0))
    if min(rows.size, columns.size) < 5 or not 0.5 < columns.size / rows.size < 2:
        return False
    y, x = np.arange(ink.shape[0])[:, None] - rows.mean(), np.arange(ink.shape[1])[None] - columns.mean()
    far = 2 * np.hypot(y / rows.size, x / columns.size)  # 1 at the ends
    arms, count = ndimage.label(solid & (far > 0.5))
    if count != 4 or solid[far < 0.25].mean() < 0.4:
        return False
    middles = ndimage.center_of_mass(solid, arms, range(1, 5))
    turns = np.degrees([np.arctan2(row - rows.mean(), column - columns.mean()) for row, column in middles])
    return bool(np.all(np.abs((turns + 45) % 90 - 45) < MAX_TURN) and len(np.unique((turns + 45) // 90 % 4)) == 4)


def _valleys(ink: np.ndarray, slope: float, width: float, max_crossed: float) -> list[Cut]:
    """The lines of one slope that cross less ink than those beside them."""
    rows, columns = np.nonzero(ink)
    places = columns + slope * (rows - ink.shape[0] / 2)
    low = int(np.floor(places.min()))
    profile = np.bincount((places - low).astype(int)) / width
    around = np.pad(profile, 2, mode="edge")
    smooth = np.convolve(around, np.ones(5) / 5, "valid")
    reach = max(2, round(width / 2))
    near = np.pad(smooth, reach, constant_values=np.inf)
    least = np.min([near[i : i + len(smooth)] for i in range(2 * reach + 1)], axis=0)
    valley = (smooth <= least) & (smooth <= max_crossed)
    starts = np.flatnonzero(np.diff(valley.astype(int), prepend=0) == 1)
    stops = np.flatnonzero(np.diff(valley.astype(int), append=0) == -1)
    middles = (starts + stops) / 2
    inner = (middles > width / 2) & (middles < len(profile) - width / 2)
    return [Cut(float(m + low), slope, float(smooth[round(m)])) for m in middles[inner]]


def log_p_single_digit(digits: np.ndarray, measures: np.ndarray) -> np.ndarray:
    """The log-probability of each segment to be one whole digit, float32 (n,).

    digits: uint8 (n, 28, 28), of the segments alone. measures: float (n, 3), of Segment.measures.
    """
    return np.logaddexp.reduce(_log_probabilities(digits, measures)[:, :NOT_WHOLE], axis=1)


def _log_probabilities(digits: np.ndarray, measures: np.ndarray) -> np.ndarray:
    """The log-probability of each class for each segment, float32 (n, 11)."""
    weights = _weights()
    values = digits[..., None].astype(np.float32) / 255
    for layer in ("first", "second"):
        values = np.maximum(_convolve(values, weights[f"{layer}_kernel"]) + weights[f"{layer}_bias"], 0)
    flat = np.concatenate([values.reshape(len(digits), -1), measures.astype(np.float32)], axis=1)
    hidden = np.maximum(flat @ weights["hidden_kernel"] + weights["hidden_bias"], 0)
    scores = hidden @ weights["output_kernel"] + weights["output_bias"]
    scores -= scores.max(1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


@cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(WEIGHTS, allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}


def _convolve(values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A convolution with stride 2 and no padding: (n, h, w, c) and (k, k, c, filters)."""
    side = kernel.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(values, (side, side), axis=(1, 2))[:, ::2, ::2]
    flat = windows.transpose(0, 1, 2, 4, 5, 3).reshape(*windows.shape[:3], -1)
    return flat @ kernel.reshape(-1, kernel.shape[-1])
