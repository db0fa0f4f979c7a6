"""The training data of recipe "drawn": augmented MNIST digits and pen strokes, cached on disk.

    python -m training.data.augmented      generates missing files, as training.train does when it needs them

Each variation of each collection is one file under training/runs/pool, the digits in the same order in all of them;
what is there already is not made again. A training takes other variations in each epoch, until it has seen all of them.
Writers are split, not digits: nobody whose digits are trained on is in the validation set.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from recognition.store import write_atomically
from training.augment.rasterize import rasterize, simplify_strokes, vary_pen_digit
from training.augment.warp import augment_image
from training.data import label_errors
from training.data.dataset import DataError, Digits, Pictures, join
from training.data.mnist import mnist
from training.data.non_digits import non_digits
from training.data.pen_digits import PenDigit, held_out, writers
from training.engine import intact
from training.engine.command import RUNS, run_command

POOL = RUNS / "pool"
VARIATIONS = {"mnist": 8, "pen": 40, "other": 10}  # of each digit; of non-digits, the number of files
OTHERS = 16_000  # non-digits in each of their files
PICTURED = (
    0.3  # share of the non-digits that are varied as pictures, like MNIST's digits, so that this look means nothing
)
LEFT = 0.8  # of the non-digits, the smallest share of which enough ink is left
SEED = 2  # of the variations
PEN_VARIATIONS_PER_EPOCH = 5  # so that an epoch holds about as many pen digits as MNIST digits
UNVARIED = 0.4  # share of MNIST's digits that an epoch takes unvaried


@dataclass(frozen=True)
class AugmentedDataset:
    """Digits for training and validation.

    mnist: MNIST's training digits as they are, and their variations in the same order.
    pens: variations of the pen digits, all in the same order, and their labels.
    validation: MNIST's held-out digits, then those of held-out writers, none of them varied.
    """

    mnist: Digits
    mnist_variations: list[np.ndarray]
    pens: list[np.ndarray]
    pen_labels: np.ndarray
    validation: Digits

    @cached_property
    def pictures(self) -> Pictures:
        """MNIST's digits, then their variations, then those of the pen digits."""
        return Pictures([self.mnist.digits, *self.mnist_variations, *self.pens])

    @cached_property
    def labels(self) -> np.ndarray:
        return np.concatenate([self.mnist.labels, self.pen_labels])[self.origins]

    @cached_property
    def origins(self) -> np.ndarray:
        """MNIST's digits are counted first, then the pen digits."""
        pens = len(self.mnist) + np.arange(len(self.pen_labels), dtype=np.int32)
        pictures = np.tile(np.arange(len(self.mnist), dtype=np.int32), 1 + len(self.mnist_variations))
        return np.concatenate([pictures, np.tile(pens, len(self.pens))])

    def choose(self, epoch: int, random: np.random.Generator) -> np.ndarray:
        """The digits of one epoch: each MNIST digit, varied or not, and some variations of each pen digit.

        No variation comes a second time before the others have come.
        """
        fixed = np.random.default_rng(SEED)
        order, first = (
            fixed.permutation(len(self.pens)),
            fixed.integers(len(self.mnist_variations), size=len(self.mnist)),
        )
        variations = 1 + (first + epoch) % len(self.mnist_variations)
        variations[random.random(len(self.mnist)) < UNVARIED] = 0
        chosen = [np.arange(len(self.mnist)) + variations * len(self.mnist)]
        for i in range(epoch * PEN_VARIATIONS_PER_EPOCH, (epoch + 1) * PEN_VARIATIONS_PER_EPOCH):
            start = len(self.mnist) * (1 + len(self.mnist_variations)) + order[i % len(order)] * len(self.pen_labels)
            chosen.append(start + np.arange(len(self.pen_labels)))
        return np.concatenate(chosen)


def load(folder: Path = POOL, workers: int | None = None) -> AugmentedDataset:
    """The pool; missing files are generated with a progress bar, all of them in four to five minutes on two cores.

    Raises DataError if MNIST or a collection of pen strokes is missing or damaged.
    """
    varied = prepared(("mnist", "pen"), folder, workers)
    digits = mnist()
    return AugmentedDataset(
        mnist=digits.train,
        mnist_variations=varied["mnist"],
        pens=varied["pen"],
        pen_labels=np.array([pen_digit.label for pen_digit in trained_on()], np.uint8),
        validation=join([digits.validation, held_out()]),
    )


def prepared(
    collections: tuple[str, ...], folder: Path = POOL, workers: int | None = None
) -> dict[str, list[np.ndarray]]:
    """The variations of some of the collections in VARIATIONS, after making those that are not on disk.

    Returns for each collection its variations, uint8 (n, 28, 28) each, memory-mapped.
    """
    jobs = [(collection, copy, folder) for collection in collections for copy in range(VARIATIONS[collection])]
    counts = {collection: _counts(collection) for collection in collections}
    missing = [job for job in jobs if not intact.remove_damaged(_path(*job), partial(intact.digits, **counts[job[0]]))]
    if missing:
        writers(held_out=True), mnist()  # raises DataError here rather than in every worker
        progress = keras.utils.Progbar(len(missing), unit_name="variation")
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers or len(os.sched_getaffinity(0)), mp_context=context) as pool:
            for done in as_completed([pool.submit(_generate, *job) for job in missing]):
                done.result()
                progress.add(1)
    return {
        collection: [np.load(_path(collection, copy, folder), mmap_mode="r") for copy in range(VARIATIONS[collection])]
        for collection in collections
    }


def _counts(collection: str) -> dict[str, Any]:
    """How many digits each file of a collection holds, at least and at most."""
    if collection == "other":
        return {"least": round(LEFT * OTHERS), "most": OTHERS}
    number = len(mnist().train) if collection == "mnist" else len(trained_on())
    return {"least": number, "most": number}


def _generate(collection: str, copy: int, folder: Path) -> None:
    """Writes a file of the pool."""
    random = np.random.default_rng([SEED, copy])
    if collection == "mnist":
        generated = [augment_image(digit, random) for digit in mnist().train.digits]
    elif collection == "pen":
        generated = [vary_pen_digit(pen_digit, random) for pen_digit in trained_on()]
    else:
        others = non_digits(OTHERS, writers(held_out=False), False, random)
        sketched = [digit for other in others if (digit := rasterize(other, random)) is not None]
        generated = [augment_image(each, random) if random.random() < PICTURED else each for each in sketched]
    write_atomically(_path(collection, copy, folder), lambda path: np.save(path, np.stack(generated)))


@cache
def trained_on() -> list[PenDigit]:
    """The pen digits to train on, in the order in which they stand in each variation: more than dots, labelled rightly.

    Their points are no closer than they need to be, which saves time.
    """
    left_out = label_errors.read()
    return [
        simplify_strokes(pen_digit)
        for pen_digit in writers(held_out=False)
        if pen_digit.source not in left_out and np.ptp(np.concatenate(pen_digit.strokes), axis=0).any()
    ]


def _path(collection: str, copy: int, folder: Path) -> Path:
    return folder / f"{collection}-{copy:03}.npy"


def main() -> int:
    """The command line; returns the exit status."""
    try:
        pool = load()
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(pool.pictures):,} digits to train on, {len(pool.choose(0, np.random.default_rng())):,} in an epoch")
    print(f"{len(pool.validation):,} digits to validate on")
    return 0


if __name__ == "__main__":
    run_command(main)
