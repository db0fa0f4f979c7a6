"""A training that is interrupted resumes where it was, and ends as if nothing had happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recognition import load, store
from recognition.store import verified
from tests.training import small
from tests.training.small import QUICK, candidates, files
from training import train as command

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # Keras's own, while it trains


@pytest.fixture(scope="module")
def splits():
    return small.splits()


def interrupt_at(monkeypatch, epoch: int) -> list[int]:
    """Interrupts the training when an epoch, counted from 0, begins; returns the list of epochs begun before it."""
    begun, begin = [], command.History.on_epoch_begin

    def stop(self, current, logs=None):
        if current == epoch:
            raise KeyboardInterrupt
        begun.append(current)
        begin(self, current, logs)

    monkeypatch.setattr(command.History, "on_epoch_begin", stop)
    return begun


@pytest.fixture
def interrupted(train, runs, splits, monkeypatch):
    """Trains the MLP with an interruption after the second epoch; returns the epochs begun after it."""

    def call(settings) -> list[int]:
        with monkeypatch.context() as patch:
            interrupt_at(patch, epoch=2)
            with pytest.raises(KeyboardInterrupt):
                train("mlp", settings, splits)
        assert files(store.WEIGHTS) == [] and len(candidates(runs)) == 1
        with monkeypatch.context() as patch:
            begun = interrupt_at(patch, epoch=-1)
            train("mlp", settings, splits)
        return begun

    return call


@pytest.mark.slow
def test_an_interrupted_training_resumes_with_the_next_epoch(interrupted, runs):
    assert interrupted(replace(QUICK, epochs=4)) == [2, 3]
    history = verified("mlp", "book")[1].history
    assert [row["epoch"] for row in history] == [1, 2, 3, 4] and candidates(runs) == []
    losses = [row["loss"] for row in history]
    assert losses == sorted(losses, reverse=True), "it continues from its last state"


@pytest.mark.slow
def test_a_checkpoint_that_is_damaged_is_trained_again(train, runs, splits, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        interrupt_at(patch, epoch=2)
        with pytest.raises(KeyboardInterrupt):
            train("mlp", QUICK, splits)
    (checkpoint,) = runs.rglob("epoch-*")
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 255
    checkpoint.write_bytes(content)
    begun = interrupt_at(monkeypatch, epoch=-1)
    train("mlp", QUICK, splits)
    assert begun == [0, 1, 2] and "is damaged; it is deleted" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [pytest.param({}, id="dropout", marks=pytest.mark.nightly), pytest.param({"ema_momentum": 0.9}, id="EMA")],
)
def test_an_interruption_does_not_change_the_result(train, interrupted, splits, settings):
    recipe = replace(QUICK, **settings)
    interrupted(recipe)
    resumed, predictions = verified("mlp", "book")[1], load("mlp", "book").raw(splits.test.digits)
    train("mlp", recipe, splits, force=True)
    uninterrupted = verified("mlp", "book")[1]
    assert [row["loss"] for row in resumed.history] == pytest.approx(
        [row["loss"] for row in uninterrupted.history], abs=1e-3
    )
    np.testing.assert_allclose(predictions, load("mlp", "book").raw(splits.test.digits), atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["_save", "promote"])
def test_an_interruption_after_the_last_epoch_repeats_no_training(train, splits, monkeypatch, step):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command if step == "_save" else command.Candidate, step if step == "_save" else "load", stop)
        with pytest.raises(KeyboardInterrupt):
            train("mlp", QUICK, splits)
    assert files(store.WEIGHTS) == []
    begun = interrupt_at(monkeypatch, epoch=-1)
    train("mlp", QUICK, splits)
    assert begun == [] and [row["epoch"] for row in verified("mlp", "book")[1].history] == [1, 2, 3]
