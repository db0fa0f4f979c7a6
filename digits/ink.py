"""Ink and paper are told apart in a photo, in several ways, of which digits.photo takes the one that gives most digits.

A morphological closing estimates the paper: it keeps uneven light and removes strokes narrower than its window. The
difference between photo and paper, as a share of white, is the contrast. Nothing is assumed of the ink's colour, of the
width of strokes, or of how dark they are: dark and light ink, three windows and falling thresholds each give
components, and what stands in them decides. Sources: P. Soille, Morphological Image Analysis, 2003, section 4.5
(top-hat transforms); J. Canny, A Computational Approach to Edge Detection, 1986 (hysteresis thresholds).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from digits.paper import Paper

WINDOWS = (  # of the closing, as a share of the longer side; the least contrast that counts; smoothing, in pixels
    (0.6, 0.12, 0.7),  # a digit that fills its picture
    (0.2, 0.1, 0.7),  # pens and markers; shadows that wide have less contrast
    (0.05, 0.02, 1.2),  # pencils
)
MIN_STEP = 8  # of 255; fainter ink is none
MIN_WHITE = 40  # of 255; darker paper is mostly noise, so contrast is not measured against it
NOISE_SIGMAS = 5  # ink stands out from the median contrast by at least this many standard deviations of the noise
LOW, HIGH = 0.4, 0.6  # hysteresis thresholds, as shares of the strongest ink
FALL = 0.6  # from one threshold to the next
MAX_LEVELS = 6
MAX_PARTS = 250  # components of one picture of ink that are looked at, the largest ones
MIN_AREA = 5  # pixels
LOW_INSIDE = 0.4  # of its height, what a part is drawn around; lower parts are a 7's bar more often
ALONG = 0.4  # of an edge of the picture; a shorter stroke beside it may be a 1
TO_EDGE = 0.1  # of a quarter of the picture, so near to its edges end ruled lines ...
MANY_LINES = 6  # ... unless so many are seen, on a sheet that is smaller than the picture
MAX_INK = 0.5  # share of the picture; more is no ink


@dataclass(frozen=True, eq=False)
class Part:
    """A connected component of ink: its label, its box in pixels, and the pixels of ink in it."""

    label: int
    top: int
    bottom: int
    left: int
    right: int
    area: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def extent(self) -> int:
        return max(self.height, self.width)

    def lies_along(self, shape: tuple[int, ...]) -> bool:
        """Tell whether it lies along an edge of a picture, as the edge of a table or of a shadow does."""
        edges = self.top <= 1, self.bottom >= shape[0] - 1, self.left <= 1, self.right >= shape[1] - 1
        upright = self.height > max(3 * self.width, ALONG * shape[0])
        flat = self.width > max(3 * self.height, ALONG * shape[1])
        return (upright and (edges[2] or edges[3])) or (flat and (edges[0] or edges[1])) or all(edges)

    @property
    def box(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def middle(self) -> tuple[float, float]:
        """Row and column."""
        return (self.top + self.bottom) / 2, (self.left + self.right) / 2


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink of a photo under one assumption about its colour, the width of its strokes and its darkness.

    picture, paper: float32 (h, w); the ink is darker than the paper. contrast: of ink that is at least 1.
    labels: int32 (h, w), of the parts, 0 where there is none. frames: parts that are drawn around others. dark: the ink
    is darker than the paper. fine: the same photo on as many pixels as there are, uint8. blur: the standard deviation
    of the smoothing of picture, in its pixels. window: of the closing, as a share of the longer side.
    erased: where a table was taken out, bool (h, w). cut: parts along which a box's line was taken out.
    """

    picture: np.ndarray
    paper: np.ndarray
    contrast: np.ndarray
    labels: np.ndarray
    parts: tuple[Part, ...]
    frames: tuple[Part, ...]
    dark: bool
    fine: np.ndarray
    blur: float
    window: float
    erased: np.ndarray | None
    cut: tuple[Part, ...] = ()

    @cached_property
    def soft(self) -> np.ndarray:
        """uint8 (h, w), from 0 (paper) to 255, with soft edges."""
        return np.rint(255 * np.clip(self.contrast - 0.5, 0, 1)).astype(np.uint8)

    def of(self, parts: Sequence[Part], box: tuple[slice, slice]) -> np.ndarray:
        """The soft ink of these parts alone within a box, uint8 (h, w)."""
        return self.soft[box] * self.near(parts, box)

    def near(self, parts: Sequence[Part], box: tuple[slice, slice]) -> np.ndarray:
        """Where these parts are within a box, with the soft edge of their strokes, bool (h, w)."""
        from scipy import ndimage

        labels = self.labels[box]
        wanted = np.isin(labels, [part.label for part in parts])
        return np.asarray(ndimage.maximum_filter(wanted, 3) & (wanted | (labels == 0)))


def inks(paper: Paper, fine: np.ndarray) -> Iterator[Ink]:
    """Everything that may be the ink on a paper; fine: the photo on as many pixels as there are, uint8."""
    from scipy import ndimage

    grey = paper.lit
    brightest = max(MIN_WHITE, float(np.quantile(grey, 0.99)))
    for share, least, blur in WINDOWS:
        window = max(5, round(share * max(grey.shape)))
        smooth = ndimage.gaussian_filter(grey, blur)
        white = np.maximum(_closing(smooth, window), 0.4 * brightest).clip(MIN_WHITE)
        for dark in (True, False):
            picture = smooth if dark else -smooth
            ground = _closing(picture, window)
            contrast = (ground - picture) / white
            for axis in (0, 1):
                contrast = _without_ruled_lines(contrast, axis)
            for low, labels, parts, frames in _levels(contrast, max(least, MIN_STEP / brightest)):
                yield Ink(picture, ground, contrast / low, labels, parts, frames, dark, fine, blur, share, paper.erased)


def _closing(picture: np.ndarray, window: int) -> np.ndarray:
    """A closing with a square window; a wide one is computed on fewer pixels."""
    from scipy import ndimage

    factor = max(1, min(window // 24, 8))
    if factor == 1:
        return ndimage.grey_closing(picture, (window, window))
    height, width = picture.shape
    padded = np.pad(picture, ((0, -height % factor), (0, -width % factor)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // factor, factor, padded.shape[1] // factor, factor)
    small = ndimage.grey_closing(blocks.max((1, 3)), (window // factor, window // factor))
    large = Image.fromarray(small).resize(padded.shape[::-1], Image.Resampling.BILINEAR)
    return np.maximum(np.asarray(large)[:height, :width], picture)


def _levels(
    contrast: np.ndarray, least: float
) -> Iterator[tuple[float, np.ndarray, tuple[Part, ...], tuple[Part, ...]]]:
    """Falling thresholds, down to the noise, and the labels, parts and frames of the ink at each."""
    some = contrast.ravel()[:: max(1, contrast.size // 20_000)]
    median = np.median(some)
    floor = max(least, median + NOISE_SIGMAS * 1.4826 * float(np.median(np.abs(some - median))))
    peak, known = float(np.quantile(some, 0.9985)), -1.0
    for _ in range(MAX_LEVELS):
        low, high = (max(floor, share * peak) for share in (LOW, HIGH))
        if low == known or float(contrast.max()) < high:
            return
        known = low
        ink = contrast > low
        if np.count_nonzero(ink) > MAX_INK * ink.size:
            return
        labels, parts = _components(ink, contrast > high)
        if parts:
            frames = tuple(part for part in parts if _is_frame(part, parts, labels))
            others = tuple(part for part in parts if part not in frames)
            yield low, labels, others, frames
        peak *= FALL


def _components(ink: np.ndarray, core: np.ndarray) -> tuple[np.ndarray, tuple[Part, ...]]:
    """Components of ink with a core; their labels, int32 (h, w), and themselves, the largest first."""
    from scipy import ndimage

    labels, count = ndimage.label(ink, np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    cores = np.bincount(labels[core], minlength=count + 1)
    areas[0] = 0
    wanted = np.flatnonzero((areas >= MIN_AREA) & (cores > 0))
    wanted = wanted[np.argsort(-areas[wanted], kind="stable")][:MAX_PARTS]
    boxes = ndimage.find_objects(labels)
    parts = tuple(
        Part(int(label), rows.start, rows.stop, columns.start, columns.stop, int(areas[label]))
        for label in wanted
        for rows, columns in [boxes[label - 1]]
    )
    return labels, parts


def _is_frame(part: Part, parts: tuple[Part, ...], labels: np.ndarray) -> bool:
    """Tell whether a part is drawn around others: a box, a circle, a comb, the outline of the sheet."""
    if part.area > 0.4 * part.height * part.width:
        return False
    margin = 0.02 * part.height
    return any(
        0.2 * part.height <= other.height <= 0.94 * part.height
        and other.area >= 0.06 * part.area
        and other.top >= part.top + margin
        and other.bottom <= part.bottom - margin
        and other.left >= part.left + margin
        and other.right <= part.right - margin
        and _stands_between(part, other, labels)
        for other in parts
    )


def _stands_between(part: Part, other: Part, labels: np.ndarray) -> bool:
    """Tell whether a part has ink on three sides of another; of a low one left and right, unlike a 7 of its bar."""
    rows, columns = slice(other.top, other.bottom), slice(other.left, other.right)
    left, right = labels[rows, part.left : other.left], labels[rows, other.right : part.right]
    above, below = labels[part.top : other.top, columns], labels[other.bottom : part.bottom, columns]
    sides = [bool((side == part.label).any()) for side in (left, right, above, below)]
    return sum(sides) > 2 and (all(sides[:2]) or other.height > LOW_INSIDE * part.height)


def _without_ruled_lines(contrast: np.ndarray, axis: int) -> np.ndarray:
    """Remove lines along an axis, and up to 3 degrees off it, from contrast, float32 (h, w), where there are any."""
    from scipy import ndimage

    length = contrast.shape[axis] // 4
    if length < 40:  # pixels; too short to tell ruled lines from strokes
        return contrast
    wide = ndimage.maximum_filter1d(contrast, 2 * round(0.026 * length) + 1, axis=1 - axis)
    wide = ndimage.uniform_filter1d(wide, length // 6, axis=axis)
    lines = ndimage.grey_opening(wide, (1, length) if axis else (length, 1))
    low, high = np.quantile(lines, (0.25, 0.99))
    strong = lines > (low + high) / 2
    labels, _ = ndimage.label(strong)
    spans = [box[axis] for box in ndimage.find_objects(labels) if box[axis].stop - box[axis].start > 2 * length]
    across = [span for span in spans if span.start < TO_EDGE * length or span.stop > (4 - TO_EDGE) * length]
    if len(across) < 3 and len(spans) < MANY_LINES:  # the sides of a box, perhaps, and a 1 in it
        return contrast
    level = np.median(lines[strong])
    return contrast - np.minimum(lines, 1.2 * level)
