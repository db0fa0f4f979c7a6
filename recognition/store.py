"""Trained weights and their cards on disk: where they lie, how they are written, and how they are checked before use.

weights/RECIPE/KEY.weights.h5 holds the weights, weights/RECIPE/KEY.json the card with their SHA-256 and every number
the page shows about them. HDF5 readers have had code-execution holes; a file that is not its card's is not parsed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from models import FIRST, NETWORKS
from recognition.card import Card
from recognition.recipes import RECIPES, check_recipe

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
TABLES = WEIGHTS / "tables.json"  # the book's tables trained again, written by training.tables
MNIST_COUNTS = WEIGHTS / "mnist.json"  # how many digits of each class MNIST has, written by training.mnist
MNIST_SAMPLE = WEIGHTS / "mnist_sample.png"  # 25 of its digits, by the same command; not under version control


class WeightsError(Exception):
    """A weights file or a card is missing, damaged, or does not match; the message names the file and the remedy."""


def weights_path(key: str, recipe: str) -> Path:
    """The weights file of a network trained by a recipe; raises ValueError for an unknown recipe."""
    return WEIGHTS / check_recipe(recipe) / f"{key}.weights.h5"


def card_path(key: str, recipe: str) -> Path:
    """The card beside the weights file; raises ValueError for an unknown recipe."""
    return WEIGHTS / check_recipe(recipe) / f"{key}.json"


def trained_recipes() -> list[str]:
    """The recipes that have at least one card, in the order of RECIPES."""
    return [recipe for recipe in RECIPES if any((WEIGHTS / recipe).glob("*.json"))]


def released(recipe: str) -> list[str]:
    """The keys of the networks to expect weights of, in display order: the first four, and those that have a card."""
    return [key for key in NETWORKS if key in FIRST or card_path(key, recipe).exists()]


def verified(key: str, recipe: str) -> tuple[Path, Card]:
    """The weights file and its card, once the file's SHA-256 is the one on the card.

    Raises WeightsError if either file is missing, the card cannot be read, or the weights are not those of the card.
    """
    card = read_card(key, recipe)
    path = weights_path(key, recipe)
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(_remedy(path, key, recipe, f"cannot be read ({_reason(error)})")) from error
    if found != card.sha256:
        raise WeightsError(
            _remedy(
                path,
                key,
                recipe,
                f"is not the file its card describes (SHA-256 {found[:8]}…, expected {card.sha256[:8]}…)",
            )
        )
    return path, card


def read_card(key: str, recipe: str) -> Card:
    """The card of a network trained by a recipe; raises WeightsError if it is missing or not a card of that network."""
    path = card_path(key, recipe)
    try:
        card = Card.from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise WeightsError(_remedy(path, key, recipe, f"cannot be read ({_reason(error)})")) from error
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise WeightsError(_remedy(path, key, recipe, f"is not a card ({type(error).__name__}: {error})")) from error
    if (card.network, card.recipe) != (key, recipe):
        raise WeightsError(_remedy(path, key, recipe, f"is the card of {card.recipe}/{card.network}"))
    return card


def write_card(card: Card) -> None:
    """Writes the card in one step: a reader finds the old one or the new one, never half of it."""
    text = json.dumps(card.to_json(), indent=1, ensure_ascii=False) + "\n"
    text = re.sub(
        r"\[[^][{}]*\]", lambda numbers: " ".join(numbers.group().split()), text
    )  # a row of a matrix on one line
    write_atomically(card_path(card.network, card.recipe), lambda path: path.write_text(text, encoding="utf-8"))


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Lets write() fill a file beside path, then moves it there in one step; on failure path stays as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suffixes = "".join(path.suffixes[-2:])  # Keras insists on the ending .weights.h5
    partial = path.with_name(f".{path.name.removesuffix(suffixes)}.{os.getpid()}.partial{suffixes}")
    try:
        write(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def training_command(key: str, recipe: str) -> str:
    """The command that trains these weights."""
    return (
        "python -m training.outlier_detector"
        if key == "outlier"
        else f"python -m training.train {key} --recipe {recipe}"
    )


def _remedy(path: Path, key: str, recipe: str, problem: str) -> str:
    return (
        f"weights/{recipe}/{path.name} {problem}. "
        f"Restore it with: git checkout weights/{recipe}, or train it again with: {training_command(key, recipe)}"
    )


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
