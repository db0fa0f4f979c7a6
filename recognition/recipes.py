"""The recipes by which each network is trained: a folder of weights each, with the words the page has for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """One way to train the networks.

    key: its name in links, commands and folders, such as "drawn".
    label: on the button that chooses it, and in links.
    trained_on: what follows "trained on" in a table's heading.
    caption: one sentence, in Markdown.
    """

    key: str
    label: str
    trained_on: str
    caption: str


# The page begins with the first.
RECIPES: dict[str, Recipe] = {
    recipe.key: recipe
    for recipe in (
        Recipe(
            key="drawn",
            label="Trained on drawings",
            trained_on="drawings and MNIST",
            caption="Recipe *drawn*: MNIST and real pen strokes, both in many variations.",
        ),
        Recipe(
            key="book",
            label="on MNIST alone",
            trained_on="MNIST alone",
            caption="Recipe *book*: the book's listings, MNIST alone.",
        ),
    )
}


def check_recipe(key: str) -> str:
    """Returns the key if there is such a recipe; raises ValueError naming the known ones if not."""
    if key not in RECIPES:
        raise ValueError(f"unknown recipe {key!r}; known: {', '.join(RECIPES)}")
    return key
