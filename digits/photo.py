"""A photo of a number, dark ink on light paper or light ink on a dark board, becomes digits like drawn ones.

A morphological closing estimates the paper: it keeps uneven lighting and removes strokes narrower than its window. The
difference between photo and paper is the contrast, from which the lines of ruled paper are removed. The ink is the
largest component of high contrast, with its neighbours on one line, and becomes a drawing with strokes as thick as a
brush's. Sources: P. Soille, Morphological Image Analysis, 2003, section 4.5 (top-hat transforms); J. Canny, A
Computational Approach to Edge Detection, 1986 (hysteresis thresholds). The other constants were chosen on rendered
photos like those in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from digits.normalization import SIDE, from_canvas
from digits.numbers import number_from_canvas
from digits.picture import PhotoError, decode, one_photo
from digits.segmentation import stroke_width

STROKE_SCALES = (  # window of the closing as a share of the photo's longer side, and the least contrast that counts
    (0.25, 0.2),  # markers; shadows that wide have less contrast
    (0.08, 0.02),  # pencils
)
MIN_WHITE = 32  # of 255; darker paper is mostly noise, so contrast is not measured against it
NOISE_SIGMAS = 5  # ink stands out from the median contrast by at least this many standard deviations of the noise
MIN_EXTENT = 0.04  # of the photo's longer side; smaller components are dirt
MERGE_DISTANCE = 0.12  # of a digit's longer side; components up to twice as far apart belong to one digit
# Of neighbours on one line, relative to the height of the digit that was found:
MAX_GAP = 0.7
MIN_HEIGHT, MAX_HEIGHT = 0.4, 2.0
MIN_OVERLAP = 0.5  # share of the lower one's rows
# Of the drawing that the ink becomes:
PEN_WIDTH = 20  # pixels; thinner lines are thickened to this width ...
DIGIT_EXTENT = 200  # ... in a digit whose longer side has this many pixels
MAX_ASPECT = 8  # width to height of a number; a longer one is drawn smaller


def number_from_photo(data: bytes) -> list[np.ndarray]:
    """Find the digits of the number in a photo, left to right.

    data: a file in one of digits.picture.FORMATS. Returns uint8 (28, 28) for each digit, white ink (255) on black (0),
    like digits.from_canvas. A picture of 28x28 pixels is taken as a digit in MNIST's format, dark on light or light on
    dark. Raises PhotoError if the file cannot be read or shows no digit, for example blank paper.
    """
    with one_photo:
        grey = decode(data)
        if grey.shape == (SIDE, SIDE) and np.ptp(grey):
            return [grey if np.median(grey) < 128 else 255 - grey]
        region = _find_ink(grey)
        digit = from_canvas(_as_drawing(region.ink)) if region else None
        if region is None or digit is None:
            raise PhotoError(
                "Expected a photo of one digit, found no ink that could be one; draw it larger or darker, "
                "and leave clear paper around it."
            )
        digits = number_from_canvas(_as_drawing(region.line, whole_line=True))
        return digits if len(digits) > 1 else [digit]


@dataclass(frozen=True)
class _Candidate:
    """A region that may be the digit: its ink, uint8 (h, w), and a score; long thin lines score high.

    line: the same with what stands beside it on one line, uint8 (h, w).
    """

    ink: np.ndarray
    line: np.ndarray
    score: float


@dataclass(frozen=True)
class _Separation:
    """Ink and paper told apart under one assumption about the ink's colour and the width of its strokes.

    picture, paper, contrast: float32 (h, w); the ink is darker than the paper.
    min_contrast: the least contrast that counts as ink.
    """

    picture: np.ndarray
    paper: np.ndarray
    contrast: np.ndarray
    min_contrast: float


def _find_ink(grey: np.ndarray) -> _Candidate | None:
    """Find the ink of one digit, without specks, ruled lines, shadows and whatever touches the photo's edges.

    grey: uint8 (h, w). The ink goes from 0 (paper) to 255; None if there is no digit.
    """
    separations = _separations(grey)
    for allow_edges in (False, True):
        candidates = [candidate for s in separations if (candidate := _find_candidate(s, allow_edges))]
        if candidates:
            return max(candidates, key=lambda candidate: candidate.score)
    return None


def _separations(grey: np.ndarray) -> list[_Separation]:
    """One separation for each colour of ink and each stroke scale."""
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(grey.astype(np.float32), 1)
    windows = [max(3, round(share * max(grey.shape))) for share, _ in STROKE_SCALES]
    white = np.maximum(ndimage.maximum_filter(smooth, max(windows)), MIN_WHITE)
    separations = []
    for picture in (smooth, -smooth):  # dark ink on light paper, light ink on dark
        for window, (_, min_contrast) in zip(windows, STROKE_SCALES, strict=True):
            paper = ndimage.grey_closing(picture, (window, window))
            contrast = (paper - picture) / white
            for axis in (0, 1):
                contrast = _without_ruled_lines(contrast, axis)
            separations.append(_Separation(picture, paper, contrast, min_contrast))
    return separations


def _without_ruled_lines(contrast: np.ndarray, axis: int) -> np.ndarray:
    """Remove lines along an axis, and up to 3 degrees off it, from contrast, float32 (h, w), where there are any."""
    from scipy import ndimage

    length = contrast.shape[axis] // 4
    if length < 6:  # pixels; too short to tell ruled lines from strokes
        return contrast
    wide = ndimage.maximum_filter1d(contrast, 2 * round(0.026 * length) + 1, axis=1 - axis)
    wide = ndimage.uniform_filter1d(wide, length // 6, axis=axis)
    lines = ndimage.grey_opening(wide, (1, length) if axis else (length, 1))
    low, high = np.quantile(lines, (0.25, 0.99))
    strong = lines > (low + high) / 2
    labels, _ = ndimage.label(strong)
    long = [box for box in ndimage.find_objects(labels) if box[axis].stop - box[axis].start > 2 * length]
    if len(long) < 4:
        return contrast
    level = np.median(lines[strong])
    return contrast - np.minimum(lines, 1.2 * level)


def _find_candidate(separation: _Separation, allow_edges: bool) -> _Candidate | None:
    """Look for a digit from the strongest contrast down to the noise, so that a table's edge goes before a pencil.

    allow_edges: whether components may touch the photo's edges.
    """
    from scipy import ndimage

    contrast = separation.contrast.copy()
    shape = np.array(contrast.shape)
    floor = _noise_floor(contrast, separation.min_contrast)
    peak = np.quantile(contrast, 0.9997)
    while peak > floor:
        low, high = (max(floor, share * peak) for share in (0.4, 0.6))  # hysteresis thresholds
        ink = contrast > low
        labels, count = ndimage.label(_dilate(ink, 3))
        labels[~ink] = 0
        area, core = (np.bincount(labels[contrast > level], minlength=count + 1)[1:] for level in (low, high))
        extents = np.array([[side.stop - side.start for side in box] for box in ndimage.find_objects(labels)])
        rejected = np.all(extents > 0.75 * shape, axis=1)  # the outline of the sheet
        rejected[np.setdiff1d([*labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]], [0]) - 1] = True
        rejected &= not allow_edges
        eligible = ~rejected & (core >= 3) & (extents.max(1) >= MIN_EXTENT * shape.max())
        if eligible.any():
            main = np.argmax(np.where(eligible, area, 0))
            parts = np.flatnonzero(~rejected & (core > 0) & (area > 0.03 * area[main]))
            ink = np.isin(labels, parts + 1)
            groups, _ = ndimage.label(_dilate(ink, MERGE_DISTANCE * extents[main].max()))
            ink &= groups == groups[labels == main + 1][0]
            if score := _score(separation, ink, allow_edges):
                soft = np.rint(255 * np.clip(contrast / low - 0.5, 0, 1)).astype(np.uint8)
                line = ink | np.isin(labels, _on_line(ink, labels, parts + 1))
                return _Candidate(soft * _dilate(ink, 2), soft * _dilate(line, 2), score)
            contrast[_dilate(ink, 3)] = 0
        contrast[_dilate(np.isin(labels, np.flatnonzero(rejected) + 1), 3)] = 0
        peak = min(0.7 * peak, np.quantile(contrast, 0.9997))
    return None


def _noise_floor(contrast: np.ndarray, min_contrast: float) -> float:
    """The contrast above which there is more than noise."""
    median = np.median(contrast)
    return max(min_contrast, median + NOISE_SIGMAS * 1.4826 * np.median(np.abs(contrast - median)))


def _score(separation: _Separation, ink: np.ndarray, allow_edges: bool) -> float:
    """A measure of long and thin ink, bool (h, w); 0 if it is a blob or is not surrounded by paper.

    A gap between strokes looks like ink of the other colour, but beyond the strokes around it there is more of it.
    """
    from scipy import ndimage

    width = stroke_width(ink)
    extent = max(np.ptp(places) for places in np.nonzero(ink)) + 1
    distance, (rows, columns) = ndimage.distance_transform_edt(~ink, return_indices=True)
    ring = (distance > width + 2) & (distance <= 2 * width + 6)
    rows, columns = rows[ring], columns[ring]  # of the nearest ink, which is lit much the same
    level = separation.picture[ring]
    to_paper = np.abs(level - separation.paper[rows, columns])
    to_ink = np.abs(level - separation.picture[rows, columns])
    on_paper = (to_paper < to_ink).mean() if level.size else 0
    border = sum(np.count_nonzero(side) for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
    blob = ink.sum() < 3 * width**2
    cut_off = allow_edges and (border > 4 * width or extent < 0.5 * min(ink.shape))
    if blob or cut_off or on_paper < 0.75:
        return 0
    return extent * ink.sum() / width**2 * (2 * on_paper - 1) ** 3


def _on_line(ink: np.ndarray, labels: np.ndarray, eligible: np.ndarray) -> np.ndarray:
    """The labels of the parts that stand on one line with a digit, as the digits of a number do, int (n,).

    ink: bool (h, w), the digit's. labels: int (h, w), of the parts of all ink. eligible: labels that may belong to it.
    """
    from scipy import ndimage

    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height = bottom - top
    boxes = ndimage.find_objects(labels)
    waiting = {int(label): boxes[label - 1] for label in eligible if boxes[label - 1] is not None}
    joined: list[int] = []
    while True:
        beside = [
            label
            for label, (y, x) in waiting.items()
            if MIN_HEIGHT * height <= y.stop - y.start <= MAX_HEIGHT * height
            and min(bottom, y.stop) - max(top, y.start) >= MIN_OVERLAP * min(height, y.stop - y.start)
            and max(x.start - right, left - x.stop) <= MAX_GAP * height
        ]
        if not beside:
            within = [  # small parts of the digits, such as the bar of a 5
                label
                for label, (y, x) in waiting.items()
                if y.start >= top and y.stop <= bottom and x.start >= left and x.stop <= right
            ]
            return np.array(joined + within, int)
        for label in beside:
            _, x = waiting.pop(label)
            left, right = min(left, x.start), max(right, x.stop)
        joined += beside


def _as_drawing(ink: np.ndarray, whole_line: bool = False) -> np.ndarray:
    """Crop ink, uint8 (h, w), enlarge it and thicken thin lines: uint8 (h, w, 4), as a canvas sends it.

    whole_line: the ink is a number, whose height sets the scale; otherwise the longer side does.
    """
    from scipy import ndimage

    rows, columns = (np.flatnonzero((ink >= 128).any(axis)) for axis in (1, 0))
    ink = np.pad(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)
    height, width = ink.shape
    scale = DIGIT_EXTENT / (max(height - 2, width / MAX_ASPECT) if whole_line else max(ink.shape) - 2)
    size = [max(1, round(scale * side)) for side in reversed(ink.shape)]
    large = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)) >= 128
    large = np.pad(large, PEN_WIDTH)
    missing = (PEN_WIDTH - stroke_width(large)) / 2
    alpha = np.uint8(255) * (ndimage.distance_transform_edt(~large) <= max(0, missing))
    return np.dstack([np.full_like(alpha, 255)] * 3 + [alpha])


def _dilate(ink: np.ndarray, radius: float) -> np.ndarray:
    """The ink and all pixels within a square around it, bool (h, w)."""
    from scipy import ndimage

    return ndimage.maximum_filter(ink, 2 * round(radius) + 1)
