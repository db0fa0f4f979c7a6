"""The card of a file of weights: its network, training, scores and hash.

MERGED: Whether a card that was read holds everything that the pages show of it; a card may have been edited, or cut
off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from recognition.exported_model import ExportedModel
from recognition.recipes import RECIPES

Z95 = 1.959964  # standard normal quantile of a two-sided 95 % interval

TESTS = {
    "mnist": "MNIST test digits",
    "drawn": "drawn digits",
    "drawn_resized": "drawn digits, plain resize",
}


@dataclass(frozen=True)
class Score:
    """The number of correct predictions for n test digits, and optional details.

    confusion: [true digit][predicted digit], counts.
    reliability: for bins of confidence of equal width from 0 to 1: the number of digits, the sum of their confidences,
    and the number of correct predictions.
    area: under the ROC curve, 0 to 1, for the outlier detector.
    """

    n: int
    correct: int
    confusion: list[list[int]] = field(default_factory=list)
    reliability: list[list[float]] = field(default_factory=list)
    area: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.correct <= self.n or self.n == 0:
            raise ValueError(f"expected 0 to n correct digits of n > 0, got {self.correct} of {self.n}")

    @property
    def accuracy(self) -> float:
        """Fraction of correct predictions, 0 to 1."""
        return self.correct / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the accuracy (E. B. Wilson, 1927), fractions from 0 to 1."""
        z2 = Z95**2 / self.n
        centre = (self.accuracy + z2 / 2) / (1 + z2)
        half = Z95 / (1 + z2) * math.sqrt(self.accuracy * (1 - self.accuracy) / self.n + z2 / (4 * self.n))
        return centre - half, centre + half

    @property
    def calibration_error(self) -> float | None:
        """Expected calibration error (C. Guo et al., 2017), 0 to 1: the mean gap between confidence and accuracy."""
        return (
            sum(abs(confidence - correct) for _, confidence, correct in self.reliability) / self.n
            if self.reliability
            else None
        )

    def to_json(self) -> dict:
        """Plain data; accuracy and interval are included for people who read the file."""
        derived = {"accuracy": self.accuracy, "interval": self.interval, "calibration_error": self.calibration_error}
        return {"n": self.n, "correct": self.correct} | derived | asdict(self)

    @classmethod
    def from_json(cls, data: Mapping) -> Score:
        """The inverse of to_json; raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            n=int(data["n"]),
            correct=int(data["correct"]),
            confusion=list(data["confusion"]),
            reliability=list(data["reliability"]),
            area=None if data.get("area") is None else float(data["area"]),
        )

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.accuracy:.2f} % (95 % interval {100 * low:.2f} to {100 * high:.2f}, n = {self.n:,})"


@dataclass(frozen=True)
class ModelCard:
    """What the page shows about a file of weights.

    network, recipe: the keys of both.
    parameters: number of trainable and fixed values in the model.
    sha256: of the weights file; size: its bytes.
    temperature: divides the logits before the softmax that Classifier.predict returns.
    training: the hyperparameters (training.engine.hyperparameters), seed, digits, seconds_per_epoch, versions.
    history: one row for each epoch: epoch (from 1), loss, accuracy, val_loss, val_accuracy, seconds.
    tests: scores by name, see TESTS; measured by training.evaluate.
    serving: the LiteRT file with these weights; None before training.export has written it.
    """

    network: str
    recipe: str
    parameters: int
    sha256: str
    size: int
    temperature: float
    training: dict
    history: list[dict]
    tests: dict[str, Score] = field(default_factory=dict)
    serving: ExportedModel | None = None

    def __post_init__(self) -> None:
        if len(self.sha256) != 64 or not self.parameters > 0 or not 0 < self.temperature < math.inf:
            raise ValueError("sha256, parameters or temperature out of range")

    @property
    def full_epochs(self) -> int | None:
        """The epochs of a full training, where this one was cut short to save computing time; None where it was not."""
        recipe = RECIPES.get(self.recipe)
        full = recipe.full_epochs.get(self.network) if recipe else None
        return full if full and self.training["epochs"] < full else None

    def to_json(self) -> dict:
        """Plain data for json.dump."""
        return asdict(self) | {"tests": {name: score.to_json() for name, score in self.tests.items()}}

    @classmethod
    def from_json(cls, data: Mapping) -> ModelCard:
        """The inverse of to_json; raises KeyError, TypeError or ValueError for anything else."""
        if not isinstance(data, Mapping):
            raise TypeError(f"expected a JSON object, got {type(data).__name__}")
        return cls(
            network=str(data["network"]),
            recipe=str(data["recipe"]),
            parameters=int(data["parameters"]),
            sha256=str(data["sha256"]),
            size=int(data["size"]),
            temperature=float(data["temperature"]),
            training=dict(data["training"]),
            history=[dict(row) for row in data["history"]],
            tests={str(name): Score.from_json(score) for name, score in dict(data["tests"]).items()},
            serving=None if data.get("serving") is None else ExportedModel.from_json(data["serving"]),
        )


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


def check(card: ModelCard) -> None:
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
