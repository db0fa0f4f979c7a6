"""Accuracy under corruptions: every network that has weights, and none of them a second time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from recognition import store
from tests.training import small
from training import robustness
from training.evaluation.corruptions import CORRUPTIONS


@pytest.fixture
def shelf(two_networks, tmp_path, monkeypatch):
    """A folder with two networks; returns the sets to measure on."""
    monkeypatch.setattr(robustness, "ROBUSTNESS", tmp_path / "weights" / "robustness.json")
    return robustness.corrupted_sets(two_networks.test)


def content() -> dict:
    return json.loads(robustness.ROBUSTNESS.read_text())


def test_the_file_has_every_network_and_every_corruption(shelf):
    assert robustness.measure(shelf) == 0
    found = content()
    assert found["n"] == 12 and found["corruptions"] == ["none", *CORRUPTIONS]
    assert set(found["networks"]["book"]) == {"mlp", "rnn"}
    from recognition import load

    digits = shelf["stripe"]
    correct = int((load("mlp", "book").raw(digits.digits).argmax(1) == digits.labels).sum())
    row = found["networks"]["book"]["mlp"]
    assert row["correct"]["stripe"] == correct and row["sha256"] == store.read_card("mlp", "book").sha256


def test_what_is_measured_is_measured_again_only_for_new_weights(shelf):
    robustness.measure(shelf)
    known = content()
    for key in ("mlp", "rnn"):
        known["networks"]["book"][key]["correct"]["none"] = -1
    known["networks"]["book"]["rnn"]["sha256"] = "of older weights"
    robustness.ROBUSTNESS.write_text(json.dumps(known))
    robustness.measure(shelf)
    rows = content()["networks"]["book"]
    assert rows["mlp"]["correct"]["none"] == -1 and rows["rnn"]["correct"]["none"] >= 0


def test_a_network_without_valid_weights_is_named_and_the_others_measured(shelf, capsys):
    store.serving_path("mlp", "book").unlink()
    assert robustness.measure(shelf) == 1
    assert "mlp.tflite" in capsys.readouterr().err and set(content()["networks"]["book"]) == {"rnn"}


def test_the_sets_hold_the_same_digits_under_each_corruption():
    splits = small.splits()
    sets = robustness.corrupted_sets(splits.test)
    assert np.array_equal(sets["none"].digits, splits.test.digits[:: robustness.STRIDE])
    assert all(np.array_equal(digits.labels, sets["none"].labels) for digits in sets.values())
