"""A drawing becomes a digit: 28x28, white ink on black, sized and centred like the digits of MNIST.

Source: Y. LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998, section III.A: each digit fits a
20x20 box, keeps its aspect ratio, is anti-aliased, and has its centre of mass in the centre of 28x28.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

SIDE = 28  # pixels on each side of a digit, as in MNIST
CLASSES = 10  # the digits 0 to 9
BOX = 20  # pixels of the longer side of the ink, as in MNIST
FAINT = 16  # of 255; fainter ink is the soft edge of a stroke and does not count as drawn
MIN_EXTENT = 0.12  # of the canvas's shorter side; smaller ink is a dot (the widest brush leaves 30 of 280 pixels)
PRECISION = 22  # bits of a box filter's weights
MIN_LEVEL, MIN_PIXELS = 64, 5  # of a digit: fewer pixels, or fainter ones, are nothing
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue; ITU-R BT.601


def from_canvas(rgba: np.ndarray) -> np.ndarray | None:
    """Make a digit from a drawing as MNIST does, so that its place and size on the canvas do not matter.

    rgba: uint8 (h, w, 4), bright ink on opaque black or on transparency; ink = luminance x alpha / 255.
    Returns uint8 (28, 28), white ink (255) on black (0), or None when nothing, or no more than a dot, is drawn.
    Raises ValueError for any other shape or dtype.
    """
    return from_ink(ink_of(rgba))


def from_ink(ink: np.ndarray) -> np.ndarray | None:
    """The digit of a drawing's ink, uint8 (h, w), 0 where nothing is drawn; see from_canvas."""
    smallest = MIN_EXTENT * min(ink.shape)
    rows, columns = (np.flatnonzero((ink >= FAINT).any(axis)) for axis in (1, 0))
    if not rows.size:
        return None
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(ink.shape) < smallest:
        return None
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(scale * extent)) for extent in ink.shape)
    small = _box_resize(ink, height, width)
    return centred(small) if small.any() else None  # a hairline disappears when it is scaled down


def _box_resize(ink: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize ink, uint8 (h, w), with a box filter in two passes: down first if it is more than twice as high as wide.

    Pillow's order of passes differs between its versions, and so do its pixels. browser/engine/digit.js does the same.
    """
    if ink.shape[0] > 2 * ink.shape[1]:
        return _shrink(_shrink(ink, height).T, width).T
    return _shrink(_shrink(ink.T, width).T, height)


def _shrink(pixels: np.ndarray, wanted: int) -> np.ndarray:
    """Resize the first axis of uint8 (h, w)."""
    first, last, weights = _box_filter(len(pixels), wanted)
    sums = np.vstack([np.zeros((1, pixels.shape[1]), np.int64), np.cumsum(pixels, 0, np.int64)])
    weighted = (sums[last] - sums[first]) * weights[:, None] + (1 << (PRECISION - 1))
    return np.minimum(255, weighted >> PRECISION).astype(np.uint8)


@lru_cache(maxsize=4096)
def _box_filter(length: int, wanted: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each pixel wanted: the first pixel whose centre it covers, the one after the last, their weight in 2^-22."""
    scale = length / wanted
    side = max(scale, 1.0)
    covered = []
    for pixel in range(wanted):
        centre = (pixel + 0.5) * scale
        low, high = max(0, int(centre - side / 2 + 0.5)), min(length, int(centre + side / 2 + 0.5))
        inside = [x for x in range(low, high) if -0.5 < (x - centre + 0.5) * (1 / side) <= 0.5]
        covered.append((inside[0], inside[-1] + 1, int(0.5 + (1 << PRECISION) / len(inside))))
    first, last, weights = np.array(covered, np.int64).T
    return first, last, weights


def centred(small: np.ndarray) -> np.ndarray:
    """Place ink, uint8 (h, w), that fits its box, with its centre of mass on the centre: uint8 (28, 28)."""
    height, width = small.shape
    digit = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (_start(small.sum(axis, dtype=np.int64)) for axis in (1, 0))
    digit[top : top + height, left : left + width] = small
    return digit


def plain_resize(rgba: np.ndarray) -> np.ndarray:
    """Resize the whole canvas to 28x28, as most demos do; for comparison with from_canvas.

    rgba: uint8 (h, w, 4). Returns uint8 (28, 28), white ink on black. Raises ValueError for any other shape or dtype.
    """
    return np.asarray(Image.fromarray(ink_of(rgba)).resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def is_nothing(digit: np.ndarray) -> bool:
    """Tell whether a digit, uint8 (28, 28), is blank, or nearly so."""
    return int(np.count_nonzero(digit >= MIN_LEVEL)) < MIN_PIXELS


def check_digits(digits: np.ndarray) -> np.ndarray:
    """Return the digits unchanged if they are uint8 (n, 28, 28); raises ValueError if not."""
    digits = np.asarray(digits)
    if digits.dtype != np.uint8 or digits.shape[1:] != (SIDE, SIDE) or digits.ndim != 3:
        raise ValueError(
            f"expected digits as uint8 (n, {SIDE}, {SIDE}), got {digits.dtype} {digits.shape}; "
            "digits.from_canvas makes one from a drawing"
        )
    return digits


def ink_of(rgba: np.ndarray) -> np.ndarray:
    """A drawing's ink, uint8 (h, w): luminance x alpha / 255. Raises ValueError for any other shape or dtype."""
    rgba = np.asarray(rgba)
    if rgba.dtype != np.uint8 or rgba.ndim != 3 or rgba.shape[2] != 4 or 0 in rgba.shape:
        raise ValueError(f"expected a drawing as uint8 (h, w, 4), got {rgba.dtype} {rgba.shape}")
    luminance = rgba[..., :3] @ LUMINANCE
    return np.rint(luminance * (rgba[..., 3] / np.float32(255))).astype(np.uint8)


def _start(profile: np.ndarray) -> int:
    """The first of 28 pixels for a row or column profile: centre of mass at 14, as in MNIST, no ink cut off."""
    centre = np.arange(profile.size) @ profile / profile.sum()
    return int(np.clip(round(SIDE / 2 - centre), 0, SIDE - profile.size))
