"""The training data of recipe "drawn": augmented MNIST digits and pen strokes, cached on disk.

Each variation of each collection is one file in training/runs/pool, the digits in the same order in all of them;
missing files are generated when a training needs them. Files of other digits or made by other code have other names.
Each epoch takes other variations, until all have been seen.
Writers are split, not digits: nobody whose digits are trained on is in the validation set.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import keras
import numpy as np

from digits.labelled import Digits, join
from recognition.store import write_atomically
from training.augment.rasterize import rasterize, simplify_strokes, vary_pen_digit
from training.augment.warp import augment_image
from training.data.characters import extends
from training.data.dataset import DataError, Pictures, limit
from training.data.mnist import mnist
from training.data.pen_digits import held_out, writers
from training.data.unipen import PenDrawing
from training.engine.command import RUNS
from training.pool.outliers import outliers

POOL = RUNS / "pool"
VARIATIONS = {"mnist": 8, "pen": 40, "outlier": 10}  # of each digit; of outliers, the number of files
VARIED_BY = {  # the code that a collection's files depend on, which their names identify
    "mnist": ("augment/warp.py",),
    "pen": ("augment/styles.py", "augment/warp.py", "augment/rasterize.py"),
    "outlier": ("augment/styles.py", "augment/warp.py", "augment/rasterize.py", "pool/outliers.py"),
}
OUTLIERS = 16_000  # in each of their files
PICTURED = 0.3  # share of the outliers that are varied as pictures, like MNIST's digits: that style is no evidence
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


def load(folder: Path | None = None, workers: int | None = None) -> AugmentedDataset:
    """The pool; missing files are generated with a progress bar, all of them in four to five minutes on two cores.

    Raises DataError if MNIST or a collection of pen strokes is missing or damaged.
    """
    varied = prepared(("mnist", "pen"), folder, workers)
    digits = mnist()
    return AugmentedDataset(
        mnist=digits.train,
        mnist_variations=varied["mnist"],
        pens=varied["pen"],
        pen_labels=np.array([pen_digit.label for pen_digit in training_digits()], np.uint8),
        validation=join([digits.validation, held_out()]),
    )


def prepared(
    collections: tuple[str, ...], folder: Path | None = None, workers: int | None = None
) -> dict[str, list[np.ndarray]]:
    """The variations of some of the collections in VARIATIONS, after generating those that are not on disk.

    Returns for each collection its variations, uint8 (n, 28, 28) each, memory-mapped.
    """
    folder = folder or (POOL / f"limit-{limit()}" if limit() else POOL)
    jobs = [(collection, copy, folder) for collection in collections for copy in range(VARIATIONS[collection])]
    missing = [job for job in jobs if not _path(*job).exists()]
    if missing:
        writers(held_out=True), mnist()  # raises DataError here rather than in every worker
        progress = keras.utils.Progbar(len(missing), unit_name="variation")
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers or _cores(), mp_context=context) as pool:
            for done in as_completed([pool.submit(_generate, *job) for job in missing]):
                done.result()
                progress.add(1)
    return {
        collection: [_read(_path(collection, copy, folder), collection) for copy in range(VARIATIONS[collection])]
        for collection in collections
    }


def _cores() -> int:
    """The cores that this process may use; macOS and Windows do not tell, and give all of them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read(path: Path, collection: str) -> np.ndarray:
    """A file of the pool, memory-mapped; raises DataError if it is cut off, or holds other digits than are read now."""
    expected = {"mnist": lambda: len(mnist().train), "pen": lambda: len(training_digits())}
    try:
        digits = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DataError(f"{path} is damaged ({error}); delete {path.parent}, and it is made again") from error
    if collection in expected and len(digits) != expected[collection]():
        raise DataError(f"{path} was made of other digits; delete {path.parent}, and it is made again")
    return digits


def _generate(collection: str, copy: int, folder: Path) -> None:
    """Write a file of the pool."""
    random = np.random.default_rng([SEED, copy])
    if collection == "mnist":
        generated = [augment_image(digit, random) for digit in mnist().train.digits]
    elif collection == "pen":
        generated = [vary_pen_digit(pen_digit, random) for pen_digit in training_digits()]
    else:
        drawings = outliers(min(OUTLIERS, limit() or OUTLIERS), writers(held_out=False), False, random)
        drawn = [digit for drawing in drawings if (digit := rasterize(drawing, random)) is not None]
        generated = [augment_image(digit, random) if random.random() < PICTURED else digit for digit in drawn]
    write_atomically(_path(collection, copy, folder), lambda path: np.save(path, np.stack(generated)))


@cache
def training_digits() -> list[PenDrawing]:
    """The pen digits to train on, in the order of each variation, without mere dots.

    Points that are closer than they need to be are left out, which saves time.
    """
    return [simplify_strokes(pen_digit) for pen_digit in writers(held_out=False) if extends(pen_digit)]


def _path(collection: str, copy: int, folder: Path) -> Path:
    return folder / f"{collection}-{_identity(collection)}-{copy:03}.npy"


def _identity(collection: str) -> str:
    """Names what a collection's variations are made of: the code that varies, and the pen digits in their order."""
    digest = hashlib.sha256()
    for source in VARIED_BY[collection]:
        digest.update((Path(__file__).resolve().parent.parent / source).read_bytes())
    if collection != "mnist":
        digest.update("\n".join(f"{digit.writer} {digit.source}" for digit in training_digits()).encode())
    return digest.hexdigest()[:8]
