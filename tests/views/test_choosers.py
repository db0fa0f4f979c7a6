"""Which networks answer is the visitor's choice, among all that have weights."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest

import recognition
from models import FIRST, NETWORKS
from recognition import store
from tests.drawings import placed
from tests.views.page import answers, message, opened, send, visit
from views import serving

MORE = ("gru", "bilstm", "ynet")
RECIPE = store.trained_recipes()[0]


@pytest.fixture(scope="module")
def seven(tmp_path_factory):
    """The first four networks' weights, and those of three more as they are built."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("weights")
        for recipe in store.trained_recipes():
            (folder / recipe).mkdir()
            for key in (*FIRST, "outlier"):
                for path in store.WEIGHTS.glob(f"{recipe}/{key}.*"):
                    shutil.copy(path, folder / recipe)
        patch.setattr(store, "WEIGHTS", folder)
        for key in MORE:
            model, path = NETWORKS[key].build(), store.weights_path(key, RECIPE)
            model.save_weights(path)
            card = json.loads(store.card_path("cnn", RECIPE).read_text(encoding="utf-8"))
            card |= {"network": key, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "tests": {}}
            card |= {"parameters": model.count_params(), "size": path.stat().st_size}
            store.card_path(key, RECIPE).write_text(json.dumps(card), encoding="utf-8")
        serving.unload()
        yield
    serving.unload()


def shown(page) -> list[str]:
    """The keys of the networks that have answered, in order."""
    assert not page.exception
    return [part.split('"')[0] for part in answers(page).split('data-network="')[1:]]


def chooser(page):
    (found,) = (group for group in page.get("button_group") if group.label == "Which networks to show")
    return found


def test_the_first_four_answer_until_the_visitor_says_otherwise(seven):
    page = send(visit(), message(placed(7)))
    assert shown(page) == list(FIRST)
    chooser(page).set_value(["GRU", "MLP", "Y-network"]).run()
    assert shown(page) == ["mlp", "gru", "ynet"], "in the order of the page"
    chooser(page).set_value([]).run()
    assert shown(page) == list(FIRST), "no choice is not nothing"


def test_a_link_carries_the_choice(seven):
    page = send(opened({"networks": ["Bi-LSTM", "CNN"]}), message(placed(7)))
    assert shown(page) == ["cnn", "bilstm"]


def test_a_recipe_in_which_one_has_no_weights_shows_the_others(seven):
    page = send(opened({"networks": ["GRU", "CNN"], "recipe": ["on MNIST alone"]}), message(placed(7)))
    assert shown(page) == ["cnn"]


@pytest.mark.parametrize("panel", ["Inside", "Which ink?", "Poke it", "Confidence", "Summaries", "Why did it fail?"])
def test_every_panel_shows_the_chosen_networks(seven, panel):
    page = send(opened({"networks": ["GRU", "Bi-LSTM", "Y-network"], "panel": [panel]}), message(placed(7)))
    assert shown(page) == list(MORE)
    if panel in ("Inside", "Summaries"):
        for title in ("Bi-LSTM", "Y-network", "GRU"):
            page.session_state["network"] = title
            page.run()
            assert not page.exception
        chooser(page).set_value(["MLP", "CNN"]).run()  # the one that was looked at is gone
        assert shown(page) == ["mlp", "cnn"]


def test_networks_that_are_not_shown_are_not_loaded(seven, monkeypatch):
    serving.unload()
    loaded, load = [], recognition.load
    monkeypatch.setattr(recognition, "load", lambda key, recipe: [loaded.append(key), load(key, recipe)][1])
    send(visit(), message(placed(7)))
    assert sorted(loaded) == sorted(FIRST)


def test_no_chooser_where_there_is_nothing_to_choose(seven, monkeypatch, tmp_path):
    (tmp_path / RECIPE).mkdir()
    for key in FIRST:
        for path in store.WEIGHTS.glob(f"{RECIPE}/{key}.*"):
            shutil.copy(path, tmp_path / RECIPE)
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    assert not [group for group in visit().get("button_group") if group.label == "Which networks to show"]
