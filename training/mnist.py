"""Writes what the page The book shows of MNIST: the counts of its digits, and 25 of them.

python -m training.mnist
"""

from __future__ import annotations

import json

import numpy as np
from PIL import Image

from digits import CLASSES, SIDE
from digits.labelled import join
from recognition.store import MNIST_COUNTS, MNIST_SAMPLE, write_atomically
from training.data.mnist import mnist
from training.engine.command import run_command


def main() -> int:
    """The command line; returns the exit status."""
    digits = mnist()
    train = join([digits.train, digits.validation])
    parts = {"train": train, "test": digits.test}
    counts = {name: np.bincount(part.labels, minlength=CLASSES).tolist() for name, part in parts.items()}
    write_atomically(MNIST_COUNTS, lambda path: path.write_text(json.dumps(counts) + "\n"))
    chosen = np.sort(np.random.default_rng(0).choice(len(train), 25, replace=False))
    sheet = train.digits[chosen].reshape(5, 5, SIDE, SIDE).swapaxes(1, 2).reshape(5 * SIDE, 5 * SIDE)
    write_atomically(MNIST_SAMPLE, lambda path: Image.fromarray(sheet).save(path))
    print(f"wrote {MNIST_COUNTS} and {MNIST_SAMPLE}")
    return 0


if __name__ == "__main__":
    run_command(main)
