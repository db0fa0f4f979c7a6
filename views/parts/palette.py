"""A colour for each network and for each recipe, the same in both themes and everywhere on the page.

Each has a contrast of at least 3:1 to the backgrounds of both themes; a test checks it.
"""

from __future__ import annotations

from models import NETWORKS
from views import learning

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
YOURS = "#c2447e"  # of a network that the visitor trained
RECIPE_COLOURS = {"drawn": "#2a7de1", "book": "#b86e00"}
OTHER = "#7d8590"  # of a network that has no colour yet


def colour(key: str) -> str:
    """The colour of the network with this key."""
    return YOURS if key == learning.YOURS else COLOURS.get(key, OTHER)


def style(key: str) -> str:
    """It as a CSS declaration, for an element and what is in it."""
    return f"--network:{colour(key)}"


def by_title() -> dict[str, str]:
    """The colours by the networks' titles, as charts name them."""
    return {network.title: colour(key) for key, network in NETWORKS.items()}
