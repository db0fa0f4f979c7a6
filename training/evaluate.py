"""Calibrates and evaluates trained networks on MNIST's test digits and on drawn digits.

    python -m training.evaluate [KEY ...] [--recipe RECIPE]      all that have weights by default

Updates their cards, and writes docs/results.md.

An interrupted evaluation resumes when the command is given again. The temperature is fitted on validation digits, with
equal weight for MNIST's and drawn digits; a network that was trained on these too keeps its twin's (training.train).
The LiteRT file is measured; on every test digit its prediction is compared with that of the Keras model.

Drawn digits: the 3,498 digits of 14 writers in pendigits-orig.tes, drawn on a 280x280 canvas with the longer side 45 to
85 % of it, at random positions, brush 10 to 30 pixels, fixed seed; normalized by digits.from_canvas, and by a plain
resize for comparison.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from dataclasses import dataclass, replace

import numpy as np

import recognition
from digits import CLASSES, from_canvas, plain_resize
from digits.labelled import Digits, join
from models import NETWORKS
from recognition import store
from recognition.card import ModelCard, Score
from recognition.classifier import Classifier
from recognition.recipes import RECIPES
from recognition.store import WeightsError, card_path, read_card, trained_recipes, write_atomically, write_card
from training.data.dataset import DataError
from training.data.mnist import mnist
from training.data.pen_digits import draw_on_canvas, pendigits
from training.engine.command import RUNS, run_command
from training.evaluation.calibration import calibrated, held_out_sets, reliability

PROGRESS = RUNS / "evaluated"  # the hashes of the weights that an unfinished call has measured
TOLERANCE = 1e-5  # in probability, between LiteRT and Keras
HEADING = """# Results

Written by `python -m training.evaluate`. Accuracies in percent, with their 95 % intervals (Wilson) in brackets. *Drawn
digits* are those of 14 writers of pendigits-orig.tes whose pen strokes were drawn on the page's canvas; nobody of them
was trained on. *Plain resize*: the same drawings shrunk to 28x28 without being cropped and centred. *Calibration*: the
expected calibration error on MNIST's test digits and on drawn digits, in points. Recipe *drawn* aims at the accuracy
beside it on MNIST, and at calibration errors under 0.5; *missed* stands where it falls short.

"""
AIMS = {"mlp": 99.4, "cnn": 99.6, "rnn": 99.35, "resnet": 99.7}  # of recipe drawn on MNIST's test digits, in percent
OTHERS_AIM = 99.6
CALIBRATION_AIM = 0.5  # points


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", metavar="KEY", help=f"of {', '.join(NETWORKS)} (default: all)")
    parser.add_argument("--recipe", choices=RECIPES, help="only this recipe (default: all that have weights)")
    options = parser.parse_args(arguments)
    if unknown := set(options.networks) - set(NETWORKS):
        parser.error(f"unknown network {unknown.pop()!r}; known: {', '.join(NETWORKS)}")
    recipes = [options.recipe] if options.recipe else trained_recipes()
    plan = [(recipe, key) for recipe in recipes for key in options.networks or trained(recipe)]
    failures = _measure(plan, test_sets(), held_out_sets())
    write_results()
    PROGRESS.unlink(missing_ok=True)
    return 1 if failures else 0


def trained(recipe: str) -> list[str]:
    """The keys of the networks that have a card, in display order."""
    return [key for key in NETWORKS if card_path(key, recipe).exists()]


def _measure(plan: list[tuple[str, str]], tests: dict[str, Digits], held_out: list[Digits]) -> int:
    """Evaluate networks, given as recipe and key, and update their cards; return how many have no valid weights."""
    failures = 0
    done = PROGRESS.read_text().split() if PROGRESS.exists() else []
    for recipe, key in plan:
        network = NETWORKS[key]
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
        card = evaluate(recalibrated(classifier, held_out), tests)
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


def recalibrated(classifier: Classifier, held_out: list[Digits]) -> Classifier:
    """The classifier with its temperature fitted again, or with its twin's if it was trained on the held-out digits."""
    return classifier if classifier.card.training.get("whole") else calibrated(classifier, held_out)


def evaluate(classifier: Classifier, tests: dict[str, Digits]) -> ModelCard:
    """The classifier's card with the scores measured on these tests; other scores stay as they were."""
    scores = {name: score(classifier.predict(test.digits), test.labels) for name, test in tests.items()}
    return replace(classifier.card, tests=classifier.card.tests | scores)


def disagreement(classifier: Classifier, tests: dict[str, Digits]) -> str:
    """The difference between the LiteRT file and the Keras model with the same weights on these tests; "" for none.

    They agree if no probability differs by more than TOLERANCE and every predicted digit is the same.
    """
    digits = join(list(tests.values())).digits
    served = classifier.raw(digits)
    parts = np.array_split(digits, -(-len(digits) // 5_000))
    trained = np.concatenate(
        [classifier.model.predict(classifier.network.inputs(part), batch_size=256, verbose=0) for part in parts]
    )
    largest = float(np.abs(served - trained).max())
    changed = int((served.argmax(axis=1) != trained.argmax(axis=1)).sum())
    print(f"  LiteRT and Keras: {largest:.1e} at most in probability, {changed} other predictions, n = {len(digits):,}")
    if largest <= TOLERANCE and not changed:
        return ""
    return (
        f"LiteRT and Keras differ by {largest:.1e} in probability (at most {TOLERANCE:g}) and in {changed} predictions"
    )


def score(probabilities: np.ndarray, labels: np.ndarray) -> Score:
    """Scores predictions: probabilities float (n, 10), labels uint8 (n,)."""
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels, predicted), 1)
    return Score(len(labels), int((predicted == labels).sum()), confusion.tolist(), reliability(probabilities, labels))


def write_results() -> None:
    """Print the table of results and write docs/results.md beside the folder of the weights."""
    cards = []
    for recipe in trained_recipes():
        for key in trained(recipe):
            with contextlib.suppress(WeightsError):
                cards.append(read_card(key, recipe))
    results = table(cards)
    print("\n" + results)
    path = store.WEIGHTS.parent / "docs" / "results.md"
    write_atomically(path, lambda partial: partial.write_text(HEADING + results, encoding="utf-8"))


def table(cards: list[ModelCard]) -> str:
    """The results in Markdown, one row for each card, accuracies in percent with their 95 % intervals."""
    lines = [
        "| network | recipe | parameters | MNIST test, n = 10,000 | aim | the book "
        "| drawn digits, n = 3,498 | the same, plain resize | calibration | seconds per epoch |",
        "|---|---|---:|---|---|---|---|---|---|---:|",
    ]
    for card in cards:
        network = NETWORKS[card.network]
        cells = [
            network.title,
            card.recipe,
            f"{card.parameters:,}",
            _percent(card.tests.get("mnist")),
            _aim(card),
            f"{network.book_accuracy}" if network.book_accuracy else "–",
            _percent(card.tests.get("drawn")),
            _percent(card.tests.get("drawn_resized")),
            _calibration(card),
            f"{card.training['seconds_per_epoch']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _aim(card: ModelCard) -> str:
    """What recipe drawn aims at on MNIST's test digits, and whether it is missed."""
    if card.recipe != "drawn":
        return "–"
    aim, score = AIMS.get(card.network, OTHERS_AIM), card.tests.get("mnist")
    return f"{aim}, missed" if score and 100 * score.accuracy < aim else f"{aim}"


def _calibration(card: ModelCard) -> str:
    """The calibration errors on MNIST's test digits and on drawn digits, in points."""
    scores = (card.tests.get("mnist"), card.tests.get("drawn"))
    errors = [100 * error for score in scores if score and (error := score.calibration_error) is not None]
    missed = ", missed" if card.recipe == "drawn" and max(errors, default=0) >= CALIBRATION_AIM else ""
    return (" and ".join(f"{error:.2f}" for error in errors) or "not measured") + missed


def _percent(score: Score | None) -> str:
    if score is None:
        return "not measured"
    low, high = score.interval
    return f"{100 * score.accuracy:.2f} ({100 * low:.2f} to {100 * high:.2f})"


if __name__ == "__main__":
    run_command(main)
