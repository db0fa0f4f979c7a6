"""One training, in the process that trains for the page: read the job, learn, compare with before, export."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

import models
import recognition
from digits.labelled import Digits, join
from language import N_, _
from learning import download, learner
from learning.batches import predict, styled_samples
from learning.job import (
    EXPORTED_FILE,
    WEIGHTS_FILE,
    Comparison,
    Progress,
    State,
    read_job,
    write_lock,
    write_progress,
)
from learning.progress import ProgressReporter
from recognition.store import write_atomically
from training import export
from training.data.dataset import DataError, Splits, data_folder
from training.data.mnist import mnist
from training.data.pen_digits import SEED, drawn, pendigits
from training.engine.checkpoint import weights_in_memory

MAX_HELD_OUT = 300  # digits on which the curves are measured
MAX_TEST_DIGITS = 1_000  # of each test set
DRAWINGS, MNIST = N_("held-out drawings"), N_("MNIST validation")  # what is held out; the page translates these
WITH_SAMPLES = {
    "": N_("varied samples"),
    DRAWINGS: N_("held-out drawings and varied samples"),
    MNIST: N_("MNIST validation and varied samples"),
}
POINT_SECONDS, MAX_POINTS = 0.5, 60  # between two points of the curves at least, and about their highest number


def run(
    folder: Path,
    stopped: threading.Event,
    paused: threading.Event,
    destination: Path | None = None,
    turned: Callable[[], float | None] = lambda: None,
) -> bool:
    """Do the job in a folder; return False if it was stopped before the learning began.

    destination: the place for MNIST if it has to be downloaded, see learning.download. turned: returns what the visitor
    has turned the learning rate to, as a multiple of the usual one; None before that.
    Raises OSError if the folder cannot be written, DataError if MNIST is missing, and what learning.learn raises.
    """
    job, train, held_out = read_job(folder)
    network = models.find(job.network)
    splits, taught = None, len(train)  # MNIST's are not shown as what was taught
    if job.mnist:
        write_progress(folder, Progress(State.STARTING, _("Downloading MNIST") if destination else _("Reading MNIST")))
        splits = download.fetch(folder, destination, stopped)
        if splits is None:
            return False
        known = splits.train
        train = join([train, known if job.hidden is None else known[known.labels != job.hidden]])
    name, held_out = _held_out(held_out, train, splits)
    reporter = ProgressReporter(folder, job, network, train[:taught], held_out[:MAX_HELD_OUT], stopped, paused)
    reporter.report(State.STARTING)
    tests = {name: held_out} | (_test_sets(splits) if job.start or splits else {})
    before = dict.fromkeys(tests, 0)
    if job.start:
        shipped = recognition.load(job.network, job.start)
        before = {name: _correct(shipped.raw(test.digits), test) for name, test in tests.items()}
    model = learner.learn(
        job.network,
        train.digits,
        train.labels,
        job.start,
        job.seconds,
        rehearsal=job.rehearsal,
        observe=reporter.observe,
        paused=reporter.paused_seconds,
        every=max(POINT_SECONDS, job.seconds / MAX_POINTS),
        count_building=False,
        rate=lambda: turned() or job.rate,
        size=job.size,
    )
    reporter.finish(model)
    after = {name: _correct(predict(model, network, test.digits), test) for name, test in tests.items()}
    comparisons = [Comparison(name, len(test), before[name], after[name]) for name, test in tests.items()]
    _save(folder, model, learner.untrained(network, job.size), reporter, comparisons)
    return True


def _held_out(held_out: Digits, train: Digits, splits: Splits | None) -> tuple[str, Digits]:
    """The held-out digits and their name; at least some of them have a label that is learned."""
    name = DRAWINGS if len(held_out) else ""
    if splits is not None and not name:
        name, held_out = MNIST, splits.validation[:MAX_HELD_OUT]
    if np.isin(held_out.labels, train.labels).any():
        return name, held_out
    return WITH_SAMPLES[name], join([held_out, styled_samples()])


def _test_sets(splits: Splits | None) -> dict[str, Digits]:
    """Some test digits of MNIST and of pens, as far as their files are here. splits: MNIST, if it is read already."""
    tests: dict[str, Digits] = {}
    try:
        if splits is None and data_folder() is None:
            return tests
        tests[N_("MNIST test digits")] = (splits or mnist()).test[:MAX_TEST_DIGITS]
        if data_folder() is not None:
            pens = pendigits("tes")
            tests[N_("drawn test digits")] = drawn(pens[:: -(-len(pens) // MAX_TEST_DIGITS)], SEED)
    except DataError:  # the comparison goes without it
        return tests
    return tests


def _correct(probabilities: np.ndarray, test: Digits) -> int:
    return int((probabilities.argmax(1) == test.labels).sum())


def _save(
    folder: Path, model: keras.Model, bare: keras.Model, reporter: ProgressReporter, comparisons: list[Comparison]
) -> None:
    """Write the weights and the exported network, then report that it is done.

    bare: as training.train saves it, with the architecture's dropout, without an optimizer.
    """
    bare.set_weights(model.get_weights())
    with write_lock:  # the folder of an abandoned training is removed before or after this, and not made again
        write_atomically(folder / WEIGHTS_FILE, lambda path: path.write_bytes(weights_in_memory(bare)))
        exported = export.write(bare, folder / EXPORTED_FILE)
    reporter.report(State.DONE, comparisons=comparisons, exported=exported, parameters=bare.count_params())
