"""Small pictures of digits and of what each network gets, as images a page can hold."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image


def digit(picture: np.ndarray) -> str:
    """A data URL of uint8 (h, w), black to white."""
    return _url(Image.fromarray(picture))


def network_input(inputs: np.ndarray) -> str:
    """A data URL that shows one network's input in its own shape.

    inputs: float32 from 0 to 1: (784,) becomes a strip, (28, 28, 1) a picture, (28, 28) rows with gaps between them.
    """
    pixels = np.rint(inputs * 255).astype(np.uint8)
    if pixels.ndim == 1:
        return _url(Image.fromarray(pixels[None]))
    if pixels.ndim == 3:
        return _url(Image.fromarray(pixels[..., 0]))
    rows = np.zeros((2 * len(pixels) - 1, pixels.shape[1], 2), np.uint8)  # grey and alpha
    rows[::2, :, 0], rows[::2, :, 1] = pixels, 255
    return _url(Image.fromarray(rows, "LA"))


def _url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
