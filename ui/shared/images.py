"""Pictures of digits, inputs and activations as data URLs, and the colours of networks and recipes.

The colours are the same in both themes, with a contrast of at least 3:1 to the background of each.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from recognition.recipes import YOURS

POSITIVE, NEGATIVE = np.array([255, 176, 32]), np.array([64, 148, 255])  # amber and blue


def digit(picture: np.ndarray) -> str:
    """A data URL of uint8 (h, w), black to white."""
    return _url(Image.fromarray(picture))


def photo(picture: np.ndarray) -> str:
    """A data URL of uint8 (h, w), compressed as a photo."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def heat(values: np.ndarray, scale: float | None = None) -> str:
    """A data URL of float (h, w): amber above zero, blue below, black at zero.

    scale: the value that is shown brightest; by default usual(values).
    """
    return _url(Image.fromarray(_colours(values, scale)))


def maps(values: np.ndarray, scale: float | None = None, columns: int = 16) -> str:
    """A data URL of feature maps, float (h, w, n), coloured as heat does, side by side with clear gaps."""
    height, width, n = values.shape
    rows = -(-n // columns)
    sheet = np.zeros((rows * (height + 1) - 1, min(n, columns) * (width + 1) - 1, 4), np.uint8)
    coloured = _colours(values, scale)
    for place in range(n):
        top, left = place // columns * (height + 1), place % columns * (width + 1)
        sheet[top : top + height, left : left + width, :3] = coloured[:, :, place]
        sheet[top : top + height, left : left + width, 3] = 255
    return _url(Image.fromarray(sheet))


def framed(picture: np.ndarray, row: int, column: int, side: int) -> str:
    """A data URL of a digit, uint8 (h, w), with a window of side by side pixels tinted."""
    colours = np.repeat(picture[..., None], 3, axis=2).astype(np.float32)
    window = colours[row : row + side, column : column + side]
    window[:] = window * 0.6 + POSITIVE * 0.4
    return _url(Image.fromarray(np.rint(colours).astype(np.uint8)))


def usual(values: np.ndarray) -> float:
    """A magnitude that one value in 200 exceeds, so that a few large ones do not leave the others dark."""
    return float(np.quantile(np.abs(values), 0.995))


def _colours(values: np.ndarray, scale: float | None) -> np.ndarray:
    """uint8 (..., 3) of float (...)."""
    share = np.clip(values / max(scale or usual(values), 1e-9), -1, 1)[..., None]
    return np.rint(np.where(share > 0, share * POSITIVE, -share * NEGATIVE)).astype(np.uint8)


def _url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)  # takes a third of the time, for a few bytes more
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


COLOURS = {
    "mlp": "#3b82c4",
    "cnn": "#d9631e",
    "rnn": "#2e9b57",
    "resnet": "#b05cc6",
    "lstm": "#c4475a",
    "gru": "#8a7a12",
    "bilstm": "#1f98a5",
    "resnet_v2": "#7a76d8",
    "densenet": "#a0673c",
    "ynet": "#7d8590",
}
YOURS_COLOUR = "#c2447e"  # of a network that the visitor trained
RECIPE_COLOURS = {"drawn": "#2a7de1", "book": "#b86e00"}
OTHER = "#7d8590"  # of a network that has no colour yet


def colour(key: str) -> str:
    """The colour of the network with this key."""
    return YOURS_COLOUR if key == YOURS else COLOURS.get(key, OTHER)


def style(key: str) -> str:
    """Its colour as a CSS declaration, for an element and its content."""
    return f"--network:{colour(key)}"
