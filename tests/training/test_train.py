"""A training puts its weights in place where they are better, and leaves no partial files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from models import NETWORKS
from recognition import load, store
from recognition.recipes import RECIPES
from recognition.store import WeightsError, verified
from tests.training import small
from tests.training.small import QUICK, candidates, files
from training import train as command
from training.engine.hyperparameters import TEACHERS, Hyperparameters

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # Keras's own, while it trains
WORSE = Hyperparameters("adam", epochs=1, batch_size=100)
BETTER = replace(WORSE, epochs=8, batch_size=20)
FAMILIES = ("mlp", "cnn", "rnn", "bilstm", "resnet", "densenet", "ynet")


@pytest.fixture(scope="module")
def splits():
    return small.splits()


@pytest.fixture
def main(runs, splits, monkeypatch, capsys):
    """The command line on the small digits; returns its exit status and its output on both channels."""
    monkeypatch.setattr(command, "mnist", lambda: splits)
    monkeypatch.setattr(command, "held_out_sets", lambda: [splits.validation])
    monkeypatch.setattr(command, "training", partial(command.training, runs=runs))

    def call(*arguments: str) -> tuple[int, str]:
        try:
            status = command.main(list(arguments))
        except SystemExit as error:
            status = error.code
        return status, "".join(capsys.readouterr())

    return call


MARKS = dict.fromkeys(("mlp", "bilstm", "ynet"), pytest.mark.slow)  # the others nightly, the deep ones take minutes


@pytest.mark.parametrize("key", [pytest.param(key, marks=MARKS.get(key, pytest.mark.nightly)) for key in FAMILIES])
def test_a_training_writes_weights_and_a_card_that_load_and_nothing_else(train, runs, splits, key):
    assert "promoted to" in train(key, replace(WORSE, epochs=2), splits)
    card = verified(key, "book")[1]
    assert files(store.WEIGHTS) == [f"{key}.json", f"{key}.tflite", f"{key}.weights.h5"] and candidates(runs) == []
    assert (card.network, card.recipe, card.tests) == (key, "book", {})
    assert card.parameters == NETWORKS[key].build().count_params()
    assert card.size == store.weights_path(key, "book").stat().st_size
    assert card.training["epochs"] == len(card.history) == 2
    assert card.training["digits"] == {"train": 300, "validation": 60}
    assert load(key, "book").predict(splits.test.digits).shape == (60, 10)


@pytest.mark.slow
@pytest.mark.parametrize("momentum", [None, 0.8])
def test_the_loaded_network_is_the_trained_one(train, splits, momentum):
    train("mlp", replace(QUICK, ema_momentum=momentum), splits)
    history = verified("mlp", "book")[1].history
    assert [row["epoch"] for row in history] == [1, 2, 3] and history[-1]["loss"] < history[0]["loss"]
    predicted = load("mlp", "book").predict(splits.validation.digits).argmax(1)
    accuracy = (predicted == splits.validation.labels).mean()
    assert accuracy == pytest.approx(history[-1]["val_accuracy"], abs=1e-4) and accuracy > 0.8


@pytest.mark.slow
def test_the_ema_is_validated_and_the_trained_weights_go_on_untouched(train, splits):
    slow = replace(QUICK, ema_momentum=0.98, dropout=0.0)
    train("mlp", slow, splits)
    averaged = verified("mlp", "book")[1].history
    train("mlp", replace(slow, ema_momentum=None), splits, force=True)
    for behind, ahead in zip(averaged, verified("mlp", "book")[1].history, strict=True):
        assert behind["loss"] == pytest.approx(ahead["loss"], abs=2e-3)
        assert behind["val_loss"] > ahead["val_loss"] + 0.02, "a slow average lags behind while the network learns"


@pytest.mark.slow
def test_the_learning_rate_decay_is_applied(train, splits):
    train("cnn", Hyperparameters("sgd", epochs=3, batch_size=50, learning_rate=0.5, lr_decay=((1, 0.0),)), splits)
    _, second, third = (row["val_loss"] for row in verified("cnn", "book")[1].history)
    assert second == pytest.approx(third, abs=1e-5), "a learning rate of zero changes nothing"


@pytest.mark.slow
def test_better_weights_are_put_in_place_and_worse_ones_only_by_force(train, runs, splits):
    train("mlp", WORSE, splits)
    first = verified("mlp", "book")[1]
    assert "promoted to" in train("mlp", BETTER, splits)
    better = verified("mlp", "book")[1]
    assert better.sha256 != first.sha256 and better.temperature != 1 and candidates(runs) == []
    assert "not promoted, because the weights in place are better" in train("mlp", WORSE, splits)
    assert verified("mlp", "book")[1] == better and len(candidates(runs)) == 1
    assert "promoted to" in train("mlp", WORSE, splits, force=True)
    assert verified("mlp", "book")[1].sha256 == first.sha256 and candidates(runs) == []


@pytest.mark.slow
def test_a_candidate_that_was_half_put_in_place_is_put_there_by_the_next_call(train, splits, monkeypatch):
    train("mlp", WORSE, splits)
    with monkeypatch.context() as patch:
        patch.setattr(command, "write_card", _interrupt_in(store.WEIGHTS, command.write_card))
        with pytest.raises(KeyboardInterrupt):
            train("mlp", BETTER, splits)
    with pytest.raises(WeightsError):
        verified("mlp", "book")
    assert "promoted to" in train("mlp", BETTER, splits)
    assert verified("mlp", "book")[1].training["epochs"] == 8


def _interrupt_in(folder, write_card):
    def write(card, path=None):
        if path is None:
            raise KeyboardInterrupt
        write_card(card, path)

    return write


@pytest.mark.slow
def test_a_training_on_all_digits_has_its_twins_temperature_and_is_not_compared(main, train, splits, monkeypatch):
    train("mlp", BETTER, splits)
    monkeypatch.setattr(command.hyperparameters, "find", lambda key, recipe: replace(WORSE, whole=True))
    status, output = main("mlp", "--recipe", "book")
    card = verified("mlp", "book")[1]
    assert status == 0 and "promoted to" in output and f"temperature {card.temperature}" in output
    assert card.training["digits"] == {"train": 360, "validation": 0} and card.temperature != 1
    assert card.history[0].keys() == {"epoch", "loss", "accuracy", "seconds"}


@pytest.mark.slow
def test_continuing_starts_from_the_weights_in_place_and_counts_all_epochs(main, train, splits):
    train("mlp", replace(WORSE, epochs=4), splits)
    before = verified("mlp", "book")[1]
    status, output = main("mlp", "--recipe", "book", "--more", "2")
    card = verified("mlp", "book")[1]
    assert status == 0 and "promoted to" in output and card.training["init_from"] == before.sha256
    assert card.training["epochs"] == 6 and [row["epoch"] for row in card.history] == [1, 2, 3, 4, 5, 6]
    assert card.history[:4] == before.history and card.history[4]["loss"] < before.history[0]["loss"] / 2


@pytest.mark.slow
def test_weights_that_went_on_go_back_as_far_as_validation_digits_are_read_better(train, splits):
    train("mlp", WORSE, splits)
    model, network = load("mlp", "book").model, NETWORKS["mlp"]
    trained, untrained = model.get_weights(), network.build().get_weights()
    assert command._interpolate(model, network, untrained, splits.validation) == 1
    assert all((now == then).all() for now, then in zip(model.get_weights(), trained, strict=True))
    model.set_weights(untrained)
    assert command._interpolate(model, network, trained, splits.validation) == min(command.SHARES)
    half = [(now + then) / 2 for now, then in zip(trained, untrained, strict=True)]
    assert all(np.allclose(now, then, atol=1e-6) for now, then in zip(model.get_weights(), half, strict=True))


@pytest.mark.slow
def test_the_highest_rate_of_continuing_is_half_the_first_or_the_one_given(train, splits):
    train("mlp", WORSE, splits)
    first, card = replace(WORSE, learning_rate=4e-3), verified("mlp", "book")[1]
    assert command.continued(first, card, 2).learning_rate == 2e-3
    assert command.continued(first, card, 2, 5e-4).learning_rate == 5e-4
    with pytest.raises(WeightsError, match="start the training again"):
        train("mlp", replace(first, init_from="0" * 64), splits)


@pytest.mark.slow
def test_without_teachers_a_distilled_recipe_names_the_way_out(train, main, splits, monkeypatch):
    with pytest.raises(
        WeightsError, match=r"cnn\.json cannot be read[\s\S]*--teachers; or everything.*training\.everything"
    ):
        train("mlp", replace(WORSE, teachers=TEACHERS), splits)
    distilled = replace(WORSE, teachers=TEACHERS)
    monkeypatch.setattr(command.hyperparameters, "find", lambda key, recipe: distilled)
    status, output = main("mlp", "--teachers")
    assert status == 0 and "promoted to" in output and verified("mlp", "book")[1].training["teachers"] == {}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["perceptron"], ["unknown network 'perceptron'", *NETWORKS]),
        (["mlp", "../mlp"], ["unknown network '../mlp'", *NETWORKS]),
        (["mlp", "--recipe", "cake"], ["unknown recipe 'cake'", *RECIPES]),
        ([], ["KEY"]),
        (["mlp", "--epochs", "0"], ["epochs"]),
        (["mlp", "--rate", "1e-3"], ["--rate"]),
        (["mlp", "--more", "2", "--rate", "0"], ["--rate"]),
    ],
    ids=" ".join,
)
def test_invalid_arguments_are_refused_and_nothing_is_written(main, runs, arguments, named):
    status, output = main(*arguments)
    assert status == 2
    assert all(name in output for name in named), output
    assert not store.WEIGHTS.exists() and candidates(runs) == []
