"""A drawing becomes a digit: 28x28, white ink on black, sized and centred the way MNIST's digits are.

Source: Y. LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998, section III.A: each digit fits a
20x20 box, keeps its aspect ratio, is anti-aliased, and has its centre of mass in the centre of 28x28.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

SIDE = 28  # pixels on each side of a digit, as in MNIST
CLASSES = 10  # the digits 0 to 9
BOX = 20  # pixels of the longer side of the ink, as in MNIST
FAINT = 16  # ink below this level (of 255) is the haze around a stroke and does not count as drawn
SMALLEST = (
    0.12  # of the canvas's shorter side; ink that extends less is a dot (the widest brush leaves 30 of 280 pixels)
)
LARGEST_PNG = 4096 * 4096  # pixels; more are refused before they are decoded
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue; ITU-R BT.601


def from_canvas(rgba: np.ndarray) -> np.ndarray | None:
    """Makes a digit of a drawing, MNIST's way: where on the canvas it stands and how large it is changes nothing.

    rgba: uint8 (h, w, 4), bright ink on opaque black or on transparency; ink = luminance x alpha / 255.
    Returns uint8 (28, 28), white ink (255) on black (0), or None when nothing, or no more than a dot, is drawn.
    Raises ValueError for any other shape or dtype.
    """
    ink = _ink(rgba)
    rows, columns = (np.flatnonzero((ink >= FAINT).any(axis)) for axis in (1, 0))
    if not rows.size:
        return None
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(ink.shape) < SMALLEST * min(rgba.shape[:2]):
        return None
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(scale * extent)) for extent in ink.shape)
    small = np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BOX))
    if not small.any():  # a hairline, too faint to survive
        return None
    digit = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (_start(small.sum(axis, dtype=np.int64)) for axis in (1, 0))
    digit[top : top + height, left : left + width] = small
    return digit


def plain_resize(rgba: np.ndarray) -> np.ndarray:
    """The whole canvas resized to 28x28, as most demos do it; kept to compare with from_canvas.

    rgba: uint8 (h, w, 4). Returns uint8 (28, 28), white ink on black. Raises ValueError for any other shape or dtype.
    """
    return np.asarray(Image.fromarray(_ink(rgba)).resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def decode_canvas_png(data: bytes) -> np.ndarray:
    """Decodes the picture that a canvas sends, which is whatever the visitor's browser says it is.

    data: a PNG file. Returns uint8 (h, w, 4). Raises ValueError if it is none, is damaged, or has too many pixels.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.width * image.height > LARGEST_PNG:
                raise ValueError(f"{image.width} x {image.height} pixels, more than {LARGEST_PNG}")
            if image.mode.startswith("I"):
                raise ValueError("16 bits for each colour, expected 8")
            return np.asarray(image.convert("RGBA"))
    except Exception as error:  # Pillow lets many kinds through for damaged files
        raise ValueError(f"expected the drawing as a PNG picture: {error}") from error


def check_digits(digits: np.ndarray) -> np.ndarray:
    """Returns digits as they came if they are uint8 (n, 28, 28); raises ValueError if not."""
    digits = np.asarray(digits)
    if digits.dtype != np.uint8 or digits.shape[1:] != (SIDE, SIDE) or digits.ndim != 3:
        raise ValueError(
            f"expected digits as uint8 (n, {SIDE}, {SIDE}), got {digits.dtype} {digits.shape}; "
            "digits.from_canvas makes one from a drawing"
        )
    return digits


def _ink(rgba: np.ndarray) -> np.ndarray:
    """Luminance x alpha / 255, uint8 (h, w)."""
    rgba = np.asarray(rgba)
    if rgba.dtype != np.uint8 or rgba.ndim != 3 or rgba.shape[2] != 4 or 0 in rgba.shape:
        raise ValueError(f"expected a drawing as uint8 (h, w, 4), got {rgba.dtype} {rgba.shape}")
    luminance = rgba[..., :3] @ LUMINANCE
    return np.rint(luminance * (rgba[..., 3] / np.float32(255))).astype(np.uint8)


def _start(profile: np.ndarray) -> int:
    """Where a row or column profile of ink starts in 28 pixels: centre of mass at pixel 14, as in MNIST, no ink cut."""
    centre = np.arange(profile.size) @ profile / profile.sum()
    return int(np.clip(round(SIDE / 2 - centre), 0, SIDE - profile.size))
