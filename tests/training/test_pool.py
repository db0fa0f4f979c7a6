"""The digits of the recipe "drawn": no writer on both sides, made once, and an epoch that holds what it should."""

from __future__ import annotations

import numpy as np
import pytest

from tests.drawings import DIGITS, placed
from training import pool
from training.batches import Batches, one_hot, soft_targets
from training.dataset import Digits, Splits
from training.non_digits import OTHER
from training.pen_strokes import PenDigit


@pytest.fixture
def small(monkeypatch):
    """Ten MNIST digits to train on, and thirty writers in two collections who wrote the ten digits each."""
    digits = Digits(np.stack([np.full((28, 28), 20 * i, np.uint8) for i in range(10)]), np.arange(10, dtype=np.uint8))
    digits.digits[:, :4] = 0
    monkeypatch.setattr(pool, "mnist", lambda: Splits(digits, digits[:5], digits[:0]))
    for name, first in (("pendigits", 0), ("unipen", 100)):
        written = [PenDigit(d, tuple(placed(d)), f"w{first + w}") for w in range(15) for d in DIGITS]
        monkeypatch.setattr(pool, name, lambda *part, written=written: written)
    monkeypatch.setattr(pool, "VARIATIONS", {"mnist": 2, "pen": 6, "other": 2})
    monkeypatch.setattr(pool, "OTHERS", 30)
    return digits


@pytest.fixture
def made(small, tmp_path):
    for collection, copies in pool.VARIATIONS.items():
        for copy in range(copies):
            pool._make(collection, copy, tmp_path)
    return pool.load(tmp_path)


def names(held_out: bool) -> set[str]:
    return {pen_digit.writer for pen_digit in pool.writers(held_out)}


def test_nobody_is_trained_on_and_held_out(small):
    assert not names(True) & names(False)
    assert len(names(True)) == 4 and len(names(True) | names(False)) == 30


def test_the_training_digits_are_those_of_mnist_their_variations_and_the_pens(made):
    pens = 26 * 10
    assert made.mnist == 10 and len(made.train) == 3 * 10 + 6 * pens
    assert [len(places) for places in made.pen] == [pens] * 6
    assert np.array_equal(made.train.labels[:30], np.tile(np.arange(10), 3))
    assert len(made.validation) == 5 + 40


def test_an_epoch_holds_each_mnist_digit_once_and_some_variations_of_the_pens(made):
    chosen = made.choose(np.random.default_rng(0))
    assert sorted(chosen[chosen < 30] % 10) == list(range(10))
    pens = chosen[chosen >= 30]
    assert len(pens) == pool.PEN_VARIATIONS_AN_EPOCH * 260 and len(set(pens)) == len(pens)
    assert not np.array_equal(chosen, made.choose(np.random.default_rng(1)))


def test_some_of_mnists_digits_are_taken_as_they_are(made):
    untouched = [(made.choose(np.random.default_rng(seed)) < made.mnist).sum() for seed in range(100)]
    assert np.mean(untouched) == pytest.approx(pool.UNVARIED * made.mnist, rel=0.15)


def test_what_is_there_is_not_made_again(made, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "ProcessPoolExecutor", None)
    assert np.array_equal(pool.load(tmp_path).train.digits, made.train.digits)


@pytest.mark.parametrize("collection", ["pen", "other"])
def test_the_same_variation_made_twice_is_the_same(small, tmp_path, collection):
    for folder in (tmp_path / "a", tmp_path / "b"):
        pool._make(collection, 3, folder)
    once, again = (np.load(tmp_path / name / f"{collection}-03.npz")["digits"] for name in "ab")
    assert np.array_equal(once, again)


def test_drawings_that_are_no_digit_are_prepared_too(made, tmp_path):
    parts = pool.prepared(("other",), tmp_path)["other"]
    assert len(parts) == 2 and all(25 <= len(part) <= 30 and set(part.labels) == {OTHER} for part in parts)


def test_batches_hold_an_epochs_digits_once_and_shuffle_by_seed_and_epoch(small):
    from models import NETWORKS

    batches = Batches(
        NETWORKS["mlp"], small.digits, one_hot(small.labels), 4, seed=1, choose=lambda random: np.arange(10)
    )
    orders = []
    for epoch in (0, 1, 0):
        batches.begin(epoch)
        assert len(batches) == 3
        targets = np.concatenate([batches[i][1] for i in range(3)])
        orders.append(targets.argmax(1).tolist())
        assert sorted(orders[-1]) == list(range(10)) and batches[0][0].shape == (4, 784)
    assert orders[0] == orders[2] != orders[1]


def test_soft_targets_are_half_label_half_teacher():
    raw = np.array([[0.64, 0.36] + [0] * 8], np.float32)
    soft = soft_targets(np.array([0], np.uint8), raw, temperature=2.0)
    np.testing.assert_allclose(soft[0, :2], [(1 + 0.8 / 1.4) / 2, 0.6 / 1.4 / 2], rtol=1e-5)
    assert soft.sum() == pytest.approx(1)
