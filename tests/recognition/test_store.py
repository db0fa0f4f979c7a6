"""Weights and cards on disk: damaged files are never loaded, and files are written atomically."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from models import NETWORKS
from recognition import load, store
from recognition.card import TESTS, ModelCard
from recognition.recipes import RECIPES
from recognition.store import (
    card_path,
    default_recipe,
    read_card,
    released,
    trained_recipes,
    verified,
    weights_path,
    write_atomically,
    write_card,
)
from tests.recognition.damaged import error_message, rewrite

COMMITTED = [(recipe, key) for recipe in trained_recipes() for key in NETWORKS if card_path(key, recipe).exists()]


def test_intact_files_load(folder):
    path, card = verified("mlp", "book")
    assert path == folder / "book" / "mlp.weights.h5" and card == read_card("mlp", "book")
    assert load("mlp", "book").card == card


@pytest.mark.parametrize("damage", [lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: data[:100]])
def test_a_flipped_bit_and_a_truncated_file_are_detected(folder, damage):
    path = weights_path("mlp", "book")
    path.write_bytes(damage(path.read_bytes()))
    assert "is not the file its card describes" in error_message("weights/book/mlp.weights.h5")


@pytest.mark.parametrize("file", ["mlp.weights.h5", "mlp.json"])
def test_a_deleted_file_is_named(folder, file):
    (folder / "book" / file).unlink()
    assert "cannot be read (No such file or directory)" in error_message(f"weights/book/{file}")


@pytest.mark.parametrize(("changes", "whose"), [({"network": "cnn"}, "book/cnn"), ({"recipe": "drawn"}, "drawn/mlp")])
def test_the_card_of_another_network_is_named(folder, changes, whose):
    rewrite(**changes)
    assert f"is the card of {whose}" in error_message("weights/book/mlp.json")


@pytest.mark.parametrize("content", ["cnn", b"not HDF5 at all", b""], ids=["the CNN's", "text", "empty"])
def test_weights_that_fit_their_card_but_not_the_network_are_named(folder, content):
    content = weights_path("cnn", "book").read_bytes() if content == "cnn" else content
    weights_path("mlp", "book").write_bytes(content)
    rewrite(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    message = error_message("book/mlp.weights.h5")
    assert "does not fit the network in models/mlp.py" in message
    assert str(folder) not in message and len(message) < 200, "no path of this machine, nothing of Keras's internals"


def test_damaged_weights_are_not_parsed(folder, monkeypatch):
    import keras

    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: pytest.fail("parsed before they were checked"))
    weights_path("mlp", "book").write_bytes(b"another HDF5 file")
    error_message("weights/book/mlp.weights.h5")


@pytest.mark.parametrize("name", ["card.json", "mlp.weights.h5", "README"])
def test_an_interrupted_write_leaves_only_the_old_file(tmp_path, name):
    path = tmp_path / "new folder" / name
    write_atomically(path, lambda partial: partial.write_text("old"))

    def interrupted(partial):
        partial.write_text("half of the n")
        assert path.read_text() == "old" and partial.parent == path.parent
        assert "".join(partial.suffixes[-2:]).endswith("".join(path.suffixes)), "Keras requires its suffix"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, interrupted)
    assert path.read_text() == "old" and list(path.parent.iterdir()) == [path]
    write_atomically(path, lambda partial: partial.write_text("new"))
    assert path.read_text() == "new" and list(path.parent.iterdir()) == [path]


def test_every_released_card_matches_its_weights():
    for recipe, key in COMMITTED:
        path, card = verified(key, recipe)
        assert card.size == path.stat().st_size
        counted = [row[3].rpartition(" ")[2].replace(",", "") for row in card.serving.architecture.layers]
        assert card.parameters == sum(map(int, counted))
        assert [row["epoch"] for row in card.history] == list(range(1, card.training["epochs"] + 1))
        assert set(card.tests) <= set(TESTS)


def test_every_network_is_released_with_recipe_book():
    assert [key for recipe, key in COMMITTED if recipe == "book"] == released("book")


def test_a_card_that_comes_or_goes_is_noticed_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    assert trained_recipes() == []
    (tmp_path / "drawn").mkdir()
    card = tmp_path / "drawn" / "gru.json"
    for there in (True, False, True):
        (card.touch if there else card.unlink)()
        assert trained_recipes() == (["drawn"] if there else [])
        assert ("gru" in released("drawn")) == there


def test_the_default_recipe_is_the_first_trained_one_and_without_any_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    assert default_recipe() == next(iter(RECIPES)) == "drawn"
    for recipe in ("book", "drawn"):
        (tmp_path / recipe).mkdir()
        (tmp_path / recipe / "mlp.json").touch()
        assert default_recipe() == recipe


def test_a_card_is_read_once_and_again_when_it_has_changed(folder, monkeypatch):
    parsed, parse = [], ModelCard.from_json
    monkeypatch.setattr(ModelCard, "from_json", lambda data: [parsed.append(data["network"]), parse(data)][1])
    first = read_card("mlp", "book")
    assert read_card("mlp", "book") is first and len(parsed) <= 1
    write_card(replace(first, temperature=3.0))
    assert read_card("mlp", "book").temperature == 3.0 and parsed[-1] == "mlp"
