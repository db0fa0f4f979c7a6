"""The page's sample digits, as strokes on a canvas and as photos."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from digits.samples import DIGITS, arc
from digits.strokes import draw_strokes

__all__ = ["DIGITS", "arc", "photo", "placed"]


def placed(digit: int, size: float = 200, left: float = 40, top: float = 40) -> list[np.ndarray]:
    """A digit's strokes in pixels of the canvas, each float (n, 2)."""
    return [np.array(stroke) * size + (left, top) for stroke in DIGITS[digit]]


def photo(digit: int) -> bytes:
    """A photo of a digit, dark ink on grey paper with a shadow, as a JPEG."""
    ink = np.asarray(Image.fromarray(draw_strokes(placed(digit), 9, 280, 280)[..., 3]).resize((900, 900)), float) / 255
    paper = 215 - np.linspace(0, 70, 900)[None, :] + np.random.default_rng(0).normal(0, 3, (900, 900))
    file = io.BytesIO()
    Image.fromarray(np.clip(paper * (1 - 0.7 * ink), 0, 255).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue()
