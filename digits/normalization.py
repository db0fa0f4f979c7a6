"""A drawing becomes a digit: 28x28, white ink on black, sized and centred like the digits of MNIST.

Source: Y. LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998, section III.A: each digit fits a
20x20 box, keeps its aspect ratio, is anti-aliased, and has its centre of mass in the centre of 28x28.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

SIDE = 28  # pixels on each side of a digit, as in MNIST
CLASSES = 10  # the digits 0 to 9
BOX = 20  # pixels of the longer side of the ink, as in MNIST
FAINT = 16  # of 255; fainter ink is the soft edge of a stroke and does not count as drawn
MIN_EXTENT = 0.12  # of the canvas's shorter side; smaller ink is a dot (the widest brush leaves 30 of 280 pixels)
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
    small = np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BOX))
    return centred(small) if small.any() else None  # a hairline disappears when it is scaled down


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
    return resized(ink_of(rgba))


def resized(ink: np.ndarray) -> np.ndarray:
    """Resize all of a drawing's ink, uint8 (h, w), to 28x28; see plain_resize."""
    return np.asarray(Image.fromarray(ink).resize((SIDE, SIDE), Image.Resampling.BILINEAR))


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
