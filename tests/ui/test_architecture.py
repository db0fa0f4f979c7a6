"""The diagram of a network: steps that hold all of its parameters, and the dropout that it was trained with."""

from __future__ import annotations

import pytest

from models import NETWORKS
from recognition.store import read_card
from ui.draw.panels.architecture import MAX_COLUMNS, steps


@pytest.mark.parametrize("key", NETWORKS)
def test_the_steps_of_every_network_hold_all_its_parameters_in_one_row(key):
    card = read_card(key, "drawn")
    found = steps(card.serving.architecture, card.training.get("dropout"))
    assert sum(step.parameters for step in found) == card.parameters
    assert 3 <= found[-1].column <= MAX_COLUMNS and found[-1].shape == (10,) and found[-1].notes == ["softmax"]
    places = [(step.lane, step.column) for step in found]
    assert len(set(places)) == len(places), "no two stand in the same place"


def test_blocks_are_one_step_and_the_branches_of_the_y_network_stand_beside_each_other():
    resnet, ynet = (steps(read_card(key, "drawn").serving.architecture, None) for key in ("resnet", "ynet"))
    assert [step.title for step in resnet if "+ shortcut" in step.notes][:2] == ["stage 1 block 1", "stage 1 block 2"]
    assert [step.lane for step in ynet].count("left") == [step.lane for step in ynet].count("right") == 7


def test_each_network_says_the_dropout_that_its_recipe_trained_it_with():
    def said(key, dropout):
        found = steps(read_card(key, "book").serving.architecture, dropout)
        return {note for step in found for note in step.notes if "dropout" in note}

    listings = {"mlp": {"dropout 45 %"}, "cnn": {"dropout 20 %"}, "rnn": {"dropout 20 %"}, "ynet": {"dropout 40 %"}}
    assert {key: said(key, None) for key in listings} == listings
    assert {key: said(key, 0.1) for key in listings} == {key: {"dropout 10 %"} for key in listings}
    assert said("mlp", 0.0) == said("resnet", None) == set()
