"""The diagram of a network: steps that hold all of its parameters, and the dropout that it was trained with."""

from __future__ import annotations

import pytest

from models import NETWORKS
from recognition.store import read_card
from ui.draw.panels.architecture import MAX_COLUMNS, steps


@pytest.mark.parametrize("key", NETWORKS)
def test_the_steps_of_every_network_hold_all_its_parameters_in_one_row(key):
    card = read_card(key, "drawn")
    found = steps(card.serving.architecture.layers, card.training.get("dropout"))
    assert sum(step.parameters for step in found) == card.parameters
    assert 3 <= found[-1].column <= MAX_COLUMNS and found[-1].shape == (10,) and found[-1].notes == ["softmax"]
    places = [(step.lane, step.column) for step in found]
    assert len(set(places)) == len(places), "no two stand in the same place"


def test_blocks_are_one_step_and_dropout_is_the_one_of_the_recipe():
    layers = {key: read_card(key, "drawn").serving.architecture.layers for key in ("resnet", "ynet", "mlp")}
    resnet = steps(layers["resnet"], None)
    assert [step.title for step in resnet if "+ shortcut" in step.notes][:2] == ["stage 1 block 1", "stage 1 block 2"]
    assert [step.notes for step in steps(layers["mlp"], 0.1)] == [[], ["dropout 10 %"], ["dropout 10 %"], ["softmax"]]
    assert [step.lane for step in steps(layers["ynet"], 0.2)].count("left") == 7
