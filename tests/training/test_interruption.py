"""A training that is interrupted resumes where it was, and ends as if nothing had happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import NETWORKS
from recognition import load, store
from recognition.store import verified
from tests.training import small
from tests.training.small import QUICK, files, runs_left
from training import train
from training.engine.hyperparameters import Hyperparameters

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # Keras's own, while it trains


@pytest.fixture(scope="module")
def splits():
    return small.splits()


def interrupt_at(monkeypatch, epoch: int) -> list[int]:
    """Interrupts the training when an epoch, counted from 0, begins; returns the list of epochs begun before it."""
    begun, begin = [], train.History.on_epoch_begin

    def stop(self, current, logs=None):
        if current == epoch:
            raise KeyboardInterrupt
        begun.append(current)
        begin(self, current, logs)

    monkeypatch.setattr(train.History, "on_epoch_begin", stop)
    return begun


def interrupted(runs, splits, monkeypatch, recipe: Hyperparameters):
    """Trains the MLP with an interruption after the second epoch; returns its card and the epochs begun after it."""
    with monkeypatch.context() as patch:
        interrupt_at(patch, epoch=2)
        with pytest.raises(KeyboardInterrupt):
            train.train(NETWORKS["mlp"], "book", recipe, splits, runs)
    assert files(store.WEIGHTS) == [] and len(runs_left(runs)) == 1
    with monkeypatch.context() as patch:
        begun = interrupt_at(patch, epoch=-1)
        return train.train(NETWORKS["mlp"], "book", recipe, splits, runs), begun


def test_an_interrupted_training_resumes_with_the_next_epoch(runs, splits, monkeypatch):
    card, begun = interrupted(runs, splits, monkeypatch, replace(QUICK, epochs=4))
    assert begun == [2, 3]
    assert [row["epoch"] for row in card.history] == [1, 2, 3, 4] and runs_left(runs) == []
    assert verified("mlp", "book")[1] == card
    losses = [row["loss"] for row in card.history]
    assert losses == sorted(losses, reverse=True), "it continues from its last state"


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [{"dropout": 0.0}, {}, {"averaging": 0.9}],
    ids=["without dropout", "with the network's own dropout", "with averaged weights"],
)
def test_an_interruption_does_not_change_the_result(runs, splits, monkeypatch, settings):
    recipe = replace(QUICK, **settings)
    resumed, _ = interrupted(runs, splits, monkeypatch, recipe)
    answers = load("mlp", "book").raw(splits.test.digits)
    uninterrupted = train.train(NETWORKS["mlp"], "book", recipe, splits, runs)
    assert [row["loss"] for row in resumed.history] == pytest.approx(
        [row["loss"] for row in uninterrupted.history], abs=1e-3
    )
    np.testing.assert_allclose(answers, load("mlp", "book").raw(splits.test.digits), atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["_save", "write_card"])
def test_an_interruption_after_the_last_epoch_repeats_no_training(runs, splits, monkeypatch, step):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(train, step, stop)
        with pytest.raises(KeyboardInterrupt):
            train.train(NETWORKS["mlp"], "book", QUICK, splits, runs)
    assert files(store.WEIGHTS) in ([], ["mlp.tflite", "mlp.weights.h5"])
    with pytest.raises(store.WeightsError):
        verified("mlp", "book")
    with monkeypatch.context() as patch:
        begun = interrupt_at(patch, epoch=-1)
        card = train.train(NETWORKS["mlp"], "book", QUICK, splits, runs)
    assert begun == [] and [row["epoch"] for row in card.history] == [1, 2, 3] and runs_left(runs) == []
    accuracy = (load("mlp", "book").predict(splits.validation.digits).argmax(1) == splits.validation.labels).mean()
    assert accuracy == pytest.approx(card.history[-1]["val_accuracy"], abs=1e-4)
