"""Measures every trained network on MNIST's test digits with each corruption of training.evaluation.corruptions.

    python -m training.robustness

Writes weights/robustness.json, which the page Evidence shows. A network whose weights have been measured is not
measured again, so that an interrupted call, or one after a new training, only does what is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress

import numpy as np

import recognition
from digits.labelled import Digits
from models import NETWORKS
from recognition.store import ROBUSTNESS, WeightsError, trained_recipes, write_atomically
from training.data.mnist import mnist
from training.engine.command import run_command
from training.evaluate import trained
from training.evaluation.corruptions import CORRUPTIONS, corrupt

STRIDE = 5  # every fifth test digit: 2,000 show differences of one or two points, in a fifth of the time
SEED = 6
NONE = "none"  # the name of the digits as they are


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.robustness", description=__doc__.split("\n")[0])
    parser.parse_args(arguments)
    return 1 if measure(corrupted_sets(mnist().test)) else 0


def corrupted_sets(test: Digits) -> dict[str, Digits]:
    """Some of the test digits: as they are, and under each corruption, by its name."""
    some = test[np.arange(0, len(test), STRIDE)]
    corrupted = {name: Digits(corrupt(name, some.digits, SEED), some.labels) for name in CORRUPTIONS}
    return {NONE: some} | corrupted


def measure(sets: dict[str, Digits]) -> int:
    """Measure all networks, writing the file after each; return how many have no valid weights."""
    known, failures = _known(len(sets[NONE])), 0
    results: dict[str, dict[str, dict]] = {}
    for recipe in trained_recipes():
        for key in trained(recipe):
            try:
                classifier = recognition.load(key, recipe)
            except WeightsError as error:
                print(error, file=sys.stderr)
                failures += 1
                continue
            row = known.get(recipe, {}).get(key)
            if row is None or row["sha256"] != classifier.card.sha256 or set(row["correct"]) != set(sets):
                correct = {
                    name: int((classifier.raw(digits.digits).argmax(axis=1) == digits.labels).sum())
                    for name, digits in sets.items()
                }
                row = {"sha256": classifier.card.sha256, "correct": correct}
            results.setdefault(recipe, {})[key] = row
            shown = {recipe: known.get(recipe, {}) | results.get(recipe, {}) for recipe in known | results}
            _write({"n": len(sets[NONE]), "corruptions": list(sets), "networks": shown})
            print(f"{recipe} {NETWORKS[key].title}: {_mean(row, len(sets[NONE])):.2f} % on average", flush=True)
    return failures


def _known(n: int) -> dict[str, dict[str, dict]]:
    """The results of an earlier call on as many digits."""
    with suppress(OSError, ValueError, KeyError):
        content = json.loads(ROBUSTNESS.read_text(encoding="utf-8"))
        if content["n"] == n:
            return content["networks"]
    return {}


def _write(content: dict) -> None:
    text = json.dumps(content, indent=1) + "\n"
    write_atomically(ROBUSTNESS, lambda path: path.write_text(text, encoding="utf-8"))


def _mean(row: dict, n: int) -> float:
    """Mean accuracy over the corruptions, in percent."""
    return 100 * float(np.mean([correct for name, correct in row["correct"].items() if name != NONE])) / n


if __name__ == "__main__":
    run_command(main)
