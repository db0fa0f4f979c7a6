"""Architectures: the layer table counts right, and the graph has every layer and every connection."""

from __future__ import annotations

import math
import re

import pytest

from explain.architecture import describe
from models import NETWORKS
from recognition.outlier import DETECTOR
from recognition.store import read_card, released, trained_recipes


@pytest.fixture(scope="module")
def models():
    return {key: network.build() for key, network in {**NETWORKS, DETECTOR.key: DETECTOR}.items()}


@pytest.fixture(scope="module")
def described(models):
    return {key: describe(model) for key, model in models.items()}


def test_the_cards_have_todays_description(described):
    cards = [read_card(key, recipe) for recipe in trained_recipes() for key in released(recipe)]
    for card in [*cards, read_card(DETECTOR.key, "drawn")]:
        assert card.serving.architecture == described[card.network], f"{card.network}: run python -m training.export"


def test_the_arithmetic_in_every_layer_table_is_right(models, described):
    for key, model in models.items():
        for (name, _, _, arithmetic), layer in zip(described[key].layers, model.layers, strict=True):
            terms, _, total = arithmetic.rpartition(" = ")
            assert name == layer.name and int(total.replace(",", "")) == layer.count_params()
            if terms:
                products = [math.prod(map(int, term.split(" × "))) for term in terms.split(" + ")]
                assert sum(products) == layer.count_params(), f"{key} {name}: {arithmetic}"


@pytest.mark.parametrize(
    ("key", "layer", "expected"),
    [
        ("mlp", "hidden_1", "784 × 256 + 256 = 200,960"),
        ("cnn", "conv_2", "3 × 3 × 64 × 64 + 64 = 36,928"),
        ("rnn", "rnn", "28 × 256 + 256 × 256 + 256 = 72,960"),
        ("resnet", "stem_norm", "4 × 16 = 64"),
    ],
)
def test_the_arithmetic_matches_examples_calculated_by_hand(described, key, layer, expected):
    assert expected in {row[0]: row[3] for row in described[key].layers}[layer]


def test_the_summary_is_keras_own_and_fits_beside_the_table(models, described):
    for key, model in models.items():
        assert f"Total params: {model.count_params():,}" in described[key].summary
        assert max(map(len, described[key].summary.splitlines())) <= 64


def test_the_graph_has_every_layer_once_and_every_connection(models, described):
    for key, model in models.items():
        names = re.findall(r'"(\w+)" \[label="', described[key].diagram)
        assert names == [layer.name for layer in model.layers], key
        edges = re.findall(r'"(\w+)" -> "(\w+)"', described[key].diagram)
        ends = [(tensor, layer.name) for layer in model.layers[1:] for tensor in inputs_of(layer)]
        assert edges == ends, key


def inputs_of(layer) -> list[str]:
    tensors = layer.input if isinstance(layer.input, list) else [layer.input]
    return [tensor._keras_history.operation.name for tensor in tensors]


def test_the_graph_frames_blocks_and_writes_dropouts_and_shapes_that_change(described):
    diagram = described["resnet"].diagram
    assert len(set(re.findall(r'subgraph "cluster_(\w+)"', diagram))) == 9
    assert 'label="a_conv: Conv2D\\n14×14×32"' in diagram and 'label="a_norm: BatchNormalization"' in diagram
    assert 'label="rnn: SimpleRNN\\n256, dropout 20%"' in described["rnn"].diagram
    assert 'label="logits: Dense\\n10"' in diagram and 'label="softmax: Activation"' in diagram


def test_the_layers_that_are_shown(described):
    assert described["mlp"].hidden == ["relu_1", "relu_2"] and described["cnn"].hidden == []
    assert described["cnn"].convolutions == ["conv_1", "conv_2", "conv_3"]
    assert [name[:6] for name in described["resnet"].convolutions] == ["stage1", "stage2", "stage3"]
    assert [key for key, shown in described.items() if shown.bidirectional] == ["bilstm"]
    assert [key for key, shown in described.items() if shown.residual_adds] == ["resnet", "resnet_v2"]
    for stage, add in enumerate(described["resnet"].residual_adds, start=1):
        ends = ("block2_relu", "block3_b_norm", "block3_add")
        assert (add.shortcut, add.branch, add.output) == tuple(f"stage{stage}_{end}" for end in ends)
