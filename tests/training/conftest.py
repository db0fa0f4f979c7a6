"""Folders of its own for a training."""

from __future__ import annotations

import pytest

from recognition import store
from training import train


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Temporary folders in place of weights/ and training/runs/."""
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setattr(train, "RUNS", tmp_path / "runs")
    return tmp_path / "runs"
