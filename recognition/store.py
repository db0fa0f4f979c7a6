"""Weights and their cards on disk: their paths, writing them atomically, and checking them before use.

weights/RECIPE/KEY.weights.h5 has the weights for Keras, KEY.tflite the same network for LiteRT, and KEY.json the card
with the SHA-256 of both and everything the page shows about them. HDF5 readers have had code-execution
vulnerabilities, so a file is parsed only if its hash is the one on its card.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from models import DEFAULT_NETWORKS, NETWORKS
from recognition.card import ModelCard
from recognition.recipes import RECIPES, check_recipe

log = logging.getLogger(__name__)

WEIGHTS = Path(os.environ.get("DIGIT_WEIGHTS") or Path(__file__).resolve().parent.parent / "weights").resolve()
TABLES = WEIGHTS / "tables.json"  # the book's tables trained again, written by training.tables
ROBUSTNESS = WEIGHTS / "robustness.json"  # accuracy under corruptions, written by training.robustness

_CELL = r'(?:"[^"\\]*"|[-+.\w]+)'
ROW = re.compile(rf"\[\s*{_CELL}(?:,\s*{_CELL})*\s*\]")  # a list of numbers or words in JSON, written on one line


class WeightsError(Exception):
    """A weights file or a card is missing, damaged, or does not match; the message names the file and the remedy."""


def weights_path(key: str, recipe: str) -> Path:
    """The weights file of a network trained by a recipe; raises ValueError for an unknown recipe."""
    return WEIGHTS / check_recipe(recipe) / f"{key}.weights.h5"


def serving_path(key: str, recipe: str) -> Path:
    """The LiteRT file that serves a network trained by a recipe; raises ValueError for an unknown recipe."""
    return WEIGHTS / check_recipe(recipe) / f"{key}.tflite"


def card_path(key: str, recipe: str) -> Path:
    """The card beside the weights file; raises ValueError for an unknown recipe."""
    return WEIGHTS / check_recipe(recipe) / f"{key}.json"


def trained_recipes() -> list[str]:
    """The recipes that have at least one card, in the order of RECIPES."""
    return [recipe for recipe in RECIPES if _cards(recipe)]


def default_recipe() -> str:
    """The recipe whose networks answer where nothing else is chosen: the first trained one, else the first there is."""
    return next(iter(trained_recipes() or RECIPES))


def released(recipe: str) -> list[str]:
    """The keys of the networks that should have weights, in display order: the first four, and those with a card."""
    cards = _cards(recipe)
    return [key for key in NETWORKS if key in DEFAULT_NETWORKS or key in cards]


def _cards(recipe: str) -> set[str]:
    """The keys that have a card; listing the folder takes 20 microseconds."""
    try:
        names = os.listdir(WEIGHTS / check_recipe(recipe))
    except OSError:
        return set()
    return {name.removesuffix(".json") for name in names if name.endswith(".json")}


def verified(key: str, recipe: str) -> tuple[Path, ModelCard]:
    """The weights file and its card, after checking the file's SHA-256 against the card.

    Raises WeightsError if either file is missing, the card cannot be read, or the weights are not those of the card.
    """
    card = read_card(key, recipe)
    path = weights_path(key, recipe)
    _read(path, card.sha256, key, recipe)
    return path, card


def verified_serving_file(key: str, recipe: str) -> tuple[bytes, ModelCard]:
    """The content of the LiteRT file and its card, after checking its SHA-256 against the card.

    Raises WeightsError if either file is missing, the card cannot be read, or the file is not the one of the card.
    """
    card = read_card(key, recipe)
    path = serving_path(key, recipe)
    if card.serving is None:
        raise WeightsError(_remedy(path, key, recipe, "is not described by its card"))
    return _read(path, card.serving.sha256, key, recipe), card


def misfit(file: str, key: str, recipe: str, reason: str) -> WeightsError:
    """The error for a file that matches its card but not the network.

    reason: from Keras or LiteRT, with paths and internals; for the log, not for visitors.
    """
    log.warning("weights/%s/%s does not fit the network in models/%s.py: %s", recipe, file, key, reason)
    return WeightsError(
        f"weights/{recipe}/{file} does not fit the network in models/{key}.py; "
        f"train it again with: {training_command(key, recipe)}"
    )


def _read(path: Path, sha256: str, key: str, recipe: str) -> bytes:
    """The content of a file with this SHA-256; raises WeightsError otherwise."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(_remedy(path, key, recipe, f"cannot be read ({_reason(error)})")) from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        problem = f"is not the file its card describes (SHA-256 {actual[:8]}…, expected {sha256[:8]}…)"
        raise WeightsError(_remedy(path, key, recipe, problem))
    return content


def read_card(key: str, recipe: str) -> ModelCard:
    """The card of a network trained by a recipe; raises WeightsError if it is missing or not a card of that network."""
    path = card_path(key, recipe)
    try:
        state = path.stat()
        card = _card(path, state.st_mtime_ns, state.st_ino, state.st_size)
    except OSError as error:
        raise WeightsError(_remedy(path, key, recipe, f"cannot be read ({_reason(error)})")) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WeightsError(_remedy(path, key, recipe, f"is not a card ({type(error).__name__}: {error})")) from error
    if (card.network, card.recipe) != (key, recipe):
        raise WeightsError(_remedy(path, key, recipe, f"is the card of {card.recipe}/{card.network}"))
    return card


@lru_cache(maxsize=64)
def _card(path: Path, *_changed: int) -> ModelCard:
    """The card in a file, read again when the file has changed; Evidence asks for all cards in each run."""
    return ModelCard.from_json(json.loads(path.read_text(encoding="utf-8")))


def write_card(card: ModelCard, path: Path | None = None) -> None:
    """Write the card atomically, beside the weights or to a path: a reader never gets a partial file."""
    text = json.dumps(card.to_json(), indent=1, ensure_ascii=False) + "\n"
    text = ROW.sub(lambda row: " ".join(row.group().split()), text)
    path = path or card_path(card.network, card.recipe)
    write_atomically(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let write() fill a temporary file and move it to path atomically; a failure leaves path unchanged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suffixes = "".join(path.suffixes[-2:])  # Keras requires the suffix .weights.h5
    partial = path.with_name(f".{path.name.removesuffix(suffixes)}.{os.getpid()}.partial{suffixes}")
    try:
        write(partial)
        with partial.open("r+b") as file:  # Windows flushes only what is open for writing
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
    again = f"or train it again with: {training_command(key, recipe)}"
    if path.suffix == ".tflite":
        again = f"write it again from the weights with: python -m training.export, {again}"
    return f"weights/{recipe}/{path.name} {problem}. Restore it with: git checkout weights/{recipe}, {again}"


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
