"""The work of the process that trains for the page: learn, tell how it goes, compare, export."""

from __future__ import annotations

import threading
from pathlib import Path

import keras
import numpy as np

import models
import recognition
from digits.labelled import Digits
from learning import download, learner
from learning import job as files
from learning.batches import held_out_samples
from learning.job import (
    DONE,
    FAILED,
    NOT_BEGUN,
    SERVING,
    STARTING,
    WEIGHTS,
    Comparison,
    Examples,
    Progress,
    read_job,
    write_progress,
)
from learning.progress import ProgressReporter
from models.network import Network
from recognition.store import write_atomically
from training import export
from training.data.dataset import DataError, Splits, data_folder
from training.data.mnist import mnist
from training.data.pen_digits import SEED, drawn, pendigits
from training.engine.checkpoint import weights_in_memory

MOST_HELD_OUT = 300  # held-out digits on which the curves are measured
COMPARED = 1_000  # digits of each test set
LOOK, POINTS = 0.5, 60  # seconds between two points of the curves, and about how many there are at most


def work(folder: Path, stopped: threading.Event, paused: threading.Event, place: Path | None = None) -> None:
    """Does the job in a folder; place: where MNIST is kept if it has to be downloaded, see learning.download.

    Raises OSError where it cannot write, DataError where there is no MNIST, and what learning.learner.learn raises.
    """
    job, train, held_out = read_job(folder)
    network = models.find(job.network)
    known = None
    if job.mnist:
        write_progress(folder, Progress(STARTING, "Downloading MNIST" if place else "Reading MNIST"))
        known = download.fetch(folder, place, stopped)
        if known is None:
            write_progress(folder, Progress(FAILED, NOT_BEGUN))
            return
        train = _joined(train, _without(_examples(known.train), job.hidden))
        held_out = held_out if len(held_out) else _examples(known.validation[:MOST_HELD_OUT])
    if not np.isin(held_out.labels, train.labels).any():
        held_out = _joined(held_out, Examples(*held_out_samples()))
    teller = ProgressReporter(folder, job, network, _some(held_out, MOST_HELD_OUT), stopped, paused)
    teller.tell(STARTING)
    tests = {"held-out drawings": held_out} | (_tests(known) if job.start or known else {})
    before = {name: 0 for name in tests}
    if job.start:
        shipped = recognition.load(job.network, job.start)
        before = {name: _right(shipped.raw(test.digits), test) for name, test in tests.items()}
    model = learner.learn(
        job.network,
        train.digits,
        train.labels,
        job.start,
        job.seconds,
        rehearsal=job.rehearsal,
        observe=teller,
        every=max(LOOK, job.seconds / POINTS),
        count_building=False,
    )
    teller.last(model)
    after = {
        name: _right(model.predict(network.inputs(test.digits), batch_size=256, verbose=0), test)
        for name, test in tests.items()
    }
    compared = [Comparison(name, len(test), before[name], after[name]) for name, test in tests.items()]
    _save(folder, model, network, teller, compared)


def _save(
    folder: Path, model: keras.Model, network: Network, teller: ProgressReporter, compared: list[Comparison]
) -> None:
    """Writes the weights, what serves from them, and then that it is done."""
    bare = network.build()  # as training.train saves it: without dropout's rate and the optimizer's state
    bare.set_weights(model.get_weights())
    with files.writing:  # a visit that ends now removes the folder before or after, and nobody makes it again
        write_atomically(folder / WEIGHTS, lambda path: path.write_bytes(weights_in_memory(bare)))
        serving = export.write(bare, folder / SERVING)
    teller.tell(DONE, comparisons=compared, serving=serving, parameters=bare.count_params())


def _right(probabilities: np.ndarray, test: Examples) -> int:
    return int((probabilities.argmax(1) == test.labels).sum())


def _tests(known: Splits | None) -> dict[str, Examples]:
    """Some of the test digits, where there are any. known: MNIST, where it is learned from."""
    tests: dict[str, Examples] = {}
    try:
        if known is None and data_folder() is None:
            return tests
        tests["MNIST test digits"] = _some(_examples((known or mnist()).test), COMPARED)
        if data_folder() is None:
            return tests
        written = pendigits("tes")
        tests["drawn test digits"] = _examples(drawn(written[:: -(-len(written) // COMPARED)], SEED))
    except DataError:  # the comparison goes without it
        return tests
    return tests


def _examples(digits: Digits) -> Examples:
    return Examples(digits.digits, digits.labels.astype(np.int64))


def _without(examples: Examples, label: int | None) -> Examples:
    kept = examples.labels != (-1 if label is None else label)
    return Examples(examples.digits[kept], examples.labels[kept])


def _some(examples: Examples, most: int) -> Examples:
    return Examples(examples.digits[:most], examples.labels[:most])


def _joined(*parts: Examples) -> Examples:
    return Examples(np.concatenate([part.digits for part in parts]), np.concatenate([part.labels for part in parts]))
