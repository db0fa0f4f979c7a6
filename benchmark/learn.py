"""The accuracy of networks after half a minute on two hundred drawings, and what fine-tuned ones forget.

From nothing: ten digits each of twenty writers of UNIPEN, tested on 2,000 drawings of other writers. Fine-tuned: twenty
writers, each of whom writes one digit in an unusual way (turned, slanted or mirrored); half of these drawings are
taught, the others held out.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import affine_transform

from digits import CLASSES, from_canvas
from digits.labelled import Digits, join
from models import NETWORKS

TARGETS = {"cnn": 95.0, "mlp": 92.0, "rnn": 88.0}  # % accuracy from nothing
WRITERS, TEST_DRAWINGS = 20, 2_000
SEEDS = (1, 2)
UNUSUAL = (1, 2, 4, 7, 9)  # digits of which each writer writes one in an unusual way
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


@dataclass(frozen=True, eq=False)
class Written:
    """Digits uint8 (n, 28, 28), labels int (n,), and who wrote them."""

    digits: np.ndarray
    labels: np.ndarray
    writers: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Written:
        return Written(self.digits[chosen], self.labels[chosen], self.writers[chosen])

    @property
    def drawings(self) -> Digits:
        return Digits(self.digits, self.labels)


def learn(seconds: float) -> str:
    """Return the report, in Markdown. Runs on one core."""
    os.environ |= dict.fromkeys(THREADS, "1")
    from learning import learner

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    learner.now = time.process_time  # so that other work on the machine does not count
    written = _written()
    lines = [
        f"{seconds:g} seconds of computing time on one core, {len(SEEDS)} draws of {WRITERS} writers of UNIPEN; "
        "accuracy in %.",
        "",
        f"| from nothing | target | {TEST_DRAWINGS:,} drawings of other writers | digits seen in the worst draw |",
        "|---|---:|---:|---:|",
        *(_from_nothing(key, target, written, seconds) for key, target in TARGETS.items()),
        "",
        "| fine-tuned from the shipped weights | drawn test digits, before | after | held-out, before | after | "
        "held-out, unusual, before | after |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(_taught(key, written, seconds, True) for key in TARGETS),
        _taught("mlp", written, seconds, False),
    ]
    return "\n".join(lines) + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


def _written() -> Written:
    """UNIPEN's digits without label errors, at most 40 of each writer, drawn on the canvas."""
    from training.data.pen_digits import draw_on_canvas, label_errors, unipen

    left_out = label_errors()
    by_writer = defaultdict(list)
    for pen_digit in unipen():
        if pen_digit.source not in left_out:
            by_writer[pen_digit.writer].append(pen_digit)
    random = np.random.default_rng(0)
    chosen = [pens[i] for _, pens in sorted(by_writer.items()) for i in random.permutation(len(pens))[:40]]
    drawn = [(from_canvas(canvas), pen) for canvas, pen in zip(draw_on_canvas(chosen, 5), chosen, strict=True)]
    kept = [(digit, pen) for digit, pen in drawn if digit is not None]
    return Written(
        np.stack([digit for digit, _ in kept]),
        np.array([pen.label for _, pen in kept]),
        np.array([pen.writer for _, pen in kept]),
    )


def _from_nothing(key: str, target: float, written: Written, seconds: float) -> str:
    from learning import learner
    from learning.batches import predict

    accuracies, seen = [], []
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        complete = [name for name in sorted(set(written.writers)) if len(set(_of(written, name).labels)) == CLASSES]
        writers = random.permutation(complete)[:WRITERS]
        train = [random.choice(_where(written, name, digit)) for name in writers for digit in range(CLASSES)]
        others = np.flatnonzero(~np.isin(written.writers, writers))
        test = written[random.choice(others, min(TEST_DRAWINGS, len(others)), replace=False)]
        steps: list[learner.Step] = []
        model = learner.learn(
            key,
            written.digits[train],
            written.labels[train],
            seconds=seconds,
            observe=lambda step, steps=steps: not steps.append(step),
            every=seconds / 10,
        )
        accuracies.append(_accuracy(predict(model, NETWORKS[key], test.digits), test.labels))
        seen.append(steps[-1].examples)
    each = " and ".join(f"{accuracy:.1f}" for accuracy in accuracies)
    print(key, each, file=sys.stderr)
    return f"| {NETWORKS[key].title} | {target:.0f} | {np.mean(accuracies):.1f} ({each}) | {min(seen):,} |"


def _taught(key: str, written: Written, seconds: float, rehearsal: bool) -> str:
    import recognition
    from learning import learner
    from learning.batches import predict
    from training.evaluate import drawn_test_set

    test = drawn_test_set().normalized
    train, held_out, unusual = _class(written, np.random.default_rng(SEEDS[0]))
    model = learner.learn(key, train.digits, train.labels, "drawn", seconds, rehearsal=rehearsal)
    shipped = recognition.load(key, "drawn")
    cells = []
    for digits, labels in (
        (test.digits, test.labels),
        (held_out.digits, held_out.labels),
        (held_out.digits[unusual], held_out.labels[unusual]),
    ):
        before, after = _accuracy(shipped.raw(digits), labels), _accuracy(predict(model, NETWORKS[key], digits), labels)
        cells += [f"{before:.2f}", f"{after:.2f}"]
    name = NETWORKS[key].title + ("" if rehearsal else ", without rehearsal")
    print(name, *cells, file=sys.stderr)
    return f"| {name} | {' | '.join(cells)} |"


def _class(written: Written, random: np.random.Generator) -> tuple[Digits, Digits, np.ndarray]:
    """Return what twenty writers teach, what is held out of theirs, and which of that is unusual, bool (n,)."""
    many = [name for name in sorted(set(written.writers)) if len(_of(written, name).labels) >= 30]
    train, held_out, unusual = [], [], []
    for place, name in enumerate(random.permutation(many)[:WRITERS]):
        odd = random.choice(UNUSUAL)
        for digit in range(CLASSES):
            drawings = written[random.permutation(_where(written, name, digit))].drawings
            if digit == odd:
                drawings = Digits(_unusual(drawings.digits, place), drawings.labels)
            taught = max(1, len(drawings.labels) // 2) if digit == odd else 1
            train.append(drawings[np.arange(len(drawings.labels)) < taught])
            held_out.append(drawings[np.arange(len(drawings.labels)) >= taught])
            unusual += [digit == odd] * len(held_out[-1].labels)
    return join(train), join(held_out), np.array(unusual)


def _unusual(digits: np.ndarray, place: int) -> np.ndarray:
    """Digits mirrored, turned by 38 degrees to either side, or slanted."""
    turn = np.radians(38)
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[[1, 0], [0, -1]], [[cos, -sin], [sin, cos]], [[cos, sin], [-sin, cos]], [[1, 0], [0.9, 1]]])
    chosen = matrix[place % len(matrix)]
    offset = 13.5 - chosen @ (13.5, 13.5)
    warped = [affine_transform(digit.astype(float), chosen, offset, order=1) for digit in digits]
    return np.clip(np.array(warped).reshape(-1, 28, 28), 0, 255).astype(np.uint8)


def _of(written: Written, name: str) -> Written:
    return written[written.writers == name]


def _where(written: Written, name: str, digit: int) -> np.ndarray:
    return np.flatnonzero((written.writers == name) & (written.labels == digit))


def _accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return 100 * float((probabilities.argmax(1) == labels).mean())
