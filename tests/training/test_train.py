"""Training writes weights and a card that load, and leaves no partial files."""

from __future__ import annotations

import functools
import inspect
from dataclasses import replace

import pytest

from models import NETWORKS
from recognition import load, store
from recognition.recipes import RECIPES
from recognition.store import verified
from tests.training import small
from tests.training.small import QUICK, files, runs_left
from training import train
from training.data.dataset import Splits
from training.engine.hyperparameters import Hyperparameters

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # Keras's own, while it trains


@pytest.fixture(scope="module")
def splits():
    return small.splits()


@pytest.fixture
def main(runs, splits, monkeypatch, capsys):
    """The command line on the small digits; returns its exit status and its output on both channels."""
    monkeypatch.setattr(train, "mnist", lambda: splits)
    monkeypatch.setattr(train, "train", functools.partial(train.train, runs=runs))

    def call(*arguments: str) -> tuple[int, str]:
        try:
            status = train.main(list(arguments))
        except SystemExit as error:
            status = error.code
        return status, "".join(capsys.readouterr())

    return call


@pytest.mark.parametrize(
    "key", [pytest.param(key, marks=[pytest.mark.slow] * (key not in ("mlp", "rnn"))) for key in NETWORKS]
)
def test_a_training_writes_weights_and_a_card_that_load_and_nothing_else(runs, splits, key):
    recipe = Hyperparameters("adam", epochs=1, batch_size=100)
    card = train.train(NETWORKS[key], "book", recipe, splits, runs)
    assert verified(key, "book")[1] == card
    assert files(store.WEIGHTS) == [f"{key}.json", f"{key}.tflite", f"{key}.weights.h5"] and runs_left(runs) == []
    assert (card.network, card.recipe, card.tests) == (key, "book", {})
    assert card.parameters == NETWORKS[key].build().count_params()
    assert card.size == store.weights_path(key, "book").stat().st_size
    assert card.training["epochs"] == len(card.history) == 1
    assert card.training["digits"] == {"train": 300, "validation": 60}
    assert load(key, "book").predict(splits.test.digits).shape == (60, 10)


@pytest.mark.slow
@pytest.mark.parametrize("averaging", [None, 0.8])
def test_the_loaded_network_is_the_training_digitse(runs, splits, averaging):
    card = train.train(NETWORKS["mlp"], "book", replace(QUICK, averaging=averaging), splits, runs)
    assert [row["epoch"] for row in card.history] == [1, 2, 3]
    assert card.history[-1]["loss"] < card.history[0]["loss"]
    answers = load("mlp", "book").predict(splits.validation.digits).argmax(1)
    accuracy = (answers == splits.validation.labels).mean()
    assert accuracy == pytest.approx(card.history[-1]["val_accuracy"], abs=1e-4) and accuracy > 0.8


@pytest.mark.slow
def test_the_averaged_weights_are_validated_and_kept_and_the_others_training_digits(runs, splits):
    slow = replace(QUICK, averaging=0.98, dropout=0.0)
    averaged = train.train(NETWORKS["mlp"], "book", slow, splits, runs)
    plain = train.train(NETWORKS["mlp"], "book", replace(slow, averaging=None), splits, runs)
    for behind, ahead in zip(averaged.history, plain.history, strict=True):
        assert behind["loss"] == pytest.approx(ahead["loss"], abs=2e-3), "the weights that learn are not touched"
        assert behind["val_loss"] > ahead["val_loss"] + 0.02, "a slow average lags behind while the network learns"


def test_other_settings_or_data_use_another_folder(runs, splits):
    def folder(network="mlp", name="book", recipe=QUICK, data=splits):
        return train._run_folder(runs, NETWORKS[network], name, recipe, data)

    fewer = Splits(splits.train[:200], splits.validation, splits.test)
    others = [
        folder("cnn"),
        folder(name="drawn"),
        folder(recipe=replace(QUICK, epochs=4)),
        folder(recipe=replace(QUICK, optimizer="sgd")),
        folder(recipe=replace(QUICK, drops=((1, 0.5),))),
        folder(data=fewer),
    ]
    assert folder() == folder() and folder().is_dir()
    assert len({folder(), *others}) == len(others) + 1


@pytest.mark.slow
def test_the_command_trains_the_given_network(main, runs):
    status, output = main("mlp", "--recipe", "book", "--epochs", "1")
    assert status == 0 and "MLP" in output and "validation accuracy" in output
    assert files(store.WEIGHTS) == ["mlp.json", "mlp.tflite", "mlp.weights.h5"] and runs_left(runs) == []
    assert verified("mlp", "book")[1].training["epochs"] == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["perceptron"], ["unknown network 'perceptron'", *NETWORKS]),
        (["mlp", "../mlp"], ["unknown network '../mlp'", *NETWORKS]),
        (["mlp", "--recipe", "cake"], ["unknown recipe 'cake'", *RECIPES]),
        ([], ["KEY"]),
        (["mlp", "--epochs", "many"], ["--epochs"]),
        (["mlp", "--epochs", "0"], ["epochs"]),
        (["mlp", "--epochs", "-1"], ["epochs"]),
    ],
    ids=" ".join,
)
def test_invalid_arguments_are_refused_and_nothing_is_written(main, runs, arguments, named):
    status, output = main(*arguments)
    assert status == 2
    assert all(name in output for name in named), output
    assert not store.WEIGHTS.exists() and runs_left(runs) == []


@pytest.mark.slow
def test_the_learning_rate_drops_are_applied(runs, splits):
    still = Hyperparameters("sgd", epochs=3, batch_size=50, learning_rate=0.5, drops=((1, 0.0),))
    card = train.train(NETWORKS["cnn"], "book", still, splits, runs)
    _, second, third = (row["val_loss"] for row in card.history)
    assert second == pytest.approx(third, abs=1e-5), "a learning rate of zero changes nothing"


def test_runs_are_not_under_version_control():
    ignored = (store.WEIGHTS.parent / ".gitignore").read_text().split()
    assert "training/runs/" in ignored
    assert inspect.signature(train.train).parameters["runs"].default == store.WEIGHTS.parent / "training" / "runs"
