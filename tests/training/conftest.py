"""Folders of its own for a training."""

from __future__ import annotations

import pytest

from recognition import store
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
