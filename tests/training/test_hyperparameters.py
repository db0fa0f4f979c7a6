"""The learning rate schedules of the recipes, and their epochs."""

from __future__ import annotations

import pytest

from models import NETWORKS
from recognition.recipes import RECIPES
from recognition.store import read_card
from training.engine import hyperparameters
from training.engine.hyperparameters import Hyperparameters


def rates(recipe: Hyperparameters, steps: int, at: list[int]) -> list[float]:
    """The learning rates of a recipe's optimizer at some steps, counted from 0."""
    optimizer = recipe.build_optimizer(steps)
    rates = []
    for step in at:
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    return rates


def test_the_resnets_learning_rate_decays_as_in_the_book():
    recipe = hyperparameters.find("resnet", "book")
    expected = (
        [1e-3] * 8 + [1e-4] * 4 + [1e-5] * 4 + [1e-6] * 2 + [5e-7] * 2
    )  # the listing's 200 epochs, a tenth as long
    assert recipe.epochs == len(expected) and recipe.batch_size == 32
    for step in (1, 50, 99, 0):
        actual = rates(recipe, 100, [epoch * 100 + step for epoch in range(20)])
        assert actual == pytest.approx(expected, rel=1e-5), f"in step {step} of each epoch"


@pytest.mark.parametrize(
    ("key", "optimizer", "rate", "epochs"),
    [("mlp", "adam", 1e-3, 20), ("cnn", "adam", 1e-3, 10), ("rnn", "sgd", 1e-2, 20)],
)
def test_the_other_listings_use_their_optimizers_default_rate(key, optimizer, rate, epochs):
    recipe = hyperparameters.find(key, "book")
    assert (recipe.optimizer, recipe.epochs, recipe.batch_size) == (optimizer, epochs, 128)
    assert rates(recipe, 100, [0, 100 * epochs - 1]) == pytest.approx([rate, rate])


@pytest.mark.parametrize("epochs", [1, 2, 10])
def test_a_cosine_schedule_warms_up_over_one_epoch_and_decays_to_zero(epochs):
    actual = rates(
        Hyperparameters("adamw", epochs=epochs, learning_rate=3e-3, cosine=True), 50, [0, 25, 50, 50 * epochs]
    )
    assert actual[0] == pytest.approx(0, abs=1e-9) and actual[1] == pytest.approx(1.5e-3, rel=1e-4)
    if epochs > 1:
        assert actual[2] == pytest.approx(3e-3, rel=1e-4) and actual[3] == pytest.approx(0, abs=1e-9)


def test_a_network_without_hyperparameters_for_a_recipe_is_named(monkeypatch):
    monkeypatch.delitem(hyperparameters.BY_RECIPE["drawn"], "gru")
    with pytest.raises(ValueError, match=r"no hyperparameters for 'gru' under recipe 'drawn'; known: resnet, mlp"):
        hyperparameters.find("gru", "drawn")


def test_recipe_hyperparameters_and_cards_say_one_thing_about_the_epochs():
    for key in NETWORKS:
        recipe, card = hyperparameters.find(key, "drawn"), read_card(key, "drawn")
        assert recipe.epochs <= card.training["epochs"] and card.training["teachers"].keys() == set(recipe.teachers)
    for key, printed in RECIPES["book"].full_epochs.items():
        assert hyperparameters.find(key, "book").epochs <= printed
