"""Calibrates and evaluates every trained network on MNIST's test digits and on drawn digits, and updates its card.

    python -m training.evaluate

An interrupted evaluation resumes when the command is given again. The temperature is fitted on validation digits, with
equal weight for MNIST's and drawn digits. The LiteRT file is measured; on every test digit its answer is compared with
that of the Keras model.

Drawn digits: the 3,498 digits of 14 writers in pendigits-orig.tes, drawn on a 280x280 canvas with the longer side 45 to
85 % of it, at random positions, brush 10 to 30 pixels, fixed seed; normalized by digits.from_canvas, and by a plain
resize for comparison.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace

import numpy as np

import recognition
from digits import CLASSES, from_canvas, plain_resize
from digits.labelled import Digits, join
from models import NETWORKS
from recognition.card import ModelCard, Score
from recognition.classifier import Classifier
from recognition.recipes import RECIPES
from recognition.store import WeightsError, released, trained_recipes, write_atomically, write_card
from training.data import pen_digits
from training.data.dataset import DataError
from training.data.mnist import mnist
from training.data.pen_digits import draw_on_canvas, pendigits
from training.engine.command import RUNS, remedy, run_command
from training.evaluation import results_table
from training.evaluation.calibration import fit_temperature, reliability

PROGRESS = RUNS / "evaluated"  # the hashes of the weights that an unfinished call has measured
TOLERANCE = 1e-5  # in probability, between LiteRT and Keras


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("--recipe", choices=RECIPES, help="only this recipe (default: all that have weights)")
    recipes = [recipe] if (recipe := parser.parse_args(arguments).recipe) else trained_recipes()
    try:
        tests, held_out = test_sets(), held_out_sets()
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        failures = _measure(recipes, tests, held_out)
        results = results_table.table(results_table.cards())
        print("\n" + results)
        results_table.write_table(results_table.README, results)
        PROGRESS.unlink(missing_ok=True)
    except OSError as error:
        print(f"The scores cannot be saved: {error}. {remedy(error)}", file=sys.stderr)
        return 1
    return 1 if failures else 0


def _measure(recipes: list[str], tests: dict[str, Digits], held_out: list[Digits]) -> int:
    """Evaluates all networks of these recipes and updates their cards; returns how many have no valid weights."""
    failures = 0
    done = PROGRESS.read_text().split() if PROGRESS.exists() else []
    for recipe in recipes:
        for network in [NETWORKS[key] for key in released(recipe)]:
            try:
                classifier = recognition.load(network.key, recipe)
                if classifier.card.sha256 in done:
                    print(f"{recipe} {network.title}: evaluated before the interruption")
                    continue
                difference = disagreement(classifier, tests)
            except WeightsError as error:
                print(error, file=sys.stderr)
                failures += 1
                continue
            if difference:
                print(
                    f"{recipe} {network.title}: {difference}; run python -m training.export {network.key}",
                    file=sys.stderr,
                )
                failures += 1
                continue
            card = evaluate(calibrated(classifier, held_out), tests)
            write_card(card)
            done.append(card.sha256)
            write_atomically(PROGRESS, lambda path: path.write_text("\n".join(done)))
            scores = "; ".join(f"{name} {score}" for name, score in card.tests.items())
            print(f"{recipe} {network.title}: {scores}", flush=True)
    return failures


@dataclass(frozen=True)
class DrawnTestSet:
    """The test writers' digits drawn on the canvas, normalized and by a plain resize."""

    normalized: Digits
    plain: Digits


def drawn_test_set() -> DrawnTestSet:
    """The test set of drawn digits; raises DataError if pendigits-orig.tes is missing or damaged."""
    written = pendigits("tes")
    labels = np.array([pen_digit.label for pen_digit in written], np.uint8)
    normalized, plain = [], []
    for canvas in draw_on_canvas(written):
        digit = from_canvas(canvas)
        if digit is None:
            raise DataError("pendigits-orig.tes contains a digit that leaves no ink on the canvas; get the file again")
        normalized.append(digit)
        plain.append(plain_resize(canvas))
    return DrawnTestSet(Digits(np.stack(normalized), labels), Digits(np.stack(plain), labels))


def test_sets() -> dict[str, Digits]:
    """The test sets by the names of recognition.card.TESTS; drawn digits only if the pen strokes are available.

    Raises DataError if MNIST is missing or damaged.
    """
    tests = {"mnist": mnist().test}
    try:
        drawn = drawn_test_set()
    except DataError as error:
        print(f"Drawn digits are not evaluated, and their previous scores stay: {error}", file=sys.stderr)
        return tests
    return tests | {"drawn": drawn.normalized, "drawn_resized": drawn.plain}


def held_out_sets() -> list[Digits]:
    """MNIST's validation digits and, if the pen strokes are available, drawn digits of held-out writers."""
    try:
        return [mnist().validation, pen_digits.held_out()]
    except DataError as error:
        print(f"Calibrated on MNIST alone: {error}", file=sys.stderr)
        return [mnist().validation]


def calibrated(classifier: Classifier, held_out: list[Digits]) -> Classifier:
    """The classifier with the temperature that fits these sets of digits best, with equal weight for each set."""
    digits = join(held_out)
    weights = np.concatenate([np.full(len(part), 1 / len(part)) for part in held_out])
    temperature = fit_temperature(classifier.raw(digits.digits), digits.labels, weights)
    return Classifier(classifier.network, replace(classifier.card, temperature=temperature), classifier.interpreters)


def evaluate(classifier: Classifier, tests: dict[str, Digits]) -> ModelCard:
    """The classifier's card with the scores measured on these tests; other scores stay as they were."""
    scores = {name: score(classifier.predict(test.digits), test.labels) for name, test in tests.items()}
    return replace(classifier.card, tests=classifier.card.tests | scores)


def disagreement(classifier: Classifier, tests: dict[str, Digits]) -> str:
    """How the file that serves and the Keras model with the same weights differ on these tests; "" where they agree.

    They agree if no probability differs by more than TOLERANCE and every answer is the same.
    """
    digits = join(list(tests.values())).digits
    served = classifier.raw(digits)
    parts = np.array_split(digits, -(-len(digits) // 5_000))
    trained = np.concatenate(
        [classifier.model.predict(classifier.network.inputs(part), batch_size=256, verbose=0) for part in parts]
    )
    largest = float(np.abs(served - trained).max())
    changed = int((served.argmax(axis=1) != trained.argmax(axis=1)).sum())
    print(f"  LiteRT and Keras: {largest:.1e} at most in probability, {changed} other answers, n = {len(digits):,}")
    if largest <= TOLERANCE and not changed:
        return ""
    return f"LiteRT and Keras differ by {largest:.1e} in probability (at most {TOLERANCE:g}) and in {changed} answers"


def score(probabilities: np.ndarray, labels: np.ndarray) -> Score:
    """Scores predictions: probabilities float (n, 10), labels uint8 (n,)."""
    answers = probabilities.argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels, answers), 1)
    return Score(len(labels), int((answers == labels).sum()), confusion.tolist(), reliability(probabilities, labels))


if __name__ == "__main__":
    run_command(main)
