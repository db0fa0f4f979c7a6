"""The picture of a model: what stands in its boxes, what leads where, and that Graphviz can read it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from models import NETWORKS
from models.explain import diagram
from models.explain.diagram import dot
from tests.architectures import MADE
from tests.dot import Drawing

FOLDER = Path(diagram.__file__).parents[2]
BUILD = {key: network.build for key, network in NETWORKS.items()} | {make.__name__: make for make in MADE}
EVERY_MODEL = pytest.mark.parametrize("name", BUILD)


@pytest.fixture(scope="module")
def models():
    return {name: build() for name, build in BUILD.items()}


@pytest.fixture(scope="module")
def drawings(models):
    return {name: Drawing(dot(model)) for name, model in models.items()}


def ends(drawing: Drawing) -> tuple[list[str], list[str]]:
    """The nodes outside of frames that nothing leads to, and those that lead to none of their kind."""
    column = drawing.column
    return (
        [name for name in column if not drawing.before(name)],
        [name for name in column if not drawing.after(name) & set(column)],
    )


@EVERY_MODEL
def test_the_parameters_in_the_nodes_add_up_to_those_of_the_model(name, models, drawings):
    found = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) parameters", drawings[name].source)]
    assert sum(found) == models[name].count_params()


@EVERY_MODEL
def test_each_edge_leads_from_a_node_to_another(name, drawings):
    drawing = drawings[name]
    assert drawing.edges
    assert {end for edge in drawing.edges for end in edge} <= set(drawing.nodes)
    assert all(tail != head for tail, head in drawing.edges)


@EVERY_MODEL
def test_the_picture_hangs_together(name, drawings):
    drawing = drawings[name]
    start = next(iter(drawing.nodes))
    assert drawing.reachable(start, lambda name: drawing.before(name) | drawing.after(name)) == set(drawing.nodes)


@EVERY_MODEL
def test_all_ways_lead_from_the_inputs_to_one_softmax(name, models, drawings):
    drawing = drawings[name]
    first, last = ends(drawing)
    assert len(first) == len(models[name].inputs) and all(drawing.column[node].startswith("Input: ") for node in first)
    assert len(last) == 1
    for node in drawing.column:
        assert last[0] in drawing.reachable(node, drawing.after)
        assert set(first) & drawing.reachable(node, drawing.before)


@EVERY_MODEL
def test_the_shapes_at_both_ends_are_the_model_s(name, models, drawings):
    first, last = ends(drawings[name])
    assert re.search(r"softmax\n10 \| [\d,]+ parameters$", drawings[name].column[last[0]])
    shapes = {drawings[name].column[node].split(" | ")[1] for node in first}
    assert shapes == {" × ".join(map(str, tensor.shape[1:])) for tensor in models[name].inputs}


COLUMNS = {  # from top to bottom, with a slash where a line ends
    "mlp": [
        "Input: pixels | 784",
        "Dense layer, 256 units, ReLU / 256 | 200,960 parameters | dropout 45%",
        "Dense layer, 256 units, ReLU / 256 | 65,792 parameters | dropout 45%",
        "Dense layer, 10 units, softmax / 10 | 2,570 parameters",
    ],
    "cnn": [
        "Input: picture | 28 × 28 × 1",
        "3 × 3 convolution, 64 filters, ReLU / 26 × 26 × 64 | 640 parameters",
        "2 × 2 max pooling | 13 × 13 × 64",
        "3 × 3 convolution, 64 filters, ReLU / 11 × 11 × 64 | 36,928 parameters",
        "2 × 2 max pooling | 5 × 5 × 64",
        "3 × 3 convolution, 64 filters, ReLU, flattened / 3 × 3 × 64 → 576 | 36,928 parameters | dropout 20%",
        "Dense layer, 10 units, softmax / 10 | 5,770 parameters",
    ],
    "rnn": [
        "Input: rows | 28 × 28",
        "Simple RNN, 256 units, tanh / 256 | 72,960 parameters | dropout 20%",
        "Dense layer, 10 units, softmax / 10 | 2,570 parameters",
    ],
    "resnet": [
        "Input: picture | 28 × 28 × 1",
        "3 × 3 convolution, 16 filters, batch norm, ReLU / 28 × 28 × 16 | 224 parameters",
        "Stage 1: 3 residual blocks, 16 filters / 28 × 28 × 16 | 14,304 parameters",
        "Stage 2: 3 residual blocks, 32 filters / 14 × 14 × 32 | 52,192 parameters",
        "Stage 3: 3 residual blocks, 64 filters / 7 × 7 × 64 | 206,784 parameters",
        "7 × 7 average pooling, flattened | 1 × 1 × 64 → 64",
        "Dense layer, 10 units, softmax / 10 | 650 parameters",
    ],
    "densely_connected": [
        "Input: picture | 8 × 8 × 1",
        "Batch norm, 3 × 3 convolution, 4 filters / 8 × 8 × 4 | 44 parameters",
        "Stage 1: 3 densely connected blocks, 3 filters / 8 × 8 × 13 | 660 parameters",
        "Batch norm, 1 × 1 convolution, 6 filters / 8 × 8 × 6 | 136 parameters",
        "2 × 2 average pooling | 4 × 4 × 6",
        "Stage 2: 3 densely connected blocks, 3 filters / 4 × 4 × 15 | 846 parameters",
        "4 × 4 average pooling, flattened | 1 × 1 × 15 → 15",
        "Dense layer, 10 units, softmax / 10 | 160 parameters",
    ],
    "both_ways": [
        "Input: rows | 28 × 28",
        "Bidirectional LSTM, 8 units each way / 28 × 16 | 2,368 parameters | dropout 20%",
        "GRU, 5 units / 5 | 345 parameters",
        "Dense layer, 10 units, softmax / 10 | 60 parameters",
    ],
    "nested": [
        "Input: pixels | 6",
        "Network: inner part / 3 | 43 parameters",
        "Dense layer, 10 units, softmax / 10 | 40 parameters",
    ],
    "left_and_entered_again": [
        "Input: pixels | 6",
        "Dense layer, 6 units / 6 | 42 parameters",
        "Dense layer, 6 units / 6 | 42 parameters",
        "Dense layer, 6 units / 6 | 42 parameters",
        "Dense layer, 10 units, softmax / 10 | 70 parameters",
    ],
}


@pytest.mark.parametrize("key", COLUMNS)
def test_a_column_says_in_plain_words_what_the_network_does(key, drawings):
    drawing = drawings[key]
    (node,), (last,) = ends(drawing)
    found = [drawing.column[node]]
    while node != last:
        (node,) = drawing.after(node) & set(drawing.column)
        found.append(drawing.column[node])
    assert len(found) == len(drawing.column)
    assert [label.replace("\n", " / ") for label in found] == COLUMNS[key]


def test_branches_are_drawn_as_they_part_and_meet(drawings):
    drawing = drawings["two_branches"]
    assert set(drawing.edges) == {
        ("left_picture", "left_conv"),
        ("left_conv", "left_pool"),
        ("left_pool", "join"),
        ("right_picture", "right_conv"),
        ("right_conv", "right_pool"),
        ("right_pool", "join"),
        ("join", "softmax"),
    }
    assert drawing.column["left_picture"] == "Input: left picture | 8 × 8 × 1"
    assert drawing.column["right_conv"].startswith(
        "3 × 3 convolution, 4 filters, dilation 2, ReLU\n8 × 8 × 4 | 40 param"
    )
    assert drawing.column["join"] == "Concatenation, flattened | 4 × 4 × 8 → 128"


def test_a_layer_called_twice_is_two_nodes_and_its_parameters_count_once(drawings):
    drawing = drawings["shared"]
    assert drawing.column["same"] == "Dense layer, 4 units, ReLU\n4 | 28 parameters"
    assert drawing.column["same/2"] == "Dense layer, 4 units, ReLU\n4 | shared parameters"
    assert drawing.before("difference") == {"same", "same/2"}


@pytest.mark.parametrize(
    ("key", "title", "labels", "ways"),
    [
        (
            "resnet",
            "One block of stages 1, 2 and 3",
            {
                "input": "its input",
                "shortcut": "1 × 1 convolution\nin 2 of 9 blocks, else unchanged",
                "a": "3 × 3 convolution, batch norm, ReLU",
                "b": "3 × 3 convolution, batch norm",
                "merge": "Addition, ReLU",
            },
            [("input", "a", "b", "merge"), ("input", "shortcut", "merge")],
        ),
        (
            "bottlenecks",
            "One block of stages 1 and 2",
            {
                "input": "its input",
                "shortcut": "1 × 1 convolution\nin 2 of 4 blocks, else unchanged",
                "a": "Batch norm, ReLU, 1 × 1 convolution",
                "b": "Batch norm, ReLU, 3 × 3 convolution",
                "c": "Batch norm, ReLU, 1 × 1 convolution",
                "merge": "Addition",
            },
            [("input", "a", "b", "c", "merge"), ("input", "shortcut", "merge")],
        ),
        (
            "densely_connected",
            "One block of stages 1 and 2",
            {"input": "its input", "a": "Batch norm, ReLU, 3 × 3 convolution", "merge": "Concatenation"},
            [("input", "a", "merge"), ("input", "merge")],
        ),
    ],
)
def test_a_block_is_drawn_once_with_the_way_around_it(key, title, labels, ways, drawings):
    drawing = drawings[key]
    ((frame, inside),) = drawing.frames.items()
    assert drawing.titles[frame] == title
    assert sorted(drawing.close_up(frame)) == sorted(labels.values())
    (entry,) = (node for node in inside if drawing.nodes[node]["label"] == "its input")

    def follow(node):
        further = sorted(drawing.after(node))
        return [[node, *way] for after in further for way in follow(after)] if further else [[node]]

    found = follow(entry)
    assert sorted([drawing.nodes[node]["label"] for node in way] for way in found) == sorted(
        [labels[step] for step in way] for way in ways
    )
    main, around = sorted(found, key=len, reverse=True)
    for way, color in ((main, None), (around, diagram.DETOUR)):
        assert {drawing.edges[edge].get("color") for edge in pairwise(way)} == {color}
    assert drawing.before(entry) == {"stage1/"} and drawing.edges["stage1/", entry]["lhead"] == frame


def test_the_residual_network_is_small(drawings):
    drawing = drawings["resnet"]
    assert len(drawing.column) <= 10 and len(drawing.nodes) <= 15
    assert [f"Stage {i}: 3 residual blocks" in drawing.source for i in (1, 2, 3)] == [True] * 3


def test_names_with_quotes_backslashes_and_breaks_do_not_break_out():
    from keras import Input, Model, layers

    name = 'a "b" \\N c\\ <d> & e\nf"'
    inputs = Input((3,), name=name)
    drawing = Drawing(dot(Model(inputs, layers.Dense(2, name='"] }')(inputs), name='"')))
    assert list(drawing.nodes) == [name, '"] }']
    assert drawing.column[name] == f"Input: {name} | 3"


def test_a_model_without_a_graph_is_refused_with_what_to_do():
    import keras

    class Own(keras.Model):
        pass

    for model in (Own(name="own"), keras.Sequential([keras.layers.Dense(2)], name="own")):
        with pytest.raises(ValueError, match=rf"got {type(model).__name__} 'own'; make it with keras\.Model\("):
            dot(model)


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours such as "#6b84a8"."""

    def luminance(colour):
        values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", "#0e1117", diagram.FRAME])
def test_lines_show_on_light_and_on_dark(ground):
    assert contrast(diagram.LINE, ground) >= 3 and contrast(diagram.DETOUR, ground) >= 3


def test_text_shows_on_every_box(drawings):
    assert "bgcolor=transparent" in drawings["mlp"].source
    for fill in (*diagram.FILLS.values(), diagram.FRAME):
        assert contrast(diagram.TEXT, fill) >= 7
    assert all(node["fillcolor"] in diagram.FILLS.values() for one in drawings.values() for node in one.nodes.values())


@pytest.mark.skipif(not shutil.which("dot"), reason="needs Graphviz: apt-get install graphviz")
@EVERY_MODEL
def test_graphviz_draws_it_without_complaint_and_no_taller_than_a_screen(name, drawings):
    drawn = subprocess.run(["dot", "-Tsvg"], input=drawings[name].source, capture_output=True, text=True, check=True)
    assert drawn.stderr == ""
    height = float(re.search(r'<svg width="\d+pt" height="(\d+)pt"', drawn.stdout)[1])
    assert height * 4 / 3 <= (650 if name == "resnet" else 800)  # pixels


def test_importing_it_brings_in_no_framework():
    script = (
        "import sys, models.explain.diagram; print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], cwd=FOLDER, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
