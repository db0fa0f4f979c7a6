"""Trains the outlier detector (recognition.outlier), or evaluates it.

    python -m training.outlier_detector             train, then validate on held-out writers and signs
    python -m training.outlier_detector --more 4    go on from the weights in place, at a quarter of the highest rate
    python -m training.outlier_detector --measure   evaluate on the test digits, and write the card

As with training.train, a new detector is put in place only where it is better on validation drawings, or with --force,
and an interrupted training resumes when the same command is given again.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from digits.labelled import Digits, join
from recognition import outlier
from recognition.card import ModelCard, Score
from recognition.classifier import Classifier
from recognition.outlier import DETECTOR, detector
from recognition.store import write_card
from training import evaluate
from training.augment.warp import augment_image
from training.data import pen_digits
from training.data.characters import REAL, characters
from training.data.dataset import Pictures, limit
from training.data.mnist import mnist
from training.data.unipen import PenDrawing
from training.engine.command import positive, run_command
from training.engine.hyperparameters import Hyperparameters
from training.evaluation.calibration import held_out_sets
from training.pool import augmented
from training.pool.outliers import OUTLIER, SHARES, outliers
from training.train import continued, promote, training

SETTINGS = Hyperparameters(
    "adamw",
    epochs=14,
    learning_rate=2e-3,
    weight_decay=1e-2,
    cosine=True,
    dropout=0.1,
    augmented=True,
    ema_momentum=0.999,
)
DIGITS_PER_EPOCH = 48_000
OUTLIERS_PER_EPOCH = 48_000
EVALUATED = 1_000  # drawings of each kind of outlier, at most
ACCEPTED = 0.99  # of real digits
PICTURED = "pictured_letter"  # held-out handwritten letters, varied as pictures, as MNIST's digits are
SEED = 3


@dataclass(frozen=True)
class DetectorData:
    """Digits and outliers for training and validation; an epoch contains some of both.

    outliers: drawings, uint8 (n, 28, 28) each.
    """

    digits: augmented.AugmentedDataset
    outliers: list[np.ndarray]
    validation: Digits

    @cached_property
    def pictures(self) -> Pictures:
        """All of the digits, then the outliers."""
        return Pictures([*self.digits.pictures.parts, *self.outliers])

    @cached_property
    def labels(self) -> np.ndarray:
        others = np.full(len(self.pictures) - len(self.digits.pictures), OUTLIER, np.uint8)
        return np.concatenate([self.digits.labels, others])

    @cached_property
    def origins(self) -> np.ndarray:
        """Each outlier is an original of its own."""
        others = np.arange(len(self.pictures) - len(self.digits.pictures)) + self.digits.origins.max() + 1
        return np.concatenate([self.digits.origins, others])

    def choose(self, epoch: int, random: np.random.Generator) -> np.ndarray:
        """The drawings of one epoch, int (n,), as places in pictures."""
        digits = self.digits.choose(epoch, random)
        digits = random.choice(digits, min(DIGITS_PER_EPOCH, len(digits)), replace=False)
        count = min(OUTLIERS_PER_EPOCH, len(self.pictures))
        others = random.integers(len(self.digits.pictures), len(self.pictures), count)
        return np.concatenate([digits, others])


def load() -> DetectorData:
    """All drawings, after making those that are missing; raises DataError if MNIST or pen strokes are missing."""
    digits = augmented.load()
    outliers = augmented.prepared(("outlier",))["outlier"]
    return DetectorData(digits, outliers, join([digits.validation, *held_out_outliers().values()]))


def held_out_outliers(count: int = EVALUATED) -> dict[str, Digits]:
    """For each kind, drawings by held-out writers and of held-out signs; real characters are as they were written.

    One kind more than outliers() has: letters that look like MNIST's pictures, PICTURED.
    """
    count = min(count, limit() or count)
    random = np.random.default_rng(SEED)
    drawings = outliers(count * 2 * len(SHARES), pen_digits.writers(held_out=True), held_out=True, random=random)
    kinds = {kind: [drawing for drawing in drawings if drawing.writer == kind][:count] for kind in SHARES}
    for kind in REAL:
        real = characters(kind, held_out=True)
        chosen = random.permutation(len(real))[:count]
        kinds[kind] = [PenDrawing("", real[place].strokes, kind) for place in chosen]
    drawn = {kind: pen_digits.drawn(chosen, SEED) for kind, chosen in kinds.items()}
    letters = drawn["written_letter"]
    pictured = Digits(np.stack([augment_image(letter, random) for letter in letters.digits]), letters.labels)
    return drawn | {PICTURED: pictured}


def measure(sets: dict[str, Digits], against: str) -> dict[str, Score]:
    """Scores each set of drawings: digits should be accepted, outliers flagged.

    against: the set of digits for the area under the ROC curve of each kind of outlier.
    """
    from recognition.outlier import score

    scores = {name: score(drawings.digits) for name, drawings in sets.items()}
    results = {}
    for name, drawings in sets.items():
        is_outlier = drawings.labels == OUTLIER
        correct = int((is_outlier == (scores[name] >= outlier.THRESHOLD)).sum())
        auc = area(scores[against], scores[name]) if is_outlier.all() else None
        results[name] = Score(len(is_outlier), correct, area=auc)
    return results


def threshold(classifier: Classifier, digits: list[Digits]) -> float:
    """The lowest score such that in each of some sets of digits the share ACCEPTED scores less."""
    scores = (classifier.raw(each.digits)[:, OUTLIER] for each in digits)
    return round(max(float(np.quantile(score, ACCEPTED)) for score in scores), 3)


def area(low: np.ndarray, high: np.ndarray) -> float:
    """Area under the ROC curve: how often a value of high exceeds a value of low, float (n,) each; ties count half."""
    ranks = np.sort(low)
    below = np.searchsorted(ranks, high, "left") + np.searchsorted(ranks, high, "right")
    return float(below.mean() / (2 * len(low)))


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.outlier_detector", description=__doc__.split("\n")[0])
    parser.add_argument("--more", type=positive, metavar="N", help="go on from the weights in place, for N epochs")
    parser.add_argument("--epochs", type=positive, metavar="N", help=f"instead of {SETTINGS.epochs}")
    parser.add_argument("--measure", action="store_true", help="evaluate on the test digits and write the card")
    parser.add_argument("--force", action="store_true", help="put the detector in place even if it is worse")
    options = parser.parse_args(arguments)
    if options.measure:
        card = measured()
        write_card(card)
        report(card.tests)
        return 0
    settings = replace(SETTINGS, epochs=options.epochs or SETTINGS.epochs)
    if options.more:
        settings = continued(SETTINGS, detector().card, options.more, (SETTINGS.learning_rate or 0) / 4)
    data, digits = load(), held_out_sets()
    with training(DETECTOR, "drawn", settings, data) as candidate:
        found = {"threshold": threshold(candidate.load(), digits)}
        write_card(replace(candidate.card, training=candidate.card.training | found), candidate.path("json"))
        print(promote(candidate, validation_sets(data), options.force, calibrate=False), flush=True)
    detector.cache_clear()
    report(measure(dict(zip(("mnist", "drawn"), digits, strict=True)) | held_out_outliers(), "drawn"))
    print(f"{100 * ACCEPTED:.0f} % of the digits of both sets score less than {outlier.THRESHOLD}, the threshold")
    return 0


def validation_sets(data: DetectorData) -> list[Digits]:
    """The validation drawings by which detectors are compared: the digits, and the outliers."""
    is_outlier = data.validation.labels == OUTLIER
    return [data.validation[~is_outlier], data.validation[is_outlier]]


def measured() -> ModelCard:
    """The detector's card with its scores on the test digits and on outliers.

    Raises DataError if MNIST or the pen strokes are missing.
    """
    drawn = evaluate.drawn_test_set()
    sets = {"mnist": mnist().test, "drawn": drawn.normalized} | held_out_outliers()
    return replace(detector().card, tests=measure(sets, "drawn"))


def report(scores: dict[str, Score]) -> None:
    """Print the score of each set."""
    for name, score in scores.items():
        print(f"{name:9}{score}" + ("" if score.area is None else f", area under the ROC curve {score.area:.4f}"))


if __name__ == "__main__":
    run_command(main)
