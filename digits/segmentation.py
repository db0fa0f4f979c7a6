"""Segments of a drawing: its connected components, cuts through ink where digits touch, and a classifier of both.

A cut is the path from top to bottom that crosses the least ink, found by dynamic programming. The classifier tells the
log-probability of a segment to be one whole digit, from its 28x28 pixels and three measures of its place among the
others: two convolutions, a hidden layer, eleven outputs, of which the last is "no whole digit". NumPy alone runs it;
python -m training.segments trains it. digits.numbers decides by it which components belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from digits.normalization import FAINT, from_ink

MAX_COMPONENTS = 40  # more are hatching or a forged drawing
SOLID = 128  # of 255; stronger ink is inside a stroke
MAX_CUTS = 12  # for each height of the segment's width, those that cross the least ink
MAX_HEIGHTS = 3  # of width, for which there are more cuts; they bound the time that hatching takes
MAX_CROSSED = 5.0  # stroke widths; a path that crosses more does not pass between two digits
STEPS = (-2, -1, 0, 1, 2)  # columns that a path may turn aside from one row to the next
COST_OF_STEP = 0.1  # stroke widths, for each of them
SLANTS = (0.0, 0.3, -0.3)  # columns to the left for each row downwards
MIN_SIDE = 0.05  # of the ink, on each side of a cut
MAX_BENT, MIN_LONG = 0.36, 0.8  # of a straight stroke: standard deviations of its ink across and along, in its widths
MAX_TURN = 22  # degrees that a plus may be turned by
MIN_CUT_DISTANCE = 0.05  # of the segment's height; of paths that are closer, the one that crosses less counts

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

    More than most are one segment, which has the ink itself.
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


@dataclass(frozen=True, eq=False)
class Cut:
    """A path through a segment: its column in each row, int (h,), and the stroke widths of ink it crosses."""

    columns: np.ndarray
    crossed: float

    @property
    def column(self) -> float:
        """Its mean column."""
        return float(self.columns.mean())


def enlarge_cut(cut: Cut | None, factor: int) -> Cut | None:
    """The same path through a segment that is larger by a factor."""
    return cut and Cut(np.repeat(cut.columns * factor, factor), cut.crossed)


def find_cuts(segment: Segment) -> list[Cut]:
    """Find paths along which a segment may be cut, left to right: those that cross less ink than their neighbours."""
    ink = segment.ink >= SOLID
    if not ink.any():
        return []
    width, most = max(1.0, stroke_width(ink)), round(MAX_CUTS * np.clip(segment.width / segment.height, 1, MAX_HEIGHTS))
    before: np.ndarray = np.cumsum(ink, axis=1) - ink  # ink to the left, in each row
    kept: list[Cut] = []
    for cut in sorted(_valleys(ink, width), key=lambda cut: cut.crossed):
        if cut.crossed > MAX_CROSSED or len(kept) == most:
            break
        left = before[np.arange(len(ink)), cut.columns].sum() / ink.sum()
        distances = [np.abs(cut.columns - other.columns).mean() for other in kept]
        if MIN_SIDE < left < 1 - MIN_SIDE and min(distances, default=np.inf) >= MIN_CUT_DISTANCE * segment.height:
            kept.append(cut)
    return sorted(kept, key=lambda cut: cut.column)


def slice_segment(segment: Segment, left: Cut | None, right: Cut | None) -> Segment | None:
    """The ink between two cuts; None for the segment's edge. None if there is hardly any."""
    columns = np.arange(segment.width)[None]
    inside = np.ones(segment.ink.shape, bool)
    if left:
        inside &= columns >= left.columns[: segment.height, None]
    if right:
        inside &= columns < right.columns[: segment.height, None]
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
    (across, along), axes = np.linalg.eigh(np.cov(columns, -rows))
    if across * MIN_LONG**2 > along * MAX_BENT**2:  # which needs no width of the stroke, the slowest part
        return None
    width = stroke_width(solid)
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


def _valleys(ink: np.ndarray, width: float) -> list[Cut]:
    """The paths through the middle row that cross less ink than those beside them, in writing of several slants.

    width: of the strokes.
    """
    height, columns = ink.shape
    rows = np.arange(height)
    found = []
    for slant in SLANTS:
        places = np.rint(slant * (rows - height / 2)).astype(
            int
        )  # of each row, moved so that slanted strokes are upright
        margin = int(np.abs(places).max())
        price = np.zeros((height, columns + 2 * margin))
        price[rows[:, None], margin + places[:, None] + np.arange(columns)] = ink / width
        for path, crossed in _paths(price, max(2, round(width / 2))):
            found.append(Cut(np.clip(path - margin - places, 0, columns - 1), crossed))
    return found


def _paths(price: np.ndarray, reach: int) -> list[tuple[np.ndarray, float]]:
    """The paths, int (h,), through the middle row that cost no more than those within reach, and their price."""
    down, from_above = _cheapest(price)
    up, from_below = (part[::-1] for part in _cheapest(price[::-1]))
    row = len(price) // 2
    crossed = down[row] + up[row] - price[row]
    least = np.min(np.lib.stride_tricks.sliding_window_view(np.pad(crossed, reach, "edge"), 2 * reach + 1), axis=1)
    edges = np.flatnonzero(np.diff(crossed <= least, prepend=False, append=False))
    middles = edges.reshape(-1, 2).sum(axis=1) // 2
    columns = np.empty((len(price), len(middles)), int)
    columns[row] = middles
    for y in range(row, 0, -1):
        columns[y - 1] = columns[y] + from_above[y, columns[y]]
    for y in range(row, len(price) - 1):
        columns[y + 1] = columns[y] + from_below[y, columns[y]]
    return list(zip(columns.T, crossed[middles].tolist(), strict=True))


def _cheapest(price: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The price of the cheapest path from the top to each pixel, and the step back from it to the row above."""
    reach, columns = max(STEPS), np.arange(price.shape[1])
    total = np.pad(price, ((0, 0), (reach, reach)), constant_values=np.inf)
    options = np.lib.stride_tricks.sliding_window_view(total, len(STEPS), axis=1)  # of each pixel for the row below
    back, cost = np.zeros(price.shape, int), COST_OF_STEP * np.abs(STEPS)
    for y in range(1, len(price)):
        prices = options[y - 1] + cost
        best = prices.argmin(axis=1)
        back[y] = best - reach
        total[y, reach:-reach] += prices[columns, best]
    return total[:, reach:-reach], back


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
