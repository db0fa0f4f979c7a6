"""Pictures of digits as data URLs, and the colours of networks and recipes.

The colours are the same in both themes, with a contrast of at least 3:1 to the background of each.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from recognition.recipes import YOURS

SHOWN_SIDE = 640  # pixels of a photo's longer side


def digit(picture: np.ndarray) -> str:
    """A data URL of uint8 (h, w), black to white."""
    return _url(Image.fromarray(picture))


def photo(picture: np.ndarray) -> str:
    """A data URL of uint8 (h, w), compressed as a photo of no more pixels than are shown."""
    file = io.BytesIO()
    image = Image.fromarray(picture)
    image.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    image.save(file, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


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
