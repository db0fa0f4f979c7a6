"""Groups a model's graph of layer calls into boxes: a convolution with its normalisation and ReLU, for example.

Layers whose names begin with stage<i>_block<k>_ belong to that block of that stage.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    from keras.src.ops.node import Node as Call  # a layer with shared weights is called several times

BLOCK = re.compile(r"^stage(\d+)_block(\d+)_")

NORMS = {"BatchNormalization", "GroupNormalization", "LayerNormalization"}
DROPOUTS = {"Dropout", "SpatialDropout1D", "SpatialDropout2D"}
ACTIVATIONS = {"Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"}
FOLLOWERS = NORMS | DROPOUTS | ACTIVATIONS | {"Flatten", "Reshape"}  # drawn in the box of the layer before them
MERGES = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
RECURRENT = {"Bidirectional", "GRU", "LSTM", "SimpleRNN"}


@dataclass(frozen=True, eq=False)
class Box:
    """Calls that are drawn as one box, in order."""

    calls: list[Call]

    @property
    def main(self) -> keras.Layer:
        """The layer that the box is about: the first that is not a follower."""
        layers = [call.operation for call in self.calls]
        return next((layer for layer in layers if kind_of(layer) not in FOLLOWERS), layers[0])

    @property
    def block(self) -> tuple[int, int] | None:
        """Stage and block that the box belongs to, by its layers' names."""
        return _block(self.main)

    @property
    def role(self) -> str:
        """The main layer's name without its stage and block, such as "a_conv": the same in every similar block."""
        return BLOCK.sub("", self.main.name)


Graph = dict[Box, list[Box]]  # each box and the boxes that feed it, from the inputs to the outputs
Stages = dict[int, list[Box]]  # the boxes of each folded stage


def boxes_of(model: keras.Model) -> Graph:
    """The boxes of a model. Raises ValueError for a model without a graph of layers, such as a subclassed one."""
    if not getattr(model, "outputs", None):
        raise ValueError(
            f"expected a model with a graph of layers, got {type(model).__name__} {model.name!r}; "
            "make it with keras.Model(inputs, outputs), or build it first"
        )
    return _graph(_calls(model))


def _calls(model: keras.Model) -> list[Call]:
    """The layer calls that lead to the model's outputs, in topological order."""
    waiting = []
    for tensor in reversed(model.outputs):
        layer, index, _ = tensor._keras_history
        waiting.append(layer._inbound_nodes[index])
    ordered: dict[Call, None] = {}
    while waiting:
        missing = [parent for parent in waiting[-1].parent_nodes if parent not in ordered]
        if missing:
            waiting += reversed(missing)
        else:
            ordered[waiting.pop()] = None
    return list(ordered)


def _graph(calls: list[Call]) -> Graph:
    """Groups calls into boxes; a call may join the box of its only parent if the parent has no other child."""
    children = Counter(parent for call in calls for parent in call.parent_nodes)
    box_of: dict[Call, Box] = {}
    for call in calls:
        parents = call.parent_nodes
        if len(parents) == 1 and children[parents[0]] == 1 and _joins(call.operation, box_of[parents[0]]):
            box_of[call] = box_of[parents[0]]
            box_of[call].calls.append(call)
        else:
            box_of[call] = Box([call])
    return {
        box: list(dict.fromkeys(box_of[parent] for parent in box.calls[0].parent_nodes))
        for box in dict.fromkeys(box_of.values())
    }


def _joins(layer: keras.Layer, box: Box) -> bool:
    """Whether a layer is drawn in the box of its parent."""
    kind, first = kind_of(layer), kind_of(box.calls[0].operation)
    if _block(layer) != box.block:
        return False
    if kind_of(box.main) in FOLLOWERS:  # the box has no main layer yet
        return kind in FOLLOWERS or (first in NORMS and hasattr(layer, "kernel"))
    if kind in NORMS:  # normalised before the convolution, as in DenseNet, or after it, but not both
        return first not in NORMS and hasattr(box.main, "kernel")
    return kind in FOLLOWERS


def stages_of(graph: Graph) -> Stages:
    """The boxes of each stage, except for stages that are left and re-entered: folded, they would feed themselves."""
    stages: Stages = {}
    for box in graph:
        if box.block:
            stages.setdefault(box.block[0], []).append(box)
    return {stage: boxes for stage, boxes in stages.items() if not _is_reentered(set(boxes), graph)}


def _is_reentered(stage: set[Box], graph: Graph) -> bool:
    downstream: set[Box] = set()
    for box, parents in graph.items():
        if box in stage and downstream.intersection(parents):
            return True
        if box not in stage and (stage | downstream).intersection(parents):
            downstream.add(box)
    return False


def kind_of(layer: keras.Layer) -> str:
    """The name of a layer's class, such as "Conv2D"."""
    return type(layer).__name__


def _block(layer: keras.Layer) -> tuple[int, int] | None:
    match = BLOCK.match(layer.name)
    return (int(match[1]), int(match[2])) if match else None
