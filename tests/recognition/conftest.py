"""Files of networks that tests can damage."""

from __future__ import annotations

import shutil

import pytest

from recognition import store
from recognition.store import card_path, serving_path, weights_path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Copies of the MLP's and the CNN's files of recipe "book", which tests can change."""
    (tmp_path / "book").mkdir()
    for key in ("mlp", "cnn"):
        for path in (weights_path(key, "book"), serving_path(key, "book"), card_path(key, "book")):
            shutil.copy(path, tmp_path / "book")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    return tmp_path
