"""Pen digits whose label the trained networks find hardly possible: wrongly labelled, or cut badly, and left out.

    python -m training.data.label_errors      asks the networks, and writes training/data/label_errors.json

UNIPEN's labels were not proofread. A digit to train on is left out where the mean of the networks' calibrated
probabilities of its label, over several variations, is below a limit under both recipes; those of recipe "book" have
never seen a pen stroke, so that no network has learned the wrong label by heart. Digits of held-out writers all stay.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from recognition.store import released, write_atomically
from training.augment.rasterize import vary_pen_digit
from training.data.dataset import DataError
from training.data.pen_digits import writers
from training.engine.command import run_command

LIST = Path(__file__).resolve().parent / "label_errors.json"
LIMITS = {"drawn": 0.25, "book": 0.25}  # the highest mean probability of its label with which a digit is left out
VARIATIONS = 3  # of each digit that the networks are asked about
FAST = ("mlp", "cnn", "rnn", "lstm", "gru", "bilstm", "ynet")  # a residual network takes as long as all of these
SEED = 4


def read() -> frozenset[str]:
    """The sources, as in PenDigit.source, of the digits that are left out."""
    return frozenset(json.loads(LIST.read_text(encoding="utf-8"))) if LIST.exists() else frozenset()


def main() -> int:
    """The command line; returns the exit status."""
    try:
        digits = writers(held_out=False)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    labels = np.array([pen_digit.label for pen_digit in digits])
    random = np.random.default_rng(SEED)
    drawings = [np.stack([vary_pen_digit(digit, random) for digit in digits]) for _ in range(VARIATIONS)]
    agreement = {recipe: _probability(recipe, drawings)[np.arange(len(labels)), labels] for recipe in LIMITS}
    wrong = np.all([agreement[recipe] < limit for recipe, limit in LIMITS.items()], axis=0)
    rows = {
        digits[i].source: {name: round(float(agreement[name][i]), 3) for name in LIMITS} for i in np.flatnonzero(wrong)
    }
    write_atomically(LIST, lambda path: path.write_text(json.dumps(dict(sorted(rows.items())), indent=1) + "\n"))
    print(f"{len(rows)} of {len(digits):,} digits are left out; see {LIST}")
    return 0


def _probability(recipe: str, drawings: list[np.ndarray]) -> np.ndarray:
    """The mean probabilities, float (n, 10), of the fast networks of a recipe over some variations of n digits."""
    import recognition

    networks = [recognition.load(key, recipe) for key in released(recipe) if key in FAST]
    return np.mean([network.predict(digits) for network in networks for digits in drawings], axis=0)


if __name__ == "__main__":
    run_command(main)
