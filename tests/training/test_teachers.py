"""Teachers predict each original, by the mean over networks and variations, and only once."""

from __future__ import annotations

import numpy as np
import pytest

from recognition import store
from training.engine import batches
from training.engine.batches import soft_targets
from training.engine.hyperparameters import Hyperparameters


class Varied:
    """Three originals with three, one and two variations."""

    def __init__(self, splits):
        self.splits = splits
        self.pictures = splits.pictures
        self.labels = splits.labels
        self.origins = np.array([0, 1, 2, 0, 2, 0])


def test_the_first_variations_of_each_original_are_predicted(monkeypatch):
    monkeypatch.setattr(batches, "VARIATIONS", 2)
    assert batches.first_variations(np.array([0, 1, 2, 0, 2, 0])).tolist() == [0, 1, 2, 3, 4]


def test_the_target_is_the_mean_over_networks_and_variations(two_networks, tmp_path):
    from recognition import load

    found = batches.teacher_targets(("mlp", "rnn"), "book", Varied(two_networks), tmp_path / "runs")
    digits = two_networks.train.digits[:6]
    mean = (load("mlp", "book").predict(digits) + load("rnn", "book").predict(digits)) / 2
    expected = [mean[[0, 3, 5]].mean(0), mean[1], mean[[2, 4]].mean(0)]
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
    assert found.teachers == {key: store.read_card(key, "book").sha256 for key in ("mlp", "rnn")}


def test_a_training_goes_on_with_the_targets_it_began_with(two_networks, tmp_path):
    before = batches.teacher_targets(("mlp",), "book", Varied(two_networks), tmp_path / "runs")
    store.weights_path("mlp", "book").unlink()
    after = batches.teacher_targets(("mlp",), "book", Varied(two_networks), tmp_path / "runs")
    assert np.array_equal(before.probabilities, after.probabilities) and before.teachers == after.teachers


@pytest.mark.slow  # it trains
def test_a_distilled_network_learns_from_labels_and_teachers(two_networks, train, tmp_path):
    train("cnn", Hyperparameters("adam", epochs=2, batch_size=50, teachers=("mlp", "rnn")), two_networks)
    assert set(store.read_card("cnn", "book").training["teachers"]) == {"mlp", "rnn"}
    predictions = batches.teacher_targets(("mlp", "rnn"), "book", two_networks, tmp_path / "runs").probabilities
    targets = soft_targets(two_networks.labels, predictions)
    assert targets.shape == (300, 10) and np.allclose(targets.sum(1), 1, atol=1e-5)


def test_a_teacher_without_weights_is_named(two_networks, tmp_path):
    with pytest.raises(store.WeightsError, match=r"ynet\.json cannot be read"):
        batches.teacher_targets(("ynet",), "book", two_networks, tmp_path / "runs")
