"""A photo of a digit on paper becomes a digit, 28x28, white ink on black, as a drawing does.

The ink is what a morphological closing takes away: paper that is lit unevenly keeps its light, strokes narrower than
the closing go. Sources: P. Soille, Morphological Image Analysis, 2003, section 4.5 (top-hats); J. Canny, A
Computational Approach to Edge Detection, 1986 (two thresholds). The rest was chosen on rendered photos, as the tests'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from digits import from_canvas
from digits.picture import PhotoError, decode

SCALES = (  # how far strokes may be filled in, as a share of the longer side, and the least contrast that counts there
    (0.25, 0.2),  # markers; shadows that wide are fainter than this
    (0.08, 0.02),  # pencils
)
DARKEST = 32  # of 255; darker paper is noise and no measure of contrast
SIGMAS = 5  # of the noise; no ink is fainter
SMALLEST = 0.04  # of the longer side; less is dirt
GAP = 0.12  # of a digit's longer side; parts up to twice as far from each other are one digit
PEN = 20  # pixels; thinner lines are thickened to it, ...
EXTENT = 200  # ... in a digit with this longer side


def from_photo(data: bytes) -> np.ndarray:
    """Makes a digit of a photo: dark ink on light paper or light ink on a dark board, found by itself.

    data: a file in one of digits.picture.FORMATS. Returns uint8 (28, 28), white ink (255) on black (0), as
    digits.from_canvas. Raises PhotoError if the file cannot be read or shows no digit, for example blank paper.
    """
    ink = ink_of(decode(data))
    digit = from_canvas(_drawing(ink)) if ink.any() else None
    if digit is None:
        raise PhotoError(
            "Expected a photo of one digit, found no ink that could be one; draw it larger or darker, "
            "and leave clear paper around it."
        )
    return digit


def ink_of(grey: np.ndarray) -> np.ndarray:
    """Finds the ink of one digit; specks, ruled lines, shadows, and what touches the picture's edges are left out.

    grey: uint8 (h, w). Returns uint8 (h, w), from 0 (paper) to 255 (ink); all 0 if there is none.
    """
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(grey.astype(np.float32), 1)
    reaches = [max(3, round(share * max(grey.shape))) for share, _ in SCALES]
    white = np.maximum(ndimage.maximum_filter(smooth, max(reaches)), DARKEST)
    searches = []
    for picture in (smooth, -smooth):  # dark ink on light paper, light ink on dark
        for reach, (_, faintest) in zip(reaches, SCALES, strict=True):
            paper = ndimage.grey_closing(picture, (reach, reach))
            contrast = (paper - picture) / white
            for axis in (0, 1):
                contrast = _without_lines(contrast, axis, faintest)
            searches.append((picture, paper, contrast, faintest))
    for cut_off in (False, True):
        found = [mark for search in searches if (mark := _search(*search, cut_off))]
        if found:
            return max(found, key=lambda mark: mark.score).ink
    return np.zeros_like(grey)


def _without_lines(contrast: np.ndarray, axis: int, faintest: float) -> np.ndarray:
    """Takes the lines of ruled paper, along an axis and up to 3 degrees off it, from contrast, float32 (h, w)."""
    from scipy import ndimage

    length = contrast.shape[axis] // 4
    if length < 6:  # pixels; too short to tell lines from strokes
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


def _floor(contrast: np.ndarray, faintest: float) -> float:
    """The contrast above which there is more than noise."""
    middle = np.median(contrast)
    return max(faintest, middle + SIGMAS * 1.4826 * np.median(np.abs(contrast - middle)))


@dataclass(frozen=True)
class _Mark:
    """What may be the digit: its ink, uint8 (h, w), and how much it is like one; long thin lines are."""

    ink: np.ndarray
    score: float


def _search(
    picture: np.ndarray, paper: np.ndarray, contrast: np.ndarray, faintest: float, cut_off: bool
) -> _Mark | None:
    """Looks for a digit, from the strongest contrast down to the noise, so that a table's edge is gone before a pencil.

    picture, paper, contrast: float32 (h, w), ink below paper. cut_off: whether parts may touch the picture's edges.
    """
    from scipy import ndimage

    contrast = contrast.copy()
    shape = np.array(contrast.shape)
    floor = _floor(contrast, faintest)
    peak = np.quantile(contrast, 0.9997)
    while peak > floor:
        weak, strong = (max(floor, share * peak) for share in (0.4, 0.6))
        ink = contrast > weak
        labels, count = ndimage.label(_grown(ink, 3))
        labels[~ink] = 0
        area, heart = (np.bincount(labels[contrast > level], minlength=count + 1)[1:] for level in (weak, strong))
        extents = np.array([[one.stop - one.start for one in box] for box in ndimage.find_objects(labels)])
        dropped = np.all(extents > 0.75 * shape, axis=1)  # the outline of the sheet
        dropped[np.setdiff1d([*labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]], [0]) - 1] = True
        dropped &= not cut_off
        good = ~dropped & (heart >= 3) & (extents.max(1) >= SMALLEST * shape.max())
        if good.any():
            main = np.argmax(np.where(good, area, 0))
            parts = np.flatnonzero(~dropped & (heart > 0) & (area > 0.03 * area[main]))
            ink = np.isin(labels, parts + 1)
            near, _ = ndimage.label(_grown(ink, GAP * extents[main].max()))
            ink &= near == near[labels == main + 1][0]
            if score := _score(picture, paper, ink, cut_off):
                soft = np.clip(contrast / weak - 0.5, 0, 1) * _grown(ink, 2)
                return _Mark(np.rint(255 * soft).astype(np.uint8), score)
            contrast[_grown(ink, 3)] = 0
        contrast[_grown(np.isin(labels, np.flatnonzero(dropped) + 1), 3)] = 0
        peak = min(0.7 * peak, np.quantile(contrast, 0.9997))
    return None


def _score(picture: np.ndarray, paper: np.ndarray, ink: np.ndarray, cut_off: bool) -> float:
    """How long and thin ink, bool (h, w), is; 0 if it is a blob, or if what lies around it is not paper.

    The gaps between the strokes of a digit would be ink of the other colour, but beyond the strokes follows more of it.
    """
    from scipy import ndimage

    width = _width(ink)
    extent = max(np.ptp(places) for places in np.nonzero(ink)) + 1
    away, (rows, columns) = ndimage.distance_transform_edt(~ink, return_indices=True)
    around = (away > width + 2) & (away <= 2 * width + 6)
    rows, columns = rows[around], columns[around]  # of the nearest ink, whose light is much the same
    here = picture[around]
    on_paper = (np.abs(here - paper[rows, columns]) < np.abs(here - picture[rows, columns])).mean() if here.size else 0
    touching = sum(np.count_nonzero(side) for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
    blob = ink.sum() < 3 * width**2
    edge = cut_off and (touching > 4 * width or extent < 0.5 * min(ink.shape))
    if blob or edge or on_paper < 0.75:
        return 0
    return extent * ink.sum() / width**2 * (2 * on_paper - 1) ** 3


def _drawing(ink: np.ndarray) -> np.ndarray:
    """Ink, uint8 (h, w), cropped to the digit, enlarged, thin lines thickened: uint8 (h, w, 4) as a canvas sends it."""
    from scipy import ndimage

    rows, columns = (np.flatnonzero((ink >= 128).any(axis)) for axis in (1, 0))
    ink = np.pad(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)
    scale = EXTENT / (max(ink.shape) - 2)
    size = [max(1, round(scale * side)) for side in reversed(ink.shape)]
    large = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)) >= 128
    large = np.pad(large, PEN)
    missing = (PEN - _width(large)) / 2
    alpha = np.uint8(255) * (ndimage.distance_transform_edt(~large) <= max(0, missing))
    return np.dstack([np.full_like(alpha, 255)] * 3 + [alpha])


def _width(ink: np.ndarray) -> float:
    """The width of the strokes, bool (h, w): in a line, the mean distance from the edge is a quarter of it."""
    from scipy import ndimage

    return 4 * (ndimage.distance_transform_edt(ink)[ink].mean() - 0.5)


def _grown(ink: np.ndarray, by: float) -> np.ndarray:
    """Ink and all pixels within a square around it, bool (h, w)."""
    from scipy import ndimage

    return ndimage.maximum_filter(ink, 2 * round(by) + 1)
