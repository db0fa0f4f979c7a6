"""Trains the outlier detector (recognition.outlier), or measures it.

    python -m training.outlier_detector             train, then validate on held-out writers and signs
    python -m training.outlier_detector --measure   measure on the test digits, and write the card

An interrupted training resumes when the command is given again.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace

import numpy as np

from recognition.card import Card, Score
from recognition.outlier import DETECTOR, THRESHOLD, detector
from recognition.store import WeightsError, write_card
from training import evaluate, pool
from training.dataset import DataError, Digits, join
from training.hyperparameters import Hyperparameters
from training.mnist import mnist
from training.non_digits import OTHER, SHARES, non_digits
from training.train import train

SETTINGS = Hyperparameters(
    "adamw", epochs=12, learning_rate=2e-3, weight_decay=1e-2, cosine=True, dropout=0.1, varied=True
)
DIGITS_PER_EPOCH = 48_000
NON_DIGITS_PER_EPOCH = 24_000
MEASURED = 1_000  # drawings of each kind that is no digit
SEED = 3


@dataclass(frozen=True)
class DetectorData:
    """Digits and non-digits to train on and to choose by; an epoch holds some of each.

    train: all of digits.train, then the non-digits.
    """

    train: Digits
    validation: Digits
    digits: pool.Pool

    def choose(self, random: np.random.Generator) -> np.ndarray:
        """The drawings of one epoch, int (n,), as indices into train."""
        digits = random.choice(self.digits.choose(random), DIGITS_PER_EPOCH, replace=False)
        return np.concatenate([digits, random.integers(len(self.digits.train), len(self.train), NON_DIGITS_PER_EPOCH)])


def load() -> DetectorData:
    """All drawings, after making those that are missing; raises DataError if MNIST or pen strokes are missing."""
    digits, varied = pool.load(), pool.prepared(("other",))["other"]
    held_out = join([digits.validation, *held_out_non_digits().values()])
    return DetectorData(join([digits.train, *varied]), held_out, digits)


def held_out_non_digits(each: int = MEASURED) -> dict[str, Digits]:
    """For each kind of non-digit some drawings by held-out writers and of signs that nothing was trained on."""
    random = np.random.default_rng(SEED)
    drawings = non_digits(each * 2 * len(SHARES), pool.writers(held_out=True), held_out=True, random=random)
    kinds = {kind: [drawing for drawing in drawings if drawing.writer == kind][:each] for kind in SHARES}
    return {kind: pool.drawn(chosen, SEED) for kind, chosen in kinds.items()}


def measure(sets: dict[str, Digits], against: str) -> dict[str, Score]:
    """How many drawings of each set are classified correctly: digits accepted, non-digits flagged.

    against: the set of digits against which the area under the ROC curve of each kind of non-digit is computed.
    """
    from recognition.outlier import score

    scores = {name: score(drawings.digits) for name, drawings in sets.items()}
    results = {}
    for name, drawings in sets.items():
        is_other = drawings.labels == OTHER
        correct = int((is_other == (scores[name] >= THRESHOLD)).sum())
        auc = area(scores[against], scores[name]) if is_other.all() else None
        results[name] = Score(len(is_other), correct, area=auc)
    return results


def area(low: np.ndarray, high: np.ndarray) -> float:
    """Area under the ROC curve: how often a value of high exceeds one of low, float (n,) each; ties count half."""
    ranks = np.sort(low)
    below = np.searchsorted(ranks, high, "left") + np.searchsorted(ranks, high, "right")
    return float(below.mean() / (2 * len(low)))


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.outlier_detector", description=__doc__.split("\n")[0])
    parser.add_argument("--measure", action="store_true", help="measure on the test digits and write the card")
    try:
        if parser.parse_args(arguments).measure:
            card = measured()
            write_card(card)
            report(card.tests)
        else:
            train(DETECTOR, "drawn", SETTINGS, load())
            report(
                measure(
                    {"mnist": evaluate.held_out_sets()[0], "drawn": pool.held_out()} | held_out_non_digits(), "drawn"
                )
            )
    except (DataError, WeightsError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def measured() -> Card:
    """The detector's card with its scores on the test digits and on non-digits.

    Raises DataError if MNIST or the pen strokes are missing.
    """
    drawn = evaluate.drawn_test_set()
    sets = {"mnist": mnist().test, "drawn": drawn.normalized} | held_out_non_digits()
    return replace(detector().card, tests=measure(sets, "drawn"))


def report(scores: dict[str, Score]) -> None:
    """Prints a line for each set."""
    for name, score in scores.items():
        print(f"{name:9}{score}" + ("" if score.area is None else f", area under the ROC curve {score.area:.4f}"))


if __name__ == "__main__":
    sys.exit(main())
