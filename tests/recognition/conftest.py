"""Files of a network that tests can damage."""

from __future__ import annotations

import shutil

import pytest

from recognition import store
from recognition.store import card_path, serving_path, weights_path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Copies of the MLP's files, which tests can change."""
    (tmp_path / "book").mkdir()
    for path in (weights_path("mlp", "book"), serving_path("mlp", "book"), card_path("mlp", "book")):
        shutil.copy(path, tmp_path / "book")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    return tmp_path
