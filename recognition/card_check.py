"""Whether a card that was read holds everything that the pages show of it; a card may have been edited, or cut off."""

from __future__ import annotations

import math
from typing import Any

from recognition.card import Card, Score

TRAINING: dict[str, type | tuple[type, ...]] = {  # what must be there, and of which kind; there may be more
    "optimizer": str,
    "epochs": int,
    "batch_size": int,
    "seed": int,
    "date": str,
    "seconds_per_epoch": (int, float),
    "digits": dict,
    "versions": dict,
}
NUMBERS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")  # of each epoch
TEXT_COLUMNS = ("layers", "regularizer", "optimizer", "activation")  # of the book's tables trained again
NUMBER_COLUMNS = ("parameters", "book_train", "train", "book_test", "test", "seconds")
CLASSES = 10  # rows of a confusion matrix


def check(card: Card) -> None:
    """Raises ValueError, with what was expected and what came, if a part of a card is missing or impossible."""
    for name, kind in TRAINING.items():
        _expect(isinstance(card.training.get(name), kind), f"training.{name}", card.training.get(name))
    for name in ("train", "validation"):
        _expect(_is_number(card.training["digits"].get(name)), f"training.digits.{name}", card.training["digits"])
    for name in ("python", "keras", "backend"):
        _expect(isinstance(card.training["versions"].get(name), str), f"training.versions.{name}", "nothing")
    dropout = card.training.get("dropout")
    _expect(dropout is None or _is_number(dropout), "training.dropout as a number", dropout)
    _expect(len(card.history) > 0, "history with a row for each epoch", "none")
    for row in card.history:
        _expect(all(_is_number(row.get(name)) for name in NUMBERS), f"history rows with {', '.join(NUMBERS)}", row)
        _expect(0 <= row["accuracy"] <= 1 and 0 <= row["val_accuracy"] <= 1, "accuracies from 0 to 1", row)
    for name, score in card.tests.items():
        _check_score(name, score)


def check_tables(tables: object) -> None:
    """The same for the book's tables trained again: rows by each table's name."""
    _expect(isinstance(tables, dict) and len(tables) > 0, "tables by their names", tables)
    assert isinstance(tables, dict)
    for name, rows in tables.items():
        _expect(isinstance(rows, list) and len(rows) > 0, f"rows in table {name}", rows)
        for row in rows:
            texts = isinstance(row, dict) and all(isinstance(row.get(column), str) for column in TEXT_COLUMNS)
            numbers = isinstance(row, dict) and all(_is_number(row.get(column)) for column in NUMBER_COLUMNS)
            _expect(texts and numbers, f"{', '.join(TEXT_COLUMNS + NUMBER_COLUMNS)} in each row of table {name}", row)


def _check_score(name: str, score: Score) -> None:
    matrix = score.confusion
    if matrix:
        square = len(matrix) == CLASSES and all(isinstance(row, list) and len(row) == CLASSES for row in matrix)
        _expect(square, f"tests.{name}.confusion of {CLASSES} rows of {CLASSES}", f"{len(matrix)} rows")
        whole = all(isinstance(n, int) and n >= 0 for row in matrix for n in row)
        _expect(whole, f"tests.{name}.confusion of whole numbers", matrix[0])
        _expect(sum(map(sum, matrix)) == score.n, f"tests.{name}.confusion of {score.n} digits", sum(map(sum, matrix)))
    rows = score.reliability
    if rows:
        triples = all(isinstance(row, list) and len(row) == 3 and all(map(_is_number, row)) for row in rows)
        _expect(triples, f"tests.{name}.reliability of three numbers for each bin", rows[0])
        _expect(sum(row[0] for row in rows) == score.n, f"tests.{name}.reliability of {score.n} digits", rows[0])
    area = score.area
    _expect(area is None or 0 <= area <= 1, f"tests.{name}.area from 0 to 1", area)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _expect(met: bool, expected: str, came: object) -> None:
    if not met:
        raise ValueError(f"expected {expected}, got {str(came)[:80]}")
