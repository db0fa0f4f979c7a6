"""Networks learn from a few drawings within seconds, and keep what they could when they go on."""

from __future__ import annotations

import time

import numpy as np
import pytest

import recognition
from learning import learner
from learning.batches import checked, earlier, held_out_samples, samples
from training.augment.warp import distance_fields, warp_batch


@pytest.fixture(scope="module")
def drawings() -> tuple[np.ndarray, np.ndarray]:
    """Half of the samples in other styles, to learn from."""
    digits, labels = held_out_samples()
    return digits[: len(digits) // 2], labels[: len(digits) // 2]


@pytest.fixture(scope="module")
def held_out() -> tuple[np.ndarray, np.ndarray]:
    digits, labels = held_out_samples()
    return digits[len(digits) // 2 :], labels[len(digits) // 2 :]


def accuracy(model, key: str, digits: np.ndarray, labels: np.ndarray) -> float:
    from models import NETWORKS

    answers = model.predict(NETWORKS[key].inputs(digits), verbose=0)
    return float((answers.argmax(1) == labels).mean())


def test_a_network_learns_from_nothing_within_its_time(drawings, held_out):
    begin = time.monotonic()
    model = learner.learn("mlp", *drawings, seconds=4)
    assert time.monotonic() - begin < 10
    assert accuracy(model, "mlp", *held_out) > 0.25  # guessing: 0.1; a busy machine gets less far in its seconds


@pytest.mark.slow
def test_a_taught_network_reads_what_it_was_taught_and_keeps_the_rest_where_it_rehearses(drawings, monkeypatch):
    monkeypatch.setattr(learner, "now", time.process_time)  # other work on the machine does not count
    sevens = drawings[0][drawings[1] == 7]
    mirrored, labels = sevens[:, :, ::-1].copy(), np.full(len(sevens), 7)
    before = recognition.load("mlp", "drawn")
    known = earlier(np.random.default_rng(5))
    kept = []
    for rehearsal in (True, False):
        model = learner.learn(
            "mlp", mirrored, labels, start="drawn", seconds=12, rehearsal=rehearsal, count_building=False
        )
        assert accuracy(model, "mlp", mirrored, labels) > (before.raw(mirrored).argmax(1) == 7).mean()
        kept.append(accuracy(model, "mlp", known, before.raw(known).argmax(1)))
    assert kept[0] > 0.97 and kept[1] < kept[0]


def test_an_observer_sees_every_half_second_and_stops_it(drawings):
    steps = []

    def observe(step: learner.Step) -> bool:
        steps.append(step)
        return len(steps) < 2

    begin = time.monotonic()
    learner.learn("mlp", *drawings, seconds=600, observe=observe, every=0.2)
    assert len(steps) == 2 and time.monotonic() - begin < 120  # on a busy machine
    assert steps[0].examples < steps[1].examples and steps[0].seconds_left > steps[1].seconds_left > 400


def test_the_first_step_is_the_network_before_it_learns_anything(drawings):
    weights, steps = [], []

    def observe(step: learner.Step) -> bool:
        steps.append(step)
        weights.append(step.model.get_weights()[0])
        return len(steps) < 3

    learner.learn("mlp", *drawings, seconds=60, observe=observe, count_building=False)
    assert steps[0].examples == 0 and steps[0].seconds_left == 60 and steps[0].accuracy < 0.4
    assert steps[1].examples > 0 and not np.array_equal(weights[0], weights[1])
    assert 60 - steps[2].seconds_left < 5  # the second look is as early, on a busy machine too


def test_an_observer_may_stop_it_before_it_begins(drawings):
    model = learner.learn("mlp", *drawings, seconds=60, observe=lambda step: False, count_building=False)
    assert int(model.optimizer.iterations) == 1  # of building


@pytest.mark.slow
def test_what_an_observer_takes_does_not_count(drawings):
    left = []

    def observe(step: learner.Step) -> bool:
        left.append(step.seconds_left)
        time.sleep(1.5)
        return len(left) < 3

    learner.learn("mlp", *drawings, seconds=30, observe=observe, every=0.1)
    assert left[0] - left[-1] < 2.5


def test_a_thousand_copies_of_a_drawing_count_once(drawings):
    digits, labels = checked(np.repeat(drawings[0][:1], 1000, 0), np.repeat(drawings[1][:1], 1000))
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
def test_what_cannot_be_learned_from_is_refused(digits, labels, expected):
    with pytest.raises(ValueError, match=expected):
        learner.learn("mlp", digits, labels)


@pytest.mark.parametrize(("network", "start"), [("lenet", None), ("mlp", "mine")])
def test_unknown_networks_and_recipes_are_refused(drawings, network, start):
    with pytest.raises(ValueError, match="unknown"):
        learner.learn(network, *drawings, start=start)


def test_variations_are_normalized_digits_and_differ():
    digits, _ = held_out_samples()
    varied = warp_batch(distance_fields(digits), np.arange(len(digits)), np.random.default_rng(2))
    assert varied.dtype == np.uint8 and varied.shape == digits.shape
    rows = [np.ptp(np.flatnonzero((digit >= 64).any(1))) + 1 for digit in varied]
    columns = [np.ptp(np.flatnonzero((digit >= 64).any(0))) + 1 for digit in varied]
    longer = np.maximum(rows, columns)
    assert 17 <= np.median(longer) <= 23  # the box of 20 pixels
    assert (
        (varied != warp_batch(distance_fields(digits), np.arange(len(digits)), np.random.default_rng(3)))
        .any((1, 2))
        .all()
    )


def test_variations_stay_what_they_are():
    digits, labels = held_out_samples()
    varied = warp_batch(distance_fields(digits), np.arange(len(digits)), np.random.default_rng(4))
    assert (recognition.load("cnn", "drawn").raw(varied).argmax(1) == labels).mean() > 0.85


def test_rehearsal_has_samples_of_all_digits_without_any_data(monkeypatch):
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    assert {sample.label for sample in samples()} == set(range(10))
    assert len(earlier(np.random.default_rng(0))) > 300
