"""Measures every trained network and rewrites its card: MNIST's test digits, and the yardstick of drawn digits.

    python -m training.evaluate

Interrupted, it resumes with the network it was at when the same command is given again. Before it measures, it
calibrates: the temperature is fitted on validation digits, with equal weight for MNIST's and drawn digits.

The yardstick: the 3,498 digits of 14 writers in pendigits-orig.tes, drawn on a 280x280 canvas with the longer side 45
to 85 % of it, anywhere on it, brush 10 to 30 pixels, one seed; put through digits.from_canvas, and, for
comparison, through a plain resize.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import recognition
from digits import CLASSES, from_canvas, plain_resize
from models import NETWORKS
from recognition.card import Card, Score
from recognition.classifier import Classifier
from recognition.recipes import RECIPES
from recognition.store import WeightsError, read_card, released, trained_recipes, write_atomically, write_card
from training import pool
from training.calibrate import fit_temperature, reliability
from training.dataset import DataError, Digits, join
from training.mnist import mnist
from training.pen_strokes import draw_on_canvas, pendigits
from training.run import AGAIN, RUNS

PROGRESS = RUNS / "evaluated"  # the hashes of the weights that an unfinished call has measured
README = Path(__file__).resolve().parent.parent / "README.md"
MARKS = ("<!-- results: written by python -m training.evaluate -->\n", "<!-- end of results -->")


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
        results = table(_cards())
        print("\n" + results)
        write_table(README, results)
        PROGRESS.unlink(missing_ok=True)
    except OSError as error:
        print(f"the scores cannot be saved: {error}. {AGAIN}", file=sys.stderr)
        return 1
    return 1 if failures else 0


def _measure(recipes: list[str], tests: dict[str, Digits], held_out: list[Digits]) -> int:
    """Measures all networks of these recipes and rewrites their cards; returns how many have no valid weights."""
    failures = 0
    done = PROGRESS.read_text().split() if PROGRESS.exists() else []
    for recipe in recipes:
        for network in [NETWORKS[key] for key in released(recipe)]:
            try:
                classifier = recognition.load(network.key, recipe)
            except WeightsError as error:
                print(error, file=sys.stderr)
                failures += 1
                continue
            if classifier.card.sha256 in done:
                print(f"{recipe} {network.title}: measured before the interruption")
                continue
            card = evaluate(calibrated(classifier, held_out), tests)
            write_card(card)
            done.append(card.sha256)
            write_atomically(PROGRESS, lambda path: path.write_text("\n".join(done)))
            scores = "; ".join(f"{name} {score}" for name, score in card.tests.items())
            print(f"{recipe} {network.title}: {scores}", flush=True)
    return failures


def _cards() -> list[Card]:
    """Every card that can be read, measured now or before."""
    cards = []
    for recipe in trained_recipes():
        for key in released(recipe):
            with contextlib.suppress(WeightsError):
                cards.append(read_card(key, recipe))
    return cards


@dataclass(frozen=True)
class DrawnTestSet:
    """The test writers' digits, drawn on the canvas: as the networks get them, and merely resized."""

    normalized: Digits
    plain: Digits


def drawn_test_set() -> DrawnTestSet:
    """The yardstick of drawn digits; raises DataError if pendigits-orig.tes is missing or damaged."""
    written = pendigits("tes")
    labels = np.array([pen_digit.label for pen_digit in written], np.uint8)
    normalized, plain = [], []
    for canvas in draw_on_canvas(written):
        digit = from_canvas(canvas)
        if digit is None:
            raise DataError("pendigits-orig.tes holds a digit that leaves no ink on the canvas; get the file again")
        normalized.append(digit)
        plain.append(plain_resize(canvas))
    return DrawnTestSet(Digits(np.stack(normalized), labels), Digits(np.stack(plain), labels))


def test_sets() -> dict[str, Digits]:
    """The digits to measure on, by the names of recognition.card.TESTS; drawn digits only where the pen strokes are.

    Raises DataError if MNIST is missing or damaged.
    """
    tests = {"mnist": mnist().test}
    try:
        drawn = drawn_test_set()
    except DataError as error:
        print(f"Drawn digits are left out, and their previous scores kept: {error}", file=sys.stderr)
        return tests
    return tests | {"drawn": drawn.normalized, "drawn_resized": drawn.plain}


def held_out_sets() -> list[Digits]:
    """MNIST's validation digits and, where the pen strokes are, drawn digits of writers held out from training."""
    try:
        return [mnist().validation, pool.held_out()]
    except DataError as error:
        print(f"Calibrated on MNIST alone: {error}", file=sys.stderr)
        return [mnist().validation]


def calibrated(classifier: Classifier, held_out: list[Digits]) -> Classifier:
    """The classifier with the temperature that fits these digits best, each set counting as much as the others."""
    digits = join(held_out)
    weights = np.concatenate([np.full(len(part), 1 / len(part)) for part in held_out])
    temperature = fit_temperature(classifier.raw(digits.digits), digits.labels, weights)
    return Classifier(classifier.network, classifier.model, replace(classifier.card, temperature=temperature))


def evaluate(classifier: Classifier, tests: dict[str, Digits]) -> Card:
    """The classifier's card with the scores measured on these tests; other scores stay as they were."""
    scores = {name: score(classifier.predict(test.digits), test.labels) for name, test in tests.items()}
    return replace(classifier.card, tests=classifier.card.tests | scores)


def score(probabilities: np.ndarray, labels: np.ndarray) -> Score:
    """How many of the most probable digits are right: probabilities float (n, 10), labels uint8 (n,)."""
    answers = probabilities.argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels, answers), 1)
    return Score(len(labels), int((answers == labels).sum()), confusion.tolist(), reliability(probabilities, labels))


def table(cards: list[Card]) -> str:
    """The results in Markdown, a row for each card, accuracies in percent with their 95 % intervals."""
    lines = [
        "| network | recipe | parameters | MNIST test, n = 10,000 | the book "
        "| drawn digits, n = 3,498 | the same, plain resize | seconds per epoch |",
        "|---|---|---:|---|---|---|---|---:|",
    ]
    for card in cards:
        network = NETWORKS[card.network]
        cells = [
            network.title,
            card.recipe,
            f"{card.parameters:,}",
            _percent(card.tests.get("mnist")),
            f"{network.book_accuracy}" if network.book_accuracy else "–",
            _percent(card.tests.get("drawn")),
            _percent(card.tests.get("drawn_resized")),
            f"{card.training['seconds_per_epoch']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_table(path: Path, results: str) -> None:
    """Puts the table between its two marks in a Markdown file; a file without them stays as it is."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    before, found, rest = text.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if found and end:
        write_atomically(
            path, lambda partial: partial.write_text(before + found + results + end + after, encoding="utf-8")
        )


def _percent(found: Score | None) -> str:
    if found is None:
        return "not measured"
    low, high = found.interval
    return f"{100 * found.accuracy:.2f} ({100 * low:.2f} to {100 * high:.2f})"


if __name__ == "__main__":
    sys.exit(main())
