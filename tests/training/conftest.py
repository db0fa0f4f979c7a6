"""Folders of its own for a training."""

from __future__ import annotations

import shutil

import pytest

from recognition import store
from tests.training import small
from training.data.dataset import Splits
from training.train import promote, training


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A temporary folder in place of training/runs; the weights are in one of their own too."""
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    return tmp_path / "runs"


@pytest.fixture
def train(runs):
    """Trains a network by its key, and puts it in place where it is better; returns the sentence about it."""
    from models import NETWORKS

    def call(key, settings, splits, force=False, recipe="book"):
        with training(NETWORKS[key], recipe, settings, splits, runs) as candidate:
            return promote(candidate, [splits.validation], force)

    return call


@pytest.fixture
def two_networks(tmp_path, monkeypatch) -> Splits:
    """A folder that holds only the shipped MLP and RNN of recipe book; returns small digits for them."""
    (tmp_path / "weights" / "book").mkdir(parents=True)
    for key in ("mlp", "rnn"):
        for path in (store.WEIGHTS / "book").glob(f"{key}.*"):
            shutil.copy(path, tmp_path / "weights" / "book")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    return small.splits()
