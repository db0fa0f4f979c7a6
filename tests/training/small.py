"""A training and an evaluation that take seconds, with a few hundred easy digits in place of MNIST.

    python -m tests.training.small train|evaluate FOLDER

runs either in a separate process, which a test can kill; everything it writes is in the folder.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

from digits import from_canvas
from digits.labelled import Digits
from digits.strokes import draw_strokes
from recognition import store
from tests.drawings import DIGITS, placed
from training.data.dataset import Splits
from training.engine.hyperparameters import Hyperparameters

RECIPE = Hyperparameters("adam", epochs=4, batch_size=50)
QUICK = Hyperparameters("adam", epochs=3, batch_size=50)


def splits() -> Splits:
    """Samples of ten drawings, slightly shifted and with noise."""
    random = np.random.default_rng(5)
    drawn = [from_canvas(draw_strokes(placed(digit), 20, 280, 280)) for digit in DIGITS]

    def sample(n: int) -> Digits:
        labels = random.integers(0, 10, n).astype(np.uint8)
        moved = [np.roll(drawn[label], random.integers(-1, 2, 2), (0, 1)) for label in labels]
        return Digits(np.maximum(np.stack(moved), random.integers(0, 40, (n, 28, 28), np.uint8)), labels)

    return Splits(sample(300), sample(60), sample(60))


def files(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def candidates(runs) -> list[str]:
    """The folders of candidates that are not put in place, or not yet."""
    return sorted(path.name for path in (runs / "candidates" / "book").glob("*"))


def main(command: str, name: str) -> int:
    """The command line; returns the exit status."""
    from training import evaluate, train

    folder = Path(name)
    store.WEIGHTS, runs = folder / "weights", folder / "runs"
    evaluate.PROGRESS = runs / "evaluated"
    digits = splits()
    if command == "evaluate":
        evaluate.test_sets, evaluate.held_out_sets = lambda: {"mnist": digits.test}, lambda: [digits.validation]
        return evaluate.main(["--recipe", "book"])
    train.mnist, train.held_out_sets = lambda: digits, lambda: [digits.validation]
    train.hyperparameters.find = lambda key, recipe: RECIPE
    train.training = partial(train.training, runs=runs)
    return train.main(["mlp", "--recipe", "book"])


if __name__ == "__main__":
    from training.engine.command import run_command

    run_command(lambda: main(*sys.argv[1:]))
