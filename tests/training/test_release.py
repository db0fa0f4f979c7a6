"""New weights replace the old ones only where they are better on validation digits; an interruption loses neither."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from models import NETWORKS
from recognition import store
from recognition.store import verified
from tests.training import small
from training import release, train
from training.engine.hyperparameters import Hyperparameters

pytestmark = pytest.mark.slow  # these tests train networks

WORSE = Hyperparameters("adam", epochs=1, batch_size=100)
BETTER = replace(WORSE, epochs=8, batch_size=20)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Folders of this test's own, and digits; returns a function that releases the MLP and one that trains it."""
    splits = small.splits()
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    for name in ("OLD", "REJECTED", "LINES"):
        monkeypatch.setattr(release, name, tmp_path / "runs" / name.lower())
    learn = train.train
    monkeypatch.setattr(train, "train", lambda *arguments: learn(*arguments, tmp_path / "runs"))
    monkeypatch.setattr(release.evaluate, "test_sets", lambda: {"mnist": splits.test})
    monkeypatch.setattr(release.results_table, "README", tmp_path / "README.md")
    monkeypatch.setattr(release, "mnist", lambda: splits)
    monkeypatch.setattr(release.robustness, "ROBUSTNESS", tmp_path / "robustness.json")

    def go(settings: Hyperparameters) -> str:
        return release.release("mlp", "book", settings, splits, [splits.validation])

    def begin(settings: Hyperparameters):
        return train.train(NETWORKS["mlp"], "book", settings, splits)

    return go, begin


def lines() -> list[dict]:
    return [json.loads(line) for line in release.LINES.read_text().splitlines()]


def test_better_weights_are_kept_and_tested_once(shelf):
    go, begin = shelf
    old = begin(WORSE)
    assert go(BETTER).startswith("released: wrong ")
    _, card = verified("mlp", "book")
    assert card.sha256 != old.sha256 and card.tests["mnist"].n == 60 and card.temperature != 1
    measured = json.loads(release.robustness.ROBUSTNESS.read_text())["networks"]["book"]["mlp"]
    assert measured["sha256"] == card.sha256
    assert [line["released"] for line in lines()] == [True] and not (release.OLD / "book" / "mlp").exists()


def test_weights_that_are_no_better_are_put_aside_and_their_test_sets_stay_closed(shelf, monkeypatch):
    go, begin = shelf
    old = begin(BETTER)
    monkeypatch.setattr(release.evaluate, "test_sets", lambda: pytest.fail("the test sets were opened"))
    assert go(WORSE).startswith("not released: wrong ")
    assert verified("mlp", "book")[1].sha256 == old.sha256
    assert [line["released"] for line in lines()] == [False]
    assert (release.REJECTED / "book" / "mlp" / "mlp.weights.h5").exists()


def test_an_interruption_before_the_comparison_trains_no_second_time(shelf, monkeypatch):
    go, begin = shelf
    begin(WORSE)
    with monkeypatch.context() as patch:
        patch.setattr(release, "validate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            go(BETTER)
    monkeypatch.setattr(train, "train", lambda *_: pytest.fail("it was trained again"))
    assert go(BETTER).startswith("released: ")


def test_going_on_starts_from_the_weights_in_place_and_counts_all_epochs(shelf):
    go, begin = shelf
    old = begin(replace(WORSE, epochs=4))
    settings = release._more("mlp", "book", WORSE, 2, None)
    assert settings.start == old.sha256
    assert go(settings).startswith("released: ")
    card = verified("mlp", "book")[1]
    assert card.training["epochs"] == 6 and [row["epoch"] for row in card.history] == [1, 2, 3, 4, 5, 6]
    assert list(card.history[:4]) == list(old.history) and card.history[4]["loss"] < old.history[0]["loss"] / 2


def test_the_highest_rate_of_going_on_is_half_the_first_or_the_one_given(shelf):
    shelf[1](WORSE)
    first = replace(WORSE, learning_rate=4e-3)
    assert release._more("mlp", "book", first, 2, None).learning_rate == 2e-3
    assert release._more("mlp", "book", first, 2, 5e-4).learning_rate == 5e-4


@pytest.mark.parametrize("options", ["--rate 1e-3", "--more 2 --rate 0", "--more 2 --rate x"])
def test_a_rate_that_cannot_be_meant_is_refused(options, capsys):
    with pytest.raises(SystemExit):
        release.main(["mlp", *options.split()])
    assert "--rate" in capsys.readouterr().err


def test_it_does_not_go_on_from_other_weights_than_expected(shelf):
    go, begin = shelf
    begin(WORSE)
    with pytest.raises(store.WeightsError, match="start the training again"):
        go(replace(WORSE, start="0" * 64))


def test_a_network_without_weights_cannot_be_compared(shelf):
    with pytest.raises(store.WeightsError, match=r"mlp\.json cannot be read"):
        shelf[0](BETTER)
