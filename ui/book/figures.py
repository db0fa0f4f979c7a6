"""Figures of our own trainings that lessons show, read from the networks' cards and exported files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import recognition
from models import NETWORKS
from recognition.card import ModelCard
from recognition.store import WeightsError, read_card, released, trained_recipes

EDGE = re.compile(r'"([^"]+)" -> "([^"]+)"')  # in the DOT source of a diagram
TEST = "mnist"


def branches() -> list[dict[str, Any]]:
    """Return the accuracy of the CNN, with one branch, and of the Y-network, with two, for each recipe."""
    return [
        {
            "title": NETWORKS[card.network].title,
            "recipe": card.recipe,
            "parameters": card.parameters,
            "accuracy": card.tests[TEST].accuracy,
            "interval": card.tests[TEST].interval,
            "n": card.tests[TEST].n,
        }
        for recipe in trained_recipes()
        for pair in [list(_cards(("cnn", "ynet"), recipe))]
        for card in pair
        if len(pair) == 2
    ]


def epochs() -> dict[str, int]:
    """Return how many epochs the residual networks were trained with the book's recipe."""
    return {card.network: card.training["epochs"] for card in _cards(("resnet", "resnet_v2"), "book")}


@cache
def graphs() -> dict[str, Any]:
    """Return each network's layers with their kinds, output shapes and the layers before them."""
    found = {}
    for key, network in NETWORKS.items():
        try:
            classifier = recognition.load(key, "book" if key in released("book") else "drawn")
        except WeightsError:
            continue
        before: dict[str, list[str]] = {}
        for start, end in EDGE.findall(classifier.architecture.diagram):
            before.setdefault(end, []).append(start)
        layers = [
            {
                "name": name,
                "kind": kind,
                "output": f"(None, {output.replace(' × ', ', ')})",
                "from": before.get(name, []),
            }
            for name, kind, output, _ in classifier.architecture.layers
        ]
        found[key] = {"title": network.title, "parameters": classifier.card.parameters, "layers": layers}
    return found


def _cards(keys: tuple[str, ...], recipe: str) -> Iterator[ModelCard]:
    """The cards that can be read and have been tested."""
    for key in keys:
        try:
            card = read_card(key, recipe)
        except WeightsError:
            continue
        if TEST in card.tests:
            yield card
