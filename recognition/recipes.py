"""The recipes: ways to train every network, each with its folder of weights and its texts on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from language import N_


@dataclass(frozen=True)
class Recipe:
    """A way to train the networks.

    key: its name in commands and folders, such as "drawn".
    label: its name on the page and in links.
    trained_on: what follows "trained on" in a table's heading.
    caption: one sentence, in Markdown.
    full_epochs: of a full training, for networks whose training is cut short because it takes so long, by their keys.
    """

    key: str
    label: str
    trained_on: str
    caption: str
    full_epochs: Mapping[str, int] = field(default_factory=dict)


YOURS = "yours"  # in place of a recipe's key, of a network that a visitor has trained

# The first is the default on the page.
RECIPES: dict[str, Recipe] = {
    recipe.key: recipe
    for recipe in (
        Recipe(
            key="drawn",
            label=N_("Trained on drawings"),
            trained_on=N_("drawings and MNIST"),
            caption=N_("Recipe *drawn*: MNIST and real pen strokes, both in many variations."),
        ),
        Recipe(
            key="book",
            label=N_("on MNIST alone"),
            trained_on=N_("MNIST alone"),
            caption=N_("Recipe *book*: the book's listings, MNIST alone."),
            full_epochs={"resnet": 200, "resnet_v2": 200, "densenet": 200, "ynet": 20},  # as printed
        ),
    )
}


def check_recipe(key: str) -> str:
    """Return the key if it is known; raise ValueError with the known keys if not."""
    if key not in RECIPES:
        raise ValueError(f"unknown recipe {key!r}; known: {', '.join(RECIPES)}")
    return key
