"""Weights and their cards on disk: what is damaged is never loaded, and what is written is written whole."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from dataclasses import replace

import pytest

from models import NETWORKS
from recognition import load, store
from recognition.card import TESTS, Z95, Card, Score
from recognition.store import (
    WeightsError,
    card_path,
    read_card,
    released,
    trained_recipes,
    verified,
    weights_path,
    write_atomically,
    write_card,
)

COMMITTED = [(recipe, key) for recipe in trained_recipes() for key in NETWORKS if card_path(key, recipe).exists()]
GOOD = Card(
    network="mlp",
    recipe="book",
    parameters=269_322,
    sha256="0" * 64,
    size=5,
    temperature=1.25,
    training={"optimizer": "adam", "epochs": 2, "digits": {"train": 10, "validation": 5}},
    history=[{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}],
    tests={"mnist": Score(10_000, 9_812), "drawn": Score(3_498, 3_000)},
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the MLP's released files, where nothing can be spoiled."""
    (tmp_path / "book").mkdir()
    for path in (weights_path("mlp", "book"), card_path("mlp", "book")):
        shutil.copy(path, tmp_path / "book")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    return tmp_path


def complaint(file: str, load=lambda: load("mlp", "book")) -> str:
    """What the error says; it has to name the file and the command that mends it."""
    with pytest.raises(WeightsError) as caught:
        load()
    assert file in str(caught.value)
    assert "python -m training.train mlp --recipe book" in str(caught.value)
    return str(caught.value)


def rewrite(**changes) -> None:
    """Writes the copied card again, with some fields changed; None takes one away."""
    data = json.loads(card_path("mlp", "book").read_text()) | changes
    card_path("mlp", "book").write_text(json.dumps({name: value for name, value in data.items() if value is not None}))


def test_sound_files_load(folder):
    path, card = verified("mlp", "book")
    assert path == folder / "book" / "mlp.weights.h5" and card == read_card("mlp", "book")
    assert load("mlp", "book").card == card


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_a_flipped_byte_is_noticed(folder, place):
    data = bytearray(weights_path("mlp", "book").read_bytes())
    data[place] ^= 1
    weights_path("mlp", "book").write_bytes(data)
    assert "is not the file its card describes" in complaint("weights/book/mlp.weights.h5")


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_truncated_file_is_noticed(folder, size):
    path = weights_path("mlp", "book")
    path.write_bytes(path.read_bytes()[:size])
    assert "is not the file its card describes" in complaint("weights/book/mlp.weights.h5")


@pytest.mark.parametrize("file", ["mlp.weights.h5", "mlp.json"])
def test_a_deleted_file_is_named(folder, file):
    (folder / "book" / file).unlink()
    assert "cannot be read (No such file or directory)" in complaint(f"weights/book/{file}")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b"7", b"{}", b"[" * 100_000, b"<html>"]
)
def test_a_card_that_is_none_is_named(folder, content):
    card_path("mlp", "book").write_bytes(content)
    assert "is not a card" in complaint("weights/book/mlp.json")


@pytest.mark.parametrize(
    "name", ["network", "recipe", "parameters", "sha256", "size", "temperature", "training", "history", "tests"]
)
def test_a_card_without_one_of_its_fields_is_named(folder, name):
    rewrite(**{name: None})
    assert "is not a card" in complaint("weights/book/mlp.json")


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "abc"},
        {"parameters": 0},
        {"parameters": "many"},
        {"size": float("inf")},
        {"temperature": 0},
        {"temperature": -1},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"training": 7},
        {"history": 7},
        {"history": ["epoch"]},
        {"tests": ["mnist"]},
        {"tests": {"mnist": 0.98}},
        {"tests": {"mnist": {"n": 10}}},
        {"tests": {"mnist": {"n": 0, "correct": 0, "confusion": [], "reliability": []}}},
        {"tests": {"mnist": {"n": 10, "correct": 11, "confusion": [], "reliability": []}}},
        {"tests": {"mnist": {"n": 10, "correct": -1, "confusion": [], "reliability": []}}},
    ],
    ids=json.dumps,
)
def test_a_card_with_impossible_numbers_is_named(folder, changes):
    rewrite(**changes)
    assert "is not a card" in complaint("weights/book/mlp.json")


@pytest.mark.parametrize(("changes", "whose"), [({"network": "cnn"}, "book/cnn"), ({"recipe": "drawn"}, "drawn/mlp")])
def test_the_card_of_another_network_is_named(folder, changes, whose):
    rewrite(**changes)
    assert f"is the card of {whose}" in complaint("weights/book/mlp.json")


@pytest.mark.parametrize("content", ["cnn", b"not HDF5 at all", b""], ids=["the CNN's", "text", "empty"])
def test_weights_that_fit_their_card_but_not_the_network_are_named(folder, monkeypatch, content):
    if content == "cnn":
        monkeypatch.undo()
        content = weights_path("cnn", "book").read_bytes()
        monkeypatch.setattr(store, "WEIGHTS", folder)
    weights_path("mlp", "book").write_bytes(content)
    rewrite(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    assert "does not fit the network in models/mlp.py" in complaint("book/mlp.weights.h5")


def test_damaged_weights_are_not_parsed(folder, monkeypatch):
    import keras

    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: pytest.fail("parsed before they were checked"))
    weights_path("mlp", "book").write_bytes(b"HDF5 of somebody else")
    complaint("weights/book/mlp.weights.h5")


@pytest.mark.parametrize("name", ["card.json", "mlp.weights.h5", "README"])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, name):
    path = tmp_path / "new folder" / name
    write_atomically(path, lambda partial: partial.write_text("old"))

    def interrupted(partial):
        partial.write_text("half of the n")
        assert path.read_text() == "old" and partial.parent == path.parent
        assert "".join(partial.suffixes[-2:]).endswith("".join(path.suffixes)), "Keras insists on its ending"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, interrupted)
    assert path.read_text() == "old" and list(path.parent.iterdir()) == [path]
    write_atomically(path, lambda partial: partial.write_text("new"))
    assert path.read_text() == "new" and list(path.parent.iterdir()) == [path]


def test_a_card_comes_back_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    write_card(GOOD)
    assert read_card("mlp", "book") == GOOD
    assert trained_recipes() == ["book"]
    write_card(replace(GOOD, recipe="drawn", tests={}))
    assert read_card("mlp", "drawn").tests == {} and trained_recipes() == ["drawn", "book"]
    data = json.loads(card_path("mlp", "book").read_text())
    assert data["tests"]["mnist"]["accuracy"] == 0.9812, "written out for whoever reads the file"


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [(90, 100, 0.8256, 0.9448), (10, 10, 0.7225, 1), (0, 10, 0, 0.2775), (50, 100, 0.4038, 0.5962), (1, 1, 0.2065, 1)],
)
def test_the_interval_is_wilsons(correct, n, low, high):
    assert Score(n, correct).interval == pytest.approx((low, high), abs=5e-5)
    for end in Score(n, correct).interval:  # its definition: there the true accuracy is Z95 standard errors away
        assert abs(correct / n - end) == pytest.approx(Z95 * math.sqrt(max(0, end * (1 - end)) / n), abs=1e-7)


def test_a_score_in_words():
    assert str(Score(10_000, 9_812)) == "98.12 % (95 % interval 97.83 to 98.37, n = 10,000)"


@pytest.mark.parametrize(("recipe", "key"), COMMITTED)
def test_a_released_card_tells_the_truth(recipe, key):
    path, card = verified(key, recipe)
    assert card.size == path.stat().st_size
    assert card.parameters == NETWORKS[key].build().count_params()
    assert [row["epoch"] for row in card.history] == list(range(1, card.training["epochs"] + 1))
    assert set(card.tests) <= set(TESTS)


def test_every_network_is_released_in_the_books_recipe():
    assert [key for recipe, key in COMMITTED if recipe == "book"] == released("book")
