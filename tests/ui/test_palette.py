"""Every network has a colour of its own that stands out in both themes."""

from __future__ import annotations

import pytest

from models import NETWORKS
from recognition.recipes import RECIPES
from ui.shared.images import COLOURS, OTHER, RECIPE_COLOURS

BACKGROUNDS = ["#ffffff", "#191815"]  # of the light and the dark theme


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2, 0 to 1."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("colour", [*COLOURS.values(), *RECIPE_COLOURS.values(), OTHER])
def test_a_colour_has_a_contrast_of_three_to_one(colour, background):
    dark, light = sorted([luminance(colour), luminance(background)])
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_every_recipe_has_a_colour_of_its_own():
    assert RECIPE_COLOURS.keys() == RECIPES.keys() and len(set(RECIPE_COLOURS.values())) == len(RECIPES)


def test_no_two_networks_share_a_colour():
    assert COLOURS.keys() == NETWORKS.keys() and len(set(COLOURS.values())) == len(COLOURS)
