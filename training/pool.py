"""The digits that recipe "drawn" trains on: MNIST's and pen strokes, in many variations, kept on disk.

    python -m training.pool      (training.train does it too, when it finds something missing)

Each variation of each collection is one file under training/runs/pool; what is there already is not made again.
Writers are split, not digits: nobody whose digits are trained on is in the validation set.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from digits import from_canvas
from recognition.store import write_atomically
from training.augment import vary_picture, vary_strokes
from training.dataset import DataError, Digits, join
from training.mnist import mnist
from training.non_digits import non_digits
from training.pen_strokes import PenDigit, draw_on_canvas, pendigits, unipen
from training.run import RUNS

POOL = RUNS / "pool"
VARIATIONS = {"mnist": 6, "pen": 16, "other": 8}  # of each digit; of non-digits, the number of files
OTHERS = 12_000  # non-digits in each of their files
HELD_OUT = 7  # every seventh writer is kept for validation
SEED = 2
PEN_VARIATIONS_AN_EPOCH = 5  # so that an epoch holds about as many pen digits as MNIST digits
UNVARIED = 0.4  # share of MNIST's digits that an epoch takes unvaried


@dataclass(frozen=True)
class Pool:
    """Digits to train on and digits to choose by.

    train: MNIST's digits as they are, then their variations in the same order, then all variations of the pen digits.
    mnist: how many digits one variation of MNIST holds; pen: the places of each variation of the pen digits in train.
    validation: MNIST's held-out digits, then those of held-out writers, none of them varied.
    """

    train: Digits
    mnist: int
    pen: list[range]
    validation: Digits

    def choose(self, random: np.random.Generator) -> np.ndarray:
        """The digits of one epoch, as places in train: each MNIST digit, varied or not, and some pen variations."""
        variations = random.integers(1, VARIATIONS["mnist"] + 1, self.mnist)
        variations[random.random(self.mnist) < UNVARIED] = 0
        pen = [self.pen[i] for i in random.permutation(len(self.pen))[:PEN_VARIATIONS_AN_EPOCH]]
        return np.concatenate([np.arange(self.mnist) + variations * self.mnist, *pen])


def writers(held_out: bool) -> list[PenDigit]:
    """The pen digits of the writers who are held out for validation, or of all the others; a test writer is neither.

    Raises DataError if a collection is missing or damaged.
    """
    chosen = []
    for collection in (pendigits("tra"), unipen()):
        names = sorted({pen_digit.writer for pen_digit in collection})
        kept = set(names[HELD_OUT // 2 :: HELD_OUT])
        chosen += [pen_digit for pen_digit in collection if (pen_digit.writer in kept) == held_out]
    return chosen


def held_out() -> Digits:
    """Digits of the writers held out for validation, drawn on a canvas, not varied."""
    return drawn(writers(held_out=True), SEED)


def load(folder: Path = POOL, workers: int | None = None) -> Pool:
    """The pool, after making what is missing of it, with a progress bar; which takes about twenty minutes on two cores.

    Raises DataError if MNIST or a collection of pen strokes is missing or damaged.
    """
    varied = prepared(("mnist", "pen"), folder, workers)
    digits = mnist()
    pictures = [digits.train, *varied["mnist"]]
    ends = np.cumsum([sum(map(len, pictures)), *map(len, varied["pen"])]).tolist()
    return Pool(
        train=join(pictures + varied["pen"]),
        mnist=len(digits.train),
        pen=[range(start, end) for start, end in itertools.pairwise(ends)],
        validation=join([digits.validation, held_out()]),
    )


def prepared(collections: tuple[str, ...], folder: Path = POOL, workers: int | None = None) -> dict[str, list[Digits]]:
    """The variations of some of the collections in VARIATIONS, after making those that are not on disk."""
    jobs = [(collection, copy, folder) for collection in collections for copy in range(VARIATIONS[collection])]
    missing = [job for job in jobs if not _path(*job).exists()]
    if missing:
        writers(held_out=True), mnist()  # a missing file is an error here, not in every worker
        progress = keras.utils.Progbar(len(missing), unit_name="variation")
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context) as pool:
            for done in as_completed([pool.submit(_make, *job) for job in missing]):
                done.result()
                progress.add(1)
    return {
        collection: [_read(_path(collection, copy, folder)) for copy in range(VARIATIONS[collection])]
        for collection in collections
    }


def _make(collection: str, copy: int, folder: Path) -> None:
    random = np.random.default_rng([SEED, copy])
    if collection == "mnist":
        train = mnist().train
        made = Digits(np.stack([vary_picture(digit, random) for digit in train.digits]), train.labels)
    elif collection == "pen":
        varied = [vary_strokes(pen_digit, random) for pen_digit in writers(held_out=False)]
        made = drawn(varied, int(random.integers(2**31)))
    else:
        made = drawn(non_digits(OTHERS, writers(held_out=False), False, random), int(random.integers(2**31)))
    write_atomically(
        _path(collection, copy, folder), lambda path: np.savez(path, digits=made.digits, labels=made.labels)
    )


def drawn(pen_digits: list[PenDigit], seed: int) -> Digits:
    """Pen digits drawn on the canvas and normalized; the few that leave too little ink are left out."""
    pairs = zip(map(from_canvas, draw_on_canvas(pen_digits, seed)), pen_digits, strict=True)
    digits, labels = zip(*((digit, pen_digit.label) for digit, pen_digit in pairs if digit is not None), strict=True)
    return Digits(np.stack(digits), np.array(labels, np.uint8))


def _path(collection: str, copy: int, folder: Path) -> Path:
    return folder / f"{collection}-{copy:02}.npz"


def _read(path: Path) -> Digits:
    with np.load(path, allow_pickle=False) as file:
        return Digits(file["digits"], file["labels"])


def main() -> int:
    """The command line; returns the exit status."""
    try:
        pool = load()
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(pool.train):,} digits to train on, {len(pool.choose(np.random.default_rng())):,} in an epoch")
    print(f"{len(pool.validation):,} digits to choose by")
    return 0


if __name__ == "__main__":
    sys.exit(main())
