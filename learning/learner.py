"""Learns from some drawings within a time limit, as the page "Learn" does it in a process of its own.

    model = learn("cnn", digits, labels, seconds=30)                 # from nothing
    model = learn("cnn", digits, labels, start="drawn", seconds=10)  # goes on from the shipped weights

Few drawings suffice because each is learned from in ever new variations. Going on from trained weights, it rehearses:
half of each batch are earlier digits with the trained network's own answers as targets (Z. Li, D. Hoiem, Learning
without Forgetting, 2016). The rate follows the clock: it warms up, then falls to zero when the time is over.

MERGED: Weights while and after a network learns: their moving average, and the way back where too much was forgotten.
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

import models
from learning.batches import Drawings, RehearsalBatches, RehearsalSet, answers_of, checked, prepare
from models.network import Network
from recognition.recipes import check_recipe
from recognition.store import verified

SEED = 3
now = time.monotonic  # a benchmark beside other work counts computing time in its place
AVERAGED = 0.5  # share of the time after which the weights are averaged
WARM_UP = 0.04  # share of the time
BEGIN = {"rate": 2e-3, "decay": 2e-2, "dropout": 0.1}
RATES = {"cnn": 6e-3}  # in place of BEGIN's, where another one was tried and was better; see training/LOG.md
GO_ON = {"rate": 3e-4, "decay": 0.0, "dropout": 0.1}
BATCH, SMALL_BATCH = 64, 32  # of convolutions, a digit costs as much in a small one
REST = 0.04  # share of the time that is kept for the end
FIRST_LOOK = 0.1  # seconds after which an observer is called, then twice and four times that: most happens early


@dataclass(frozen=True)
class Step:
    """How far a learning is. share: of its time, 0 to 1. examples: digits it has learned from, variations counted.

    loss, accuracy: of the digits it has learned from since the last step; before the first, of some it is going to.
    """

    model: keras.Model
    share: float
    seconds_left: float
    examples: int
    loss: float
    accuracy: float


Observer = Callable[[Step], bool]  # is told, and may take its time, which does not count; returns whether to go on


def learn(
    key: str,
    digits: np.ndarray,
    labels: np.ndarray,
    start: str | None = None,
    seconds: float = 30,
    *,
    rehearsal: bool = True,
    observe: Observer | None = None,
    every: float = 0.5,
    count_building: bool = True,
    seed: int = SEED,
) -> keras.Model:
    """A network that has learned from labelled drawings for some seconds, counted from this call, on one core.

    digits: uint8 (n, 28, 28), white ink on black; labels: int (n,), 0 to 9; n from 1.
    start: the recipe whose weights it goes on from, "drawn" or "book", or None to begin from nothing.
    rehearsal: going on, keep what these weights can do.
    observe: is called every so many seconds, more often in the beginning, and may stop it.
    count_building: the seconds begin with this call; otherwise with the first batch after the graph was built, and the
    observer is called before that batch, too.
    Raises ValueError for other digits or labels or an unknown network or recipe, and recognition.store.WeightsError
    where the weights to go on from are missing or altered.
    """
    clock = _Clock(seconds)
    network = models.find(key)
    digits, labels = checked(digits, labels)
    keras.utils.set_random_seed(seed)
    settings = BEGIN | {"rate": RATES.get(key, BEGIN["rate"])} if start is None else GO_ON
    model = _with_dropout(network, settings["dropout"])
    before = _load(model, key, start) if start else []
    random = np.random.default_rng(seed)
    drawings = Drawings(network, digits, labels, random)
    batches: Callable[[int], tuple[np.ndarray, np.ndarray]] = drawings
    earlier = prepare(model, network, random) if start and rehearsal else None
    if earlier is not None:
        drawings.keep(answers_of(model, network, drawings.digits))
        batches = RehearsalBatches(drawings, earlier, network, random)
    model.compile(
        keras.optimizers.AdamW(settings["rate"], weight_decay=settings["decay"], global_clipnorm=1.0),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than it saves in half a minute
    )
    size = SMALL_BATCH if len(network.input_shape) == 3 else BATCH
    go_on = True
    if not count_building:
        first = _build(model, batches, size, seconds)
        clock = _Clock(seconds)
        go_on = observe is None or clock.pause(observe, first)
    if go_on:
        _run(model, batches, size, clock, settings["rate"], observe, every)
    if earlier is not None:
        interpolate_weights(model, before, earlier, network)
    return model


def _with_dropout(network: Network, rate: float) -> keras.Model:
    """An untrained model with this dropout rate; the ResNets have no dropout."""
    takes_rate = "dropout" in inspect.signature(network.build).parameters
    return network.build(dropout=rate) if takes_rate else network.build()


def _load(model: keras.Model, key: str, recipe: str) -> list[np.ndarray]:
    """Loads the shipped weights, and keeps the statistics of batch normalization as they are; returns the weights."""
    path, _ = verified(key, check_recipe(recipe))
    model.load_weights(path)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return model.get_weights()


def _run(
    model: keras.Model,
    next_batch: Callable[[int], tuple[np.ndarray, np.ndarray]],
    size: int,
    clock: _Clock,
    rate: float,
    observe: Observer | None,
    every: float,
) -> None:
    """Learns from batch after batch until the time is over or the observer says so; leaves the averaged weights."""
    average = Average(model)
    examples, sums, due = 0, np.zeros(3), FIRST_LOOK
    while clock.share < 1:
        share = clock.share
        model.optimizer.learning_rate = rate * _schedule(share)
        inputs, targets = next_batch(size)
        loss, accuracy = model.train_on_batch(inputs, targets)
        examples += len(inputs)
        sums += (loss * len(inputs), accuracy * len(inputs), len(inputs))
        if share > AVERAGED:
            average.update()
        if observe is not None and (gone := clock.seconds - clock.left) >= due:
            due = gone + min(every, max(FIRST_LOOK, gone))
            step = Step(model, clock.share, clock.left, examples, sums[0] / sums[2], sums[1] / sums[2])
            sums = np.zeros(3)
            if not clock.pause(observe, step):
                break
    average.apply()


def _build(
    model: keras.Model, next_batch: Callable[[int], tuple[np.ndarray, np.ndarray]], size: int, seconds: float
) -> Step:
    """Lets Keras build what trains, on a batch from which nothing is learned; returns how the network does on it."""
    model.optimizer.learning_rate = 0.0
    loss, accuracy = model.train_on_batch(*next_batch(size))
    model.predict_on_batch(next_batch(size)[0])
    return Step(model, 0.0, seconds, 0, float(loss), float(accuracy))


def _schedule(share: float) -> float:
    """The learning rate as a share of the highest, at a share of the time: warm-up, then half a cosine."""
    if share < WARM_UP:
        return max(share / WARM_UP, 0.05)
    return 0.5 + 0.5 * math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)) + 0.001


class _Clock:
    """Counts the seconds that are left for learning; what an observer takes does not count."""

    def __init__(self, seconds: float):
        if not seconds > 0:
            raise ValueError(f"expected seconds above zero, got {seconds}")
        self.seconds = seconds
        self._start = now()

    @property
    def share(self) -> float:
        """Of the time that is gone, 0 to 1."""
        return min(1.0, (now() - self._start) / (self.seconds * (1 - REST)))

    @property
    def left(self) -> float:
        return max(0.0, (1 - self.share) * self.seconds)

    def pause(self, observe: Observer, step: Step) -> bool:
        """Asks an observer."""
        start = now()
        go_on = observe(step)
        self._start += now() - start
        return go_on


MOMENTUM, EVERY = 0.99, 5  # of that average, and steps from one update to the next
SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.08, 0.0)  # of the way from the weights before to those after
TRUSTED = 0.935  # share of the earlier digits that has to be answered as before; see training/LOG.md


class Average:
    """The moving average of a model's weights over its last steps."""

    def __init__(self, model: keras.Model):
        self.variables = [variable for variable in model.weights if variable.dtype == "float32"]
        self.values: list[np.ndarray] = []
        self.steps = 0

    def update(self) -> None:
        """Takes the weights of now in."""
        self.steps += 1
        if not self.values:
            self.values = [np.array(variable) for variable in self.variables]
        elif self.steps % EVERY == 0:
            newest = max(1 - MOMENTUM, 9 / (10 + self.steps // EVERY))  # the first ones are soon forgotten
            for value, variable in zip(self.values, self.variables, strict=True):
                value += newest * (np.asarray(variable) - value)

    def apply(self) -> None:
        """Puts the average in the weights' place, where there is one."""
        for variable, value in zip(self.variables, self.values, strict=bool(self.values)):
            variable.assign(value)


def interpolate_weights(model: keras.Model, before: list[np.ndarray], earlier: RehearsalSet, network: Network) -> None:
    """Goes back on the line to the weights before until nearly all earlier digits are answered as they were.

    Source: M. Wortsman et al., Robust Fine-Tuning of Zero-Shot Models, 2022.
    """
    after = model.get_weights()
    for share in SHARES:
        model.set_weights(
            [
                (old + share * (new - old)).astype(old.dtype) if old.dtype == np.float32 else new
                for old, new in zip(before, after, strict=True)
            ]
        )
        if (answers_of(model, network, earlier.probes).argmax(1) == earlier.expected).mean() >= TRUSTED:
            return
