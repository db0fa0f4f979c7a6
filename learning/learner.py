"""Trains a network on a few drawings within a time limit, from nothing or from the shipped weights.

    model = learning.learn("cnn", digits, labels, seconds=30)                 # from nothing
    model = learning.learn("cnn", digits, labels, start="drawn", seconds=10)  # fine-tunes the shipped weights

Few drawings suffice because every batch has new variations of them. Fine-tuning rehearses: three quarters of each batch
are other digits, whose targets are the trained network's own predictions (Z. Li, D. Hoiem, Learning without Forgetting,
2016), and its result is interpolated with the shipped weights (M. Wortsman et al., Robust Fine-Tuning of Zero-Shot
Models, 2022). The learning rate follows the clock: it warms up, then falls to zero at the end of the time.
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import keras
import numpy as np

import models
from digits.labelled import Digits
from learning.batches import (
    Batches,
    RehearsalBatches,
    RehearsalSet,
    VariationBatches,
    distinct,
    predict,
    rehearsal_set,
)
from learning.job import SIZES
from models.network import Network
from recognition.recipes import check_recipe
from recognition.store import verified

SEED = 3
BATCH, SMALL_BATCH = 64, 32  # small for convolutions, where a digit costs no less in a large batch
WARM_UP = 0.04  # share of the time
RESERVE = 0.04  # share of the time that is kept for the last batch and the end
FIRST_STEP_SECONDS = 0.1  # until the first call of an observer; then twice and four times that: most happens early
OBSERVING = 0.2  # share of the time that an observer may take; a slow one is called less often
EMA_START = 0.5  # share of the time after which the weights are averaged
EMA_MOMENTUM, EMA_EVERY = 0.99, 5  # of the average, and batches between two of its updates
INTERPOLATION = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.08, 0.0)  # from the fine-tuned weights to the shipped ones
MIN_KEPT = 0.935  # share of the rehearsal probes whose prediction must stay the same; see training/LOG.md
MIN_KEPT_TAUGHT = 0.85  # the same, where the taught digits are not all read otherwise
MAX_CHECKED = 200  # taught digits that are looked at for that

now = time.monotonic  # a benchmark beside other work replaces it by the computing time


@dataclass(frozen=True)
class Settings:
    """The highest learning rate, the weight decay, and the dropout rate."""

    rate: float
    decay: float
    dropout: float


FROM_NOTHING = Settings(rate=2e-3, decay=2e-2, dropout=0.1)
FROM_NOTHING_CNN = replace(FROM_NOTHING, rate=6e-3)  # better for it alone; see training/LOG.md
FINE_TUNING = Settings(rate=3e-4, decay=0.0, dropout=0.1)


@dataclass(frozen=True)
class Step:
    """The state of a training, for its observer.

    seconds_left: of learning. examples: digits learned from so far, every variation counted.
    loss, accuracy: on the batches since the last step; in the first step, on a batch that is not learned from.
    rate: the learning rate of the last batch.
    """

    model: keras.Model
    seconds_left: float
    examples: int
    loss: float
    accuracy: float
    rate: float = 0.0


Observer = Callable[[Step], bool]  # returns whether to go on


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
    paused: Callable[[], float] = lambda: 0.0,
    count_building: bool = True,
    rate: Callable[[], float] = lambda: 1.0,
    size: int | None = None,
    seed: int = SEED,
) -> keras.Model:
    """Train a network on labelled drawings for some seconds, on one core.

    digits: uint8 (n, 28, 28), white ink on black; labels: int (n,), 0 to 9; n from 1.
    start: the recipe whose weights are fine-tuned, "drawn" or "book", or None to train from nothing.
    rehearsal: when fine-tuning, rehearse what these weights can do.
    observe: called every so many seconds, more often at the beginning; may stop the training.
    paused: returns the seconds of all pauses so far, which do not count.
    count_building: the seconds begin with this call; otherwise with the first batch after the graph has been built, and
    the observer is called before that batch too.
    rate: returns the learning rate as a multiple of the usual one; asked before each batch.
    size: units or filters of a layer, from nothing; None for the usual number.
    Raises ValueError for invalid digits or labels, an unknown network or recipe, or no seconds, and
    recognition.store.WeightsError if the weights to fine-tune are missing or altered.
    """
    clock = _Clock(seconds, paused)
    network = models.find(key)
    digits, labels = distinct(digits, labels)
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    settings = FINE_TUNING if start else FROM_NOTHING_CNN if key == "cnn" else FROM_NOTHING
    model = untrained(network, size, settings.dropout)
    shipped = _load(model, key, start) if start else []
    variations = VariationBatches(digits, labels, random)
    batches: Batches = variations
    rehearsed = rehearsal_set(model, network, random) if start and rehearsal else None
    if rehearsed is not None:
        variations.keep_predictions(predict(model, network, digits))
        batches = RehearsalBatches(variations, rehearsed)
    model.compile(
        keras.optimizers.AdamW(settings.rate, weight_decay=settings.decay, global_clipnorm=1.0),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than it saves in half a minute
    )
    size = SMALL_BATCH if len(network.input_shape) == 3 else BATCH
    go_on = True
    if not count_building:
        first = _build(model, network, batches, size, seconds)
        clock = _Clock(seconds, paused)
        go_on = observe is None or observe(first)
    if go_on:
        _train(model, network, batches, size, clock, lambda: settings.rate * rate(), observe, every)
    if rehearsed is not None:
        interpolate_weights(model, network, shipped, rehearsed, Digits(digits, labels))
    return model


def untrained(network: Network, size: int | None = None, dropout: float | None = None) -> keras.Model:
    """Build a model with this size of its layers and this dropout rate, where its architecture has them."""
    wanted = {"dropout": dropout, **dict.fromkeys(SIZES, size)}
    known = inspect.signature(network.build).parameters
    return network.build(**{name: value for name, value in wanted.items() if name in known and value is not None})


def _load(model: keras.Model, key: str, recipe: str) -> list[np.ndarray]:
    """Load the shipped weights and return them; freeze batch normalization, whose statistics a few drawings spoil."""
    path, _ = verified(key, check_recipe(recipe))
    model.load_weights(path)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return model.get_weights()


def _build(model: keras.Model, network: Network, batches: Batches, size: int, seconds: float) -> Step:
    """Let Keras build its graphs, with a learning rate of zero; return the step before any learning."""
    model.optimizer.learning_rate = 0.0
    digits, targets = batches(size)
    loss, accuracy = model.train_on_batch(network.inputs(digits), targets)
    model.predict_on_batch(network.inputs(digits))
    return Step(model, seconds, 0, float(loss), float(accuracy))


def _train(
    model: keras.Model,
    network: Network,
    batches: Batches,
    size: int,
    clock: _Clock,
    rate: Callable[[], float],
    observe: Observer | None,
    every: float,
) -> None:
    """Train batch after batch until the time is over or the observer stops it; leave the averaged weights."""
    average = _MovingAverage(model)
    examples, sums, due = 0, np.zeros(3), FIRST_STEP_SECONDS
    while clock.share < 1:
        share = clock.share
        now_rate = rate() * _schedule(share)
        model.optimizer.learning_rate = now_rate
        digits, targets = batches(size)
        loss, accuracy = model.train_on_batch(network.inputs(digits), targets)
        examples += size
        sums += (loss * size, accuracy * size, size)
        if share > EMA_START:
            average.update()
        if observe is not None and (gone := clock.seconds - clock.left) >= due:
            step = Step(model, clock.left, examples, sums[0] / sums[2], sums[1] / sums[2], now_rate)
            sums = np.zeros(3)
            if not observe(step):
                break
            after = clock.seconds - clock.left
            due = after + max(min(every, max(FIRST_STEP_SECONDS, gone)), (after - gone) * (1 / OBSERVING - 1))
    average.apply()


def _schedule(share: float) -> float:
    """The learning rate as a share of the highest, at a share of the time: warm-up, then half a cosine."""
    if share < WARM_UP:
        return max(share / WARM_UP, 0.05)
    return 0.5 + 0.5 * math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)) + 0.001


class _Clock:
    """The seconds left for learning, without pauses."""

    def __init__(self, seconds: float, paused: Callable[[], float]):
        if not seconds > 0:
            raise ValueError(f"expected seconds above zero, got {seconds}")
        self.seconds = seconds
        self._paused = paused
        self._start = now() - paused()

    @property
    def share(self) -> float:
        """The share of the time that has passed, 0 to 1."""
        passed = now() - self._start - self._paused()
        return min(1.0, passed / (self.seconds * (1 - RESERVE)))

    @property
    def left(self) -> float:
        return max(0.0, (1 - self.share) * self.seconds)


class _MovingAverage:
    """The exponential moving average of a model's weights."""

    def __init__(self, model: keras.Model):
        self.variables = [variable for variable in model.weights if variable.dtype == "float32"]
        self.values: list[np.ndarray] = []
        self.batches = 0

    def update(self) -> None:
        """Include the current weights, once every few batches."""
        self.batches += 1
        if not self.values:
            self.values = [np.array(variable) for variable in self.variables]
        elif self.batches % EMA_EVERY == 0:
            newest = max(1 - EMA_MOMENTUM, 9 / (10 + self.batches // EMA_EVERY))  # the first ones fade quickly
            for value, variable in zip(self.values, self.variables, strict=True):
                value += newest * (np.asarray(variable) - value)

    def apply(self) -> None:
        """Replace the weights by their average, if there is one."""
        for variable, value in zip(self.variables, self.values, strict=bool(self.values)):
            variable.assign(value)


def interpolate_weights(
    model: keras.Model, network: Network, shipped: list[np.ndarray], rehearsed: RehearsalSet, taught: Digits
) -> None:
    """Interpolate between the new and the shipped weights: as far towards the new ones as the rehearsal probes allow.

    Where the taught digits are not all read then, a little more is forgotten for them.
    Source: M. Wortsman et al., Robust Fine-Tuning of Zero-Shot Models, 2022.
    """
    new, taught = model.get_weights(), taught[:MAX_CHECKED]

    def interpolate(share: float) -> None:
        pairs = zip(shipped, new, strict=True)
        weights = [(old + share * (v - old)).astype(old.dtype) if old.dtype == np.float32 else v for old, v in pairs]
        model.set_weights(weights)

    def correct(digits: np.ndarray, labels: np.ndarray) -> float:
        return float((predict(model, network, digits).argmax(1) == labels).mean())

    found = []  # (share, of the probes, of the taught digits) for each interpolation
    for share in INTERPOLATION:
        interpolate(share)
        kept = correct(rehearsed.probes, rehearsed.probe_labels)
        found.append((share, kept, correct(taught.digits, taught.labels)))
    careful = next(each for each in found if each[1] >= MIN_KEPT or each[0] == 0)
    bold = max((each for each in found if each[1] >= MIN_KEPT_TAUGHT), key=lambda each: (each[2], each[1]))
    interpolate(bold[0] if bold[2] > careful[2] else careful[0])
