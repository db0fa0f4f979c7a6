"""learning.learn: networks learn from a few drawings within their time, and keep what they knew when fine-tuned."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

import learning
import recognition
from digits.labelled import Digits
from learning import batches, learner
from learning.batches import rehearsal_digits, styled_samples
from models import NETWORKS
from training.augment.warp import distance_fields, warp_batch


@pytest.fixture(scope="module")
def drawings() -> Digits:
    """Half of the samples in other styles, to learn from."""
    return styled_samples()[::2]


@pytest.fixture(scope="module")
def held_out() -> Digits:
    return styled_samples()[1::2]


@pytest.fixture
def clock(monkeypatch):
    """A clock for learners that advances by 10 ms each time it is read, however busy the machine is."""
    clock = Clock()
    monkeypatch.setattr(learner, "now", clock)
    return clock


@pytest.fixture
def little_rehearsal(monkeypatch):
    """A small rehearsal set, without any data."""
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setattr(batches, "STYLES", 3)
    monkeypatch.setattr(batches, "PROBES", 20)


@dataclass
class Clock:
    time: float = 0.0

    def __call__(self) -> float:
        self.time += 0.01
        return self.time


@dataclass
class Observer:
    """Takes some seconds for each step, and stops after the given number of steps."""

    clock: Clock
    most: int
    seconds: float = 0.0
    steps: list[learner.Step] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)

    def __call__(self, step: learner.Step) -> bool:
        self.clock.time += self.seconds
        self.steps.append(step)
        self.weights.append(step.model.get_weights()[0])
        return len(self.steps) < self.most


def accuracy(model, key: str, digits: np.ndarray, labels: np.ndarray) -> float:
    return float((batches.predict(model, NETWORKS[key], digits).argmax(1) == labels).mean())


def test_a_network_learns_from_nothing(clock, drawings, held_out):
    model = learning.learn("mlp", drawings.digits, drawings.labels, seconds=2)
    assert accuracy(model, "mlp", held_out.digits, held_out.labels) > 0.4, "guessing: 0.1"


def test_the_learning_rate_is_turned_while_it_learns_and_a_layer_has_the_size_that_is_asked_for(clock, drawings):
    observer = Observer(clock, most=8)
    model = learner.learn(
        *("mlp", drawings.digits, drawings.labels, None, 60),
        rate=lambda: 1.0 if len(observer.steps) < 3 else 0.0,
        size=16,
        observe=observer,
        every=0.01,
    )
    moved = [np.abs(after - before).max() for before, after in pairwise(observer.weights)]
    assert min(moved[:2]) > 0 and max(moved[3:]) == 0, "turned to nothing, it learns nothing"
    assert observer.steps[2].rate > 0 == observer.steps[-1].rate
    assert model.get_layer("hidden_2").units == 16


@pytest.mark.parametrize("key", [key for key in NETWORKS if key != "densenet"])  # which takes a minute; see below
def test_every_network_can_be_built_for_learning(clock, drawings, key):
    model = learning.learn(key, drawings.digits[:4], drawings.labels[:4], seconds=1e-9)
    assert model.count_params() == NETWORKS[key].build().count_params()


OFTEN = (("resnet", None), ("rnn", "drawn"), ("ynet", "drawn"))  # each builds its graph anew; the others nightly


def every_start() -> Iterator:
    """Every network from both starts."""
    for key, start in itertools.product(NETWORKS, (None, "drawn")):
        yield pytest.param(key, start, marks=() if (key, start) in OFTEN else pytest.mark.nightly)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "start"), list(every_start()))
def test_every_network_learns_from_nothing_and_from_the_shipped_weights(clock, little_rehearsal, drawings, key, start):
    observer = Observer(clock, most=2)
    learner.learn(
        key, drawings.digits[:8], drawings.labels[:8], start, 1, observe=observer, every=0.01, count_building=False
    )
    assert observer.steps[-1].examples > 0 and np.isfinite(observer.steps[-1].loss)


@pytest.mark.slow
def test_a_fine_tuned_network_learns_the_drawings_and_keeps_the_rest_if_it_rehearses(clock, drawings, monkeypatch):
    monkeypatch.delenv("DIGIT_DATA", raising=False)  # the samples are rehearsal enough
    sevens = drawings.digits[drawings.labels == 7]
    mirrored, labels = sevens[:, :, ::-1].copy(), np.full(len(sevens), 7)
    before = recognition.load("mlp", "drawn")
    known = rehearsal_digits(np.random.default_rng(5))
    kept = []
    for rehearsal in (True, False):
        model = learner.learn("mlp", mirrored, labels, "drawn", seconds=8, rehearsal=rehearsal)
        assert accuracy(model, "mlp", mirrored, labels) > (before.raw(mirrored).argmax(1) == 7).mean()
        kept.append(accuracy(model, "mlp", known, before.raw(known).argmax(1)))
    assert kept[0] > 0.97 and kept[1] < kept[0]
    monkeypatch.setattr(learner, "MIN_KEPT", 1.0)  # no new weight keeps all of the probes
    misread = np.flatnonzero(before.raw(mirrored).argmax(1) != 7)[:1]
    model = learner.learn("mlp", mirrored[misread], labels[misread], "drawn", seconds=8)
    assert accuracy(model, "mlp", mirrored[misread], labels[misread]) == 1, "what is taught is read all the same"


def test_an_observer_sees_the_untrained_network_first_and_may_stop(clock, drawings):
    observer = Observer(clock, most=4)
    learner.learn(
        "mlp", drawings.digits, drawings.labels, seconds=60, observe=observer, every=1.0, count_building=False
    )
    first, *others = observer.steps
    assert len(others) == 3
    assert first.examples == 0 and first.seconds_left == 60 and first.accuracy < 0.4
    assert 0 < others[0].examples < others[1].examples < others[2].examples
    assert not np.array_equal(observer.weights[0], observer.weights[1])
    assert 60 - others[0].seconds_left < 0.2, "the first look is early"


@pytest.mark.nightly
def test_the_time_of_an_observer_counts_pauses_do_not_and_a_slow_one_is_called_less_often(clock, drawings):
    slow, paused = Observer(clock, most=99, seconds=2), Observer(clock, most=3, seconds=3600)
    learner.learn("mlp", drawings.digits, drawings.labels, seconds=60, observe=slow, every=1.0)
    assert 4 <= len(slow.steps) <= 60 / 2 * learner.OBSERVING + 2
    pauses = lambda: 3600.0 * len(paused.steps)  # noqa: E731
    learner.learn("mlp", drawings.digits, drawings.labels, seconds=60, observe=paused, every=1.0, paused=pauses)
    assert len(paused.steps) == 3 and paused.steps[-1].seconds_left > 50


def test_an_observer_may_stop_it_before_it_begins(clock, drawings):
    observer = Observer(clock, most=1)
    model = learner.learn("mlp", drawings.digits, drawings.labels, observe=observer, count_building=False)
    assert np.array_equal(model.get_weights()[0], observer.weights[0])


def test_a_thousand_copies_of_a_drawing_count_once(drawings):
    digits, labels = batches.distinct(np.repeat(drawings.digits[:1], 1000, 0), np.repeat(drawings.labels[:1], 1000))
    assert (len(digits), len(labels)) == (1, 1)


@pytest.mark.parametrize(
    ("digits", "labels", "expected"),
    [
        (np.zeros((0, 28, 28), np.uint8), np.zeros(0, int), "got 0 drawings"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(3, int), r"labels \(3,\)"),
        (np.zeros((2, 28, 28), np.uint8), np.array([1, 10]), "from 0 to 9"),
        (np.zeros((2, 28, 28)), np.array([1, 2]), "uint8"),
    ],
)
def test_invalid_drawings_are_refused(digits, labels, expected):
    with pytest.raises(ValueError, match=expected):
        learning.learn("mlp", digits, labels)


@pytest.mark.parametrize(("network", "start"), [("lenet", None), ("mlp", "mine")])
def test_unknown_networks_and_recipes_are_refused(drawings, network, start):
    with pytest.raises(ValueError, match="unknown"):
        learning.learn(network, drawings.digits, drawings.labels, start=start)


def test_variations_are_normalized_differ_and_stay_the_same_digits(held_out):
    fields, everything = distance_fields(held_out.digits), np.arange(len(held_out))
    varied, others = (warp_batch(fields, everything, np.random.default_rng(seed)) for seed in (2, 3))
    assert varied.dtype == np.uint8 and varied.shape == held_out.digits.shape
    assert (varied != others).any((1, 2)).all()
    sides = [[np.ptp(np.flatnonzero((digit >= 64).any(axis))) + 1 for axis in (0, 1)] for digit in varied]
    assert 17 <= np.median(np.max(sides, axis=1)) <= 23, "the box of 20 pixels"
    assert (recognition.load("cnn", "drawn").raw(varied).argmax(1) == held_out.labels).mean() > 0.85


def test_rehearsal_has_samples_of_all_digits_without_any_data(monkeypatch):
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    assert set(styled_samples().labels) == set(range(10))
    assert len(rehearsal_digits(np.random.default_rng(0))) > 300
