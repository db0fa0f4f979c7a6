"""A line of a photo, set upright as a drawing of strokes as thick as a brush's, for digits.numbers to split."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from digits.ink import Ink, Part
from digits.segmentation import stroke_width

DIGIT_HEIGHT, PEN_WIDTH = 120, 12  # pixels; thinner lines are thickened to this width
MIN_PEAK, PEAK_WITHIN = 0.45, 0.5  # ink: contrast as a share of the strongest so near, in heights of a digit ...
MIN_CONTRAST, MIN_EDGE = 0.5, 0.25  # ... and at least so much; the edges of strokes have more contrast than paper
MAX_ASPECT = 60  # width to height of a line; a longer one is drawn smaller


@dataclass(frozen=True)
class Box:
    """Where something stands in a photo: from its top left corner, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Upright:
    """The place of a line in a photo, and its slope around a column in its middle."""

    top: float
    left: float
    right: float
    bottom: float
    slope: float
    middle: float

    def drawing(self, ink: Ink, parts: list[Part], apart: list[Part]) -> tuple[np.ndarray, float]:
        """The ink of parts, uint8 (h, w), upright, with strokes as thick as a brush's, and how much larger it is.

        apart: those of the parts, left to right, that do not touch one another, however thick their strokes become.
        """
        from scipy import ndimage

        rows = min(p.top for p in parts), max(p.bottom for p in parts)
        columns = min(p.left for p in parts), max(p.right for p in parts)
        box = slice(*rows), slice(*columns)
        height, width = self.bottom - self.top, self.right - self.left
        scale = DIGIT_HEIGHT / max(height, 0.5 * width if len(parts) == 1 else 0, width / MAX_ASPECT)
        margin = 0.5 * height
        size = round((width + 2 * margin) * scale), round((height + 2 * margin) * scale)
        contrast = self._upright(ink.contrast[box] * ink.near(parts, box), rows[0], columns[0], scale, size)
        if scale > 1:
            contrast += (contrast > MIN_EDGE) * self._detail(ink, box, scale, size)
        around = round(PEAK_WITHIN * DIGIT_HEIGHT)
        peak = ndimage.uniform_filter(ndimage.maximum_filter(contrast, around), around)
        large = contrast >= np.maximum(MIN_PEAK * peak, MIN_CONTRAST)
        missing = (PEN_WIDTH - stroke_width(large)) / 2
        near = ndimage.distance_transform_edt(~large) <= max(0, missing)
        if any(after.left - before.right < PEN_WIDTH / scale for before, after in itertools.pairwise(apart)):
            labels = np.where(ink.near(parts, box), ink.labels[box], 0)
            places = self._upright(labels, rows[0], columns[0], scale, size, resample=Image.Resampling.NEAREST)
            near &= ~_between(places, [part.label for part in apart])
        return np.uint8(255) * near, scale

    def _upright(
        self,
        values: np.ndarray,
        top: float,
        left: float,
        scale: float,
        size: tuple[int, int],
        per: float = 1.0,
        resample: Image.Resampling = Image.Resampling.BICUBIC,
    ) -> np.ndarray:
        """A piece of the photo that begins at a row and a column, float32, on the drawing's pixels.

        per: the pixels of the piece for each of the photo's.
        """
        image = Image.fromarray(np.pad(values.astype(np.float32), 1))
        factor = max(1, int(0.7 * per / scale)) if resample == Image.Resampling.BICUBIC else 1
        if factor > 1:
            image = image.reduce(factor)
        margin = 0.5 * (self.bottom - self.top)
        a = per / (scale * factor)
        x = ((self.left - margin - left) * per + 1) / factor
        y = ((self.top - margin - top + self.slope * (self.left - margin - self.middle)) * per + 1) / factor
        affine = (a, 0, x, self.slope * a, a, y)
        return np.array(image.transform(size, Image.Transform.AFFINE, affine, resample))

    def _detail(self, ink: Ink, box: tuple[slice, slice], scale: float, size: tuple[int, int]) -> np.ndarray:
        """The contrast of ink that smoothing, and finding it on fewer pixels, took away."""
        from scipy import ndimage

        per = max(ink.fine.shape) / max(ink.labels.shape)
        rows, columns = ((int(side.start * per), math.ceil(side.stop * per)) for side in box)
        fine = ink.fine[slice(*rows), slice(*columns)].astype(np.float32)
        smooth = ndimage.gaussian_filter(fine, per * math.hypot(ink.blur, 0.3))
        contrast = ink.contrast[box]
        level = np.asarray(Image.fromarray(smooth).resize(contrast.shape[::-1], Image.Resampling.BILINEAR))
        level, contrast = level - level.mean(), contrast - contrast.mean()
        contrast_of_level = float((contrast * level).sum() / max(1.0, float((level**2).sum())))  # least squares
        return self._upright(contrast_of_level * (fine - smooth), rows[0] / per, columns[0] / per, scale, size, per)

    def box(self, left: float, top: float, right: float, bottom: float, scale: float) -> Box:
        """Where something in the drawing stands in the photo."""
        height = self.bottom - self.top
        margin = 0.5 * height
        x0, x1 = (self.left - margin + side / scale for side in (left, right))
        drop = self.slope * ((x0 + x1) / 2 - self.middle)
        y0, y1 = (self.top - margin + side / scale + drop for side in (top, bottom))
        return Box(x0, y0, x1, y1)


def _between(labels: np.ndarray, apart: list[int]) -> np.ndarray:
    """The pixels, bool (h, w), at which the surroundings of two different labels of these meet."""
    from scipy import ndimage

    rows, columns = ndimage.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    nearest = labels[rows, columns]
    nearest[np.isin(nearest, apart, invert=True)] = 0
    between = np.zeros(labels.shape, bool)
    for one, two in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        meet = (nearest[one] != nearest[two]) & (nearest[one] > 0) & (nearest[two] > 0)
        between[one] |= meet
        between[two] |= meet
    return between
