"""The text in a diagram's boxes, in the main column and in the close-ups of blocks."""

from __future__ import annotations

from itertools import pairwise

import pytest

from explain import architecture
from explain.architecture import dot
from tests.explain.architectures import built
from tests.explain.dot import Drawing


@pytest.fixture(scope="module")
def drawings():
    names = [*COLUMNS, "two_branches", "shared_layer", "bottlenecks"]
    return {name: Drawing(dot(built(name))) for name in names}


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
    "bidirectional": [
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
    "reentered_stage": [
        "Input: pixels | 6",
        "Dense layer, 6 units / 6 | 42 parameters",
        "Dense layer, 6 units / 6 | 42 parameters",
        "Dense layer, 6 units / 6 | 42 parameters",
        "Dense layer, 10 units, softmax / 10 | 70 parameters",
    ],
}


@pytest.mark.parametrize("key", COLUMNS)
def test_the_main_column_describes_the_network_in_plain_words(key, drawings):
    drawing = drawings[key]
    (node,), (last,) = drawing.ends
    labels = [drawing.column[node]]
    while node != last:
        (node,) = drawing.after(node) & set(drawing.column)
        labels.append(drawing.column[node])
    assert len(labels) == len(drawing.column)
    assert [label.replace("\n", " / ") for label in labels] == COLUMNS[key]


def test_branches_are_drawn_from_their_inputs_to_where_they_join(drawings):
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


def test_a_layer_called_twice_gets_two_nodes_and_its_parameters_count_once(drawings):
    drawing = drawings["shared_layer"]
    assert drawing.column["same"] == "Dense layer, 4 units, ReLU\n4 | 28 parameters"
    assert drawing.column["same/2"] == "Dense layer, 4 units, ReLU\n4 | shared parameters"
    assert drawing.before("difference") == {"same", "same/2"}


@pytest.mark.parametrize(
    ("key", "title", "labels", "paths"),
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
def test_a_block_is_drawn_once_with_its_shortcut(key, title, labels, paths, drawings):
    drawing = drawings[key]
    ((frame, inside),) = drawing.frames.items()
    assert drawing.titles[frame] == title
    assert sorted(drawing.close_up(frame)) == sorted(labels.values())
    (entry,) = (node for node in inside if drawing.nodes[node]["label"] == "its input")

    def follow(node):
        successors = sorted(drawing.after(node))
        return [[node, *path] for after in successors for path in follow(after)] if successors else [[node]]

    drawn = follow(entry)
    assert sorted([drawing.nodes[node]["label"] for node in path] for path in drawn) == sorted(
        [labels[step] for step in path] for path in paths
    )
    main, shortcut = sorted(drawn, key=len, reverse=True)
    for path, color in ((main, None), (shortcut, architecture.SHORTCUT)):
        assert {drawing.edges[edge].get("color") for edge in pairwise(path)} == {color}
    assert drawing.before(entry) == {"stage1/"} and drawing.edges["stage1/", entry]["lhead"] == frame
