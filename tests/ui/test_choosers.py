"""The visitor chooses which of the networks with weights are shown."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest

import recognition
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import ensemble, store
from tests.drawings import placed
from tests.ui.page import answers, message, opened, send, visit
from training import export

MORE = ("gru", "bilstm", "ynet")
RECIPE = store.trained_recipes()[0]


@pytest.fixture(scope="module")
def seven(tmp_path_factory):
    """A weights folder with the first four networks and three untrained ones."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("weights")
        for recipe in store.trained_recipes():
            (folder / recipe).mkdir()
            for key in (*DEFAULT_NETWORKS, "outlier"):
                for path in store.WEIGHTS.glob(f"{recipe}/{key}.*"):
                    shutil.copy(path, folder / recipe)
        patch.setattr(store, "WEIGHTS", folder)
        for key in MORE:
            model, path = NETWORKS[key].build(), store.weights_path(key, RECIPE)
            model.save_weights(path)
            serving_file = export.write(model, store.serving_path(key, RECIPE))
            card = json.loads(store.card_path("cnn", RECIPE).read_text(encoding="utf-8"))
            card |= {"network": key, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "tests": {}}
            card |= {"parameters": model.count_params(), "size": path.stat().st_size, "serving": serving_file.to_json()}
            store.card_path(key, RECIPE).write_text(json.dumps(card), encoding="utf-8")
        yield


def shown(page) -> list[str]:
    """The keys of the networks that are shown, in order."""
    assert not page.exception
    return [part.split('"')[0] for part in answers(page).split('<article class="card ready" data-network="')[1:]]


def chooser(page):
    (found,) = (group for group in page.get("button_group") if group.label == "Which networks to show")
    return found


@pytest.mark.slow
def test_the_first_four_are_shown_until_the_visitor_chooses_others(seven):
    page = send(visit(), message(placed(7)))
    assert shown(page) == list(DEFAULT_NETWORKS)
    chooser(page).set_value(["GRU", "MLP", "Y-network"]).run()
    assert shown(page) == ["mlp", "gru", "ynet"], "in display order"
    chooser(page).set_value([]).run()
    assert shown(page) == list(DEFAULT_NETWORKS), "no choice means the first four"


@pytest.mark.slow
def test_a_link_carries_the_choice(seven):
    page = send(opened({"networks": ["Bi-LSTM", "CNN"]}), message(placed(7)))
    assert shown(page) == ["cnn", "bilstm"]


@pytest.mark.slow
def test_a_network_without_weights_for_the_recipe_is_left_out(seven):
    page = send(opened({"networks": ["GRU", "CNN"], "recipe": ["on MNIST alone"]}), message(placed(7)))
    assert shown(page) == ["cnn"]


@pytest.mark.slow
@pytest.mark.parametrize("panel", ["Inside", "Which ink?", "Poke it", "How sure", "How it's built", "Why did it fail?"])
def test_every_panel_shows_the_chosen_networks(seven, panel):
    page = send(opened({"networks": ["GRU", "Bi-LSTM", "Y-network"], "panel": [panel]}), message(placed(7)))
    assert shown(page) == list(MORE)
    if panel in ("Inside", "How it's built"):
        for title in ("Bi-LSTM", "Y-network", "GRU"):
            page.session_state["network"] = title
            page.run()
            assert not page.exception
        chooser(page).set_value(["MLP", "CNN"]).run()  # the network in the panel is no longer shown
        assert shown(page) == ["mlp", "cnn"]


@pytest.mark.slow
def test_networks_that_are_not_shown_are_not_loaded(seven, monkeypatch):
    monkeypatch.setattr(ensemble, "_loaded", {})
    loaded, load = [], recognition.load
    monkeypatch.setattr(recognition, "load", lambda key, recipe: [loaded.append(key), load(key, recipe)][1])
    send(visit(), message(placed(7)))
    assert sorted(loaded) == sorted(DEFAULT_NETWORKS)


@pytest.mark.slow
def test_the_chooser_is_hidden_when_there_are_only_four_networks(seven, monkeypatch, tmp_path):
    (tmp_path / RECIPE).mkdir()
    for key in DEFAULT_NETWORKS:
        for path in store.WEIGHTS.glob(f"{RECIPE}/{key}.*"):
            shutil.copy(path, tmp_path / RECIPE)
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    assert not [group for group in visit().get("button_group") if group.label == "Which networks to show"]
