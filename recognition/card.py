"""The card of a file of weights: its network, training, scores and hash, as JSON beside the file."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field

from language import N_
from recognition.exported_model import ExportedModel
from recognition.recipes import RECIPES

Z95 = 1.959964  # standard normal quantile of a two-sided 95 % interval

TRAINING = {"optimizer", "epochs", "batch_size", "seed", "date", "seconds_per_epoch", "digits", "versions"}  # at least
TESTS = {
    "mnist": N_("MNIST test digits"),
    "drawn": N_("drawn digits"),
    "drawn_resized": N_("drawn digits, plain resize"),
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
    def from_json(cls, data: dict) -> Score:
        """The inverse of to_json; raises KeyError, TypeError or ValueError for anything else."""
        return cls(data["n"], data["correct"], data["confusion"], data["reliability"], data.get("area"))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.accuracy:.2f} % (95 % interval {100 * low:.2f} to {100 * high:.2f}, n = {self.n:,})"


@dataclass(frozen=True)
class ModelCard:
    """A file of weights, described.

    network, recipe: the keys of both.
    parameters: number of trainable and fixed values in the model.
    sha256: of the weights file; size: its bytes.
    temperature: divides the logits before the softmax that Classifier.predict returns; fitted on digits that the
    network, or its twin, was not trained on.
    training: the hyperparameters (training.engine.hyperparameters), seed, digits, seconds_per_epoch, versions, and the
    share of the last round's weights in an interpolation with those before.
    history: one row for each epoch: epoch (from 1), loss, accuracy, seconds, and, if there were digits to validate on,
    val_loss, val_accuracy.
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
    def from_json(cls, data: dict) -> ModelCard:
        """The inverse of to_json; raises KeyError, TypeError, ValueError or AttributeError for anything else."""
        if not data["history"] or not data["training"].keys() >= TRAINING:
            raise ValueError(f"expected history, and in training {', '.join(sorted(TRAINING))}")
        tests = {name: Score.from_json(score) for name, score in data["tests"].items()}
        exported = data.get("serving")
        return cls(**data | {"tests": tests, "serving": exported and ExportedModel.from_json(exported)})
