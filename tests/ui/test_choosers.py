"""The visitor chooses which of the networks with weights are shown."""

from __future__ import annotations

import shutil

import pytest

import recognition
from language import gettext
from models import DEFAULT_NETWORKS
from recognition import ensemble, store
from tests.drawings import placed
from tests.ui.page import answers, message, opened, read, send, visit
from ui import navigation

RECIPE = store.default_recipe()


def shown(page) -> list[str]:
    """The keys of the networks that are shown, in order."""
    assert not page.exception
    assert list(read(page)) == answers(page)["heads"]["networks"], "each has an answer"
    return list(read(page))


def choosers(page) -> list:
    return [group for group in page.get("button_group") if group.label == "Which networks to show"]


def keep_only(folder, keys) -> None:
    """Copy the weights of these networks, of the default recipe, into a folder."""
    (folder / RECIPE).mkdir()
    for key in keys:
        for path in store.WEIGHTS.glob(f"{RECIPE}/{key}.*"):
            shutil.copy(path, folder / RECIPE)


def test_the_first_four_are_loaded_and_shown_until_the_visitor_chooses_others(monkeypatch):
    loaded, load = [], recognition.load
    monkeypatch.setattr(ensemble, "_loaded", {})
    monkeypatch.setattr(recognition, "load", lambda key, recipe: [loaded.append(key), load(key, recipe)][1])
    page = send(visit(), message(placed(7)))
    assert shown(page) == list(DEFAULT_NETWORKS) and sorted(loaded) == sorted(DEFAULT_NETWORKS)
    (chooser,) = choosers(page)
    chooser.set_value(["GRU", "MLP", "Y-network"]).run()
    assert shown(page) == ["mlp", "gru", "ynet"], "in display order"
    choosers(page)[0].set_value([]).run()
    assert shown(page) == list(DEFAULT_NETWORKS), "no choice means the first four"


def test_a_link_carries_the_choice_and_a_network_without_weights_is_left_out(monkeypatch, tmp_path):
    link = {"networks": ["Bi-LSTM", "CNN"]}
    assert shown(send(opened(link), message(placed(7)))) == ["cnn", "bilstm"]
    keep_only(tmp_path, (*DEFAULT_NETWORKS, "gru"))
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    assert shown(send(opened(link), message(placed(7)))) == ["cnn"]


@pytest.mark.parametrize("panel", ["Journey", "Which ink?", "How it is built"])
def test_every_panel_shows_the_chosen_networks(panel):
    page = send(opened({"networks": ["GRU", "Bi-LSTM", "Y-network"], "panel": [panel]}), message(placed(7)))
    assert shown(page) == ["gru", "bilstm", "ynet"]
    if panel in ("Journey", "How it is built"):
        for title in ("Bi-LSTM", "Y-network", "GRU"):
            page.session_state["network"] = title
            page.run()
            assert not page.exception
        choosers(page)[0].set_value(["MLP", "CNN"]).run()  # the network in the panel is no longer shown
        assert shown(page) == ["mlp", "cnn"]


def test_the_chooser_is_hidden_when_there_are_only_four_networks(monkeypatch, tmp_path):
    keep_only(tmp_path, DEFAULT_NETWORKS)
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    assert not choosers(visit())


@pytest.mark.parametrize(
    ("query", "spoken", "names"),
    [
        ({"panel": "Journey", "network": "RNN", "lang": "de"}, "de", {"panel": "Journey"}),
        (
            {"panel": gettext("Which ink?", "ja"), "mode": gettext("Fool them", "ar")},
            "en",
            {"panel": "Which ink?", "mode": "Fool them"},
        ),
        ({"recipe": gettext("on MNIST alone", "de")}, "uk", {"recipe": "on MNIST alone"}),
        ({"panel": "Inside"}, "en", {"panel": "Journey"}),
        ({"panel": "How it is built"}, "en", {}),
        ({"panel": "no such panel", "room": "Journey"}, "de", {}),
    ],
    ids=["English", "two languages", "German", "an old name", "the own language", "nothing that is known"],
)
def test_a_link_that_was_made_in_another_language_or_long_ago_opens_the_same(query, spoken, names):
    assert navigation.renamed(query, spoken) == {key: gettext(name, spoken) for key, name in names.items()}
