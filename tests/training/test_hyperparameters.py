"""The recipes' schedules: learning rates fall when and as far as they should."""

from __future__ import annotations

import pytest

from training import hyperparameters
from training.hyperparameters import Hyperparameters


def rates(recipe: Hyperparameters, steps: int, at: list[int]) -> list[float]:
    """The learning rates of a recipe's optimizer at some steps, counted from 0."""
    optimizer = recipe.build_optimizer(steps)
    found = []
    for step in at:
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate))
    return found


def test_the_resnets_learning_rate_drops_where_the_book_drops_it():
    recipe = hyperparameters.find("resnet", "book")
    expected = (
        [1e-3] * 8 + [1e-4] * 4 + [1e-5] * 4 + [1e-6] * 2 + [5e-7] * 2
    )  # the listing's 200 epochs, a tenth as long
    assert recipe.epochs == len(expected) and recipe.batch_size == 32
    for step in (1, 50, 99, 0):
        found = rates(recipe, 100, [epoch * 100 + step for epoch in range(20)])
        assert found == pytest.approx(expected, rel=1e-5), f"in step {step} of each epoch"


@pytest.mark.parametrize(
    ("key", "optimizer", "rate", "epochs"),
    [("mlp", "adam", 1e-3, 20), ("cnn", "adam", 1e-3, 10), ("rnn", "sgd", 1e-2, 20)],
)
def test_the_other_listings_keep_their_optimizers_own_rate(key, optimizer, rate, epochs):
    recipe = hyperparameters.find(key, "book")
    assert (recipe.optimizer, recipe.epochs, recipe.batch_size) == (optimizer, epochs, 128)
    assert rates(recipe, 100, [0, 100 * epochs - 1]) == pytest.approx([rate, rate])


@pytest.mark.parametrize("epochs", [1, 2, 10])
def test_a_cosine_warms_up_over_one_epoch_and_sinks_to_nothing(epochs):
    found = rates(
        Hyperparameters("adamw", epochs=epochs, learning_rate=3e-3, cosine=True), 50, [0, 25, 50, 50 * epochs]
    )
    assert found[0] == pytest.approx(0, abs=1e-9) and found[1] == pytest.approx(1.5e-3, rel=1e-4)
    if epochs > 1:
        assert found[2] == pytest.approx(3e-3, rel=1e-4) and found[3] == pytest.approx(0, abs=1e-9)


def test_a_network_without_this_recipe_is_refused_by_name(monkeypatch):
    monkeypatch.delitem(hyperparameters.BY_RECIPE["drawn"], "gru")
    with pytest.raises(ValueError, match=r"no hyperparameters for 'gru' under recipe 'drawn'; known: resnet, mlp"):
        hyperparameters.find("gru", "drawn")
