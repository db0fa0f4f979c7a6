"""How well networks learn from two hundred drawings in half a minute, and what they forget when they are taught.

Twenty people's ten digits each, of UNIPEN; 2,000 drawings of other people. Then twenty people, each of whom writes one
digit in a way of their own: turned, slanted or mirrored; half of these drawings are taught, the others held out.
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
from models import NETWORKS

FROM_NOTHING = {"cnn": 95.0, "mlp": 92.0, "rnn": 88.0}  # % that are asked for
MAY_LOSE = 0.3  # points on the drawn test digits
PEOPLE, OTHERS = 20, 2_000
SEEDS = (1, 2)
UNUSUAL = (1, 2, 4, 7, 9)  # digits that are written in a way of one's own
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


@dataclass(frozen=True, eq=False)
class Written:
    """Digits uint8 (n, 28, 28), labels int (n,), and who wrote them."""

    digits: np.ndarray
    labels: np.ndarray
    writers: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Written:
        return Written(self.digits[chosen], self.labels[chosen], self.writers[chosen])


def learn(seconds: float) -> str:
    """The report, in Markdown. Runs on one core."""
    os.environ |= dict.fromkeys(THREADS, "1")
    from learning import learner

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    learner.now = time.process_time  # so that other work on the machine does not count
    written = _written()
    lines = [
        f"{seconds:g} seconds of computing time on one core, {len(SEEDS)} draws of {PEOPLE} people of UNIPEN; "
        "% read as meant.",
        "",
        f"| from nothing | asked for | {OTHERS:,} drawings of others | digits seen in the worst draw |",
        "|---|---:|---:|---:|",
        *(_from_nothing(key, asked, written, seconds) for key, asked in FROM_NOTHING.items()),
        "",
        "| going on from the shipped weights | drawn test digits, before | after | held-out, before | after | "
        "held-out in their own way, before | after |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(_taught(key, written, seconds, True) for key in FROM_NOTHING),
        _taught("mlp", written, seconds, False),
    ]
    return "\n".join(lines) + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


def _written() -> Written:
    """UNIPEN's digits that are labelled rightly, at most 40 of each writer, drawn on the canvas."""
    from training.data.pen_digits import draw_on_canvas, unipen
    from training.pool.augmented import label_errors

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


def _from_nothing(key: str, asked: float, written: Written, seconds: float) -> str:
    from learning import learner

    accuracies, seen = [], []
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        complete = [name for name in sorted(set(written.writers)) if len(set(_of(written, name).labels)) == CLASSES]
        people = random.permutation(complete)[:PEOPLE]
        train = [random.choice(_where(written, name, digit)) for name in people for digit in range(CLASSES)]
        others = np.flatnonzero(~np.isin(written.writers, people))
        test = written[random.choice(others, min(OTHERS, len(others)), replace=False)]
        steps: list[learner.Step] = []
        model = learner.learn(
            key,
            written.digits[train],
            written.labels[train],
            seconds=seconds,
            observe=lambda step, steps=steps: not steps.append(step),
            every=seconds / 10,
        )
        accuracies.append(_accuracy(_answers(model, key, test.digits), test.labels))
        seen.append(steps[-1].examples)
    each = " and ".join(f"{accuracy:.1f}" for accuracy in accuracies)
    print(key, each, file=sys.stderr)
    return f"| {NETWORKS[key].title} | {asked:.0f} | {np.mean(accuracies):.1f} ({each}) | {min(seen):,} |"


def _taught(key: str, written: Written, seconds: float, rehearsal: bool) -> str:
    import recognition
    from learning import learner
    from training.evaluate import drawn_test_set

    test = drawn_test_set().normalized
    train, held_out, own = _class(written, np.random.default_rng(SEEDS[0]))
    model = learner.learn(key, train.digits, train.labels, "drawn", seconds, rehearsal=rehearsal)
    shipped = recognition.load(key, "drawn")
    cells = []
    for digits, labels in (
        (test.digits, test.labels),
        (held_out.digits, held_out.labels),
        (held_out.digits[own], held_out.labels[own]),
    ):
        before, after = _accuracy(shipped.raw(digits), labels), _accuracy(_answers(model, key, digits), labels)
        cells += [f"{before:.2f}", f"{after:.2f}"]
    name = NETWORKS[key].title + ("" if rehearsal else ", without rehearsal")
    print(name, *cells, file=sys.stderr)
    return f"| {name} | {' | '.join(cells)} |"


def _class(written: Written, random: np.random.Generator) -> tuple[Written, Written, np.ndarray]:
    """What twenty people teach, what is held out of them, and which of that is in a way of their own."""
    many = [name for name in sorted(set(written.writers)) if len(_of(written, name).labels) >= 30]
    train, held_out, own = [], [], []
    for place, name in enumerate(random.permutation(many)[:PEOPLE]):
        theirs = random.choice(UNUSUAL)
        for digit in range(CLASSES):
            drawings = written[random.permutation(_where(written, name, digit))]
            if digit == theirs:
                drawings = Written(_in_their_way(drawings.digits, place), drawings.labels, drawings.writers)
            taught = max(1, len(drawings.labels) // 2) if digit == theirs else 1
            train.append(drawings[np.arange(len(drawings.labels)) < taught])
            held_out.append(drawings[np.arange(len(drawings.labels)) >= taught])
            own += [digit == theirs] * len(held_out[-1].labels)
    return _joined(train), _joined(held_out), np.array(own)


def _in_their_way(digits: np.ndarray, place: int) -> np.ndarray:
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


def _joined(parts: list[Written]) -> Written:
    return Written(
        np.concatenate([part.digits for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.writers for part in parts]),
    )


def _answers(model, key: str, digits: np.ndarray) -> np.ndarray:
    return model.predict(NETWORKS[key].inputs(digits), batch_size=256, verbose=0)


def _accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return 100 * float((probabilities.argmax(1) == labels).mean())
