"""Draws a model's architecture in Graphviz's DOT language, which the page renders in the browser.

Each box shows layers that belong together (explain.architecture). A stage is folded into one box, and one of its
blocks is
drawn in full beside it. Everything is read from the model's own graph of layer calls.

MERGED: Groups a model's graph of layer calls into boxes: a convolution with its normalisation and ReLU, for example.

Layers whose names begin with stage<i>_block<k>_ belong to that block of that stage.

MERGED: The text in the boxes of a model's diagram: layers in plain words, their shapes and parameters.

MERGED: A model layer by layer: shapes, parameters, and how the number of parameters is calculated.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    from keras.src.ops.node import Node as Call  # a layer with shared weights is called several times

# The lines are visible on white and on near-black; the boxes have a light background of their own for their dark text.
LINE = "#6b84a8"
SHORTCUT = "#d0671b"
TEXT = "#16202e"
FRAME = "#f1f4f8"
FILLS = {
    "input": "#dfe6ee",
    "weights": "#cfe3fb",
    "recurrent": "#cdeed8",
    "merge": "#ffe0b0",
    "stage": "#ddd6fb",
    "plain": "#e9edf2",
}

# Streamlit renders all text of a chart at 9.6 points, whatever the chart sets; boxes for 11.2 leave room for the style
# sheet's .stGraphVizChart text { font-size: 11.2px }.
HEADER = f"""\
  graph [bgcolor=transparent, compound=true, ranksep=0.2, nodesep=0.3, pad=0.05, fontname=Helvetica, fontsize=11.2]
  node [shape=box, style="rounded,filled", height=0.25, margin="0.05,0.05", color="{LINE}"]
  node [fontname=Helvetica, fontsize=11.2, fontcolor="{TEXT}"]
  edge [color="{LINE}", penwidth=1.5, arrowsize=0.7]"""


def dot(model: keras.Model) -> str:
    """The architecture as DOT source, for st.graphviz_chart; the nodes' parameters add up to the model's.

    Raises ValueError for a model without a graph of layers: a subclassed one, or a Sequential that is not built.
    """
    graph = boxes_of(model)
    stages = stages_of(graph)
    folded = {box: f"stage{stage}/" for stage, boxes in stages.items() for box in boxes}  # layer names have no slash
    layers = _names(graph)
    names = layers | folded
    counted: set[int] = set()
    nodes = [_node(names[box], title_of(box), facts_of(box, counted), _fill(box)) for box in graph if box not in folded]
    nodes += [_stage(stage, boxes, counted) for stage, boxes in stages.items()]
    ends = dict.fromkeys((names[parent], names[box]) for box, parents in graph.items() for parent in parents)
    edges = [_edge(tail, head, weight="10") for tail, head in ends if tail != head]
    close_ups = [line for group in _similar_stages(stages) for line in _close_up(group, stages, graph, layers)]
    return "\n".join([f"digraph {_quoted(model.name)} {{", HEADER, *nodes, *edges, *close_ups, "}"]) + "\n"


def _similar_stages(stages: Stages) -> list[list[int]]:
    """The stages in groups that share a close-up, because their last blocks consist of the same layers."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for stage, boxes in stages.items():
        content = tuple(title_of(box, sized=False) for box in boxes if box.block == boxes[-1].block)
        groups.setdefault(content, []).append(stage)
    return list(groups.values())


def _close_up(group: list[int], stages: Stages, graph: Graph, names: dict[Box, str]) -> list[str]:
    """The lines that draw one block of similar stages in a frame of its own: the block with the most layers.

    Boxes that only some blocks have, such as a convolution on the shortcut, are dashed and say how many have them.
    """
    blocks: dict[tuple[int, int], list[Box]] = {}
    for box in (box for stage in group for box in stages[stage]):
        if box.block:
            blocks.setdefault(box.block, []).append(box)
    shown = max(blocks.values(), key=lambda boxes: sum(len(box.calls) for box in boxes))
    stage, frame, entry = f"stage{group[0]}/", f"cluster/{group[0]}", f"stage{group[0]}/block/"
    title = f"One block of stage{'s' if group[1:] else ''} {listed(group)}"
    lines = [
        f"  subgraph {_quoted(frame)} {{",
        f'  graph [style="rounded,filled", margin=8, color="{LINE}", fillcolor="{FRAME}", fontcolor="{TEXT}",',
        f"    label={_quoted(title)}]",
        _node(entry, "", "its input", FILLS["input"]),
    ]
    counts = {box: sum(box.role in {other.role for other in boxes} for boxes in blocks.values()) for box in shown}
    optional = {box for box in shown if counts[box] < len(blocks)}
    for box in shown:
        facts = f"in {counts[box]} of {len(blocks)} blocks, else unchanged" if box in optional else ""
        style = "rounded,filled,dashed" if box in optional else "rounded,filled"
        lines.append(_node(names[box], title_of(box, sized=False), facts, _fill(box), style=style))
        for parent in dict.fromkeys(parent if parent in shown else None for parent in graph[box]):
            shortcut = box in optional or parent in optional or (parent is None and kind_of(box.main) in MERGES)
            edge_style = {"color": SHORTCUT} if shortcut else {"weight": "10"}
            lines.append(_edge(names[parent] if parent else entry, names[box], **edge_style))
    link = {"style": "dotted", "arrowhead": "none", "lhead": frame, "constraint": "false"}
    return [*lines, "  }", _edge(stage, entry, **link)]


def _names(graph: Graph) -> dict[Box, str]:
    """Each box by its main layer's name, which the browser shows on hover; a layer's second call is "name/2"."""
    calls: Counter[str] = Counter()
    names = {}
    for box in graph:
        calls[box.main.name] += 1
        names[box] = box.main.name + (f"/{calls[box.main.name]}" if calls[box.main.name] > 1 else "")
    return names


def _stage(stage: int, boxes: list[Box], counted: set[int]) -> str:
    """The node of a folded stage."""
    kinds = {kind_of(box.main) for box in boxes}
    blocks = len({box.block for box in boxes})
    kind = "residual " if "Add" in kinds else "densely connected " if "Concatenate" in kinds else ""
    title = f"Stage {stage}: {blocks} {kind}block{'s' if blocks > 1 else ''}"
    filters = sorted({box.main.filters for box in boxes if getattr(box.main, "filters", None)})
    if filters:
        title += f", {listed(filters)} filters"
    facts = [
        product(boxes[-1].calls[-1].outputs[0].shape[1:]),
        parameters_of([call for box in boxes for call in box.calls], counted),
    ]
    return _node(f"stage{stage}/", title, SEPARATOR.join(filter(None, facts)), FILLS["stage"], peripheries="2")


def _fill(box: Box) -> str:
    kind = kind_of(box.main)
    for name, kinds in (("input", {"InputLayer"}), ("merge", MERGES), ("recurrent", RECURRENT)):
        if kind in kinds:
            return FILLS[name]
    return FILLS["weights" if any(getattr(call.operation, "weights", None) for call in box.calls) else "plain"]


def _node(name: str, title: str, facts: str, fill: str, **attributes: str) -> str:
    return f"  {_quoted(name)} [{_listing({'label': _label(title, facts), 'fillcolor': fill, **attributes})}]"


def _edge(tail: str, head: str, **attributes: str) -> str:
    return f"  {_quoted(tail)} -> {_quoted(head)} [{_listing(attributes)}]"


def _listing(attributes: dict[str, str]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())


def _label(title: str, facts: str) -> str:
    """The title with the facts below it, or after it if they are only a shape.

    Plain text: HTML-like labels would not be centred in a font other than the one they were laid out for.
    """
    return ("\n" if re.search("[a-z]", facts) else SEPARATOR).join(filter(None, (title, facts)))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") + '"'


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


NOUNS = {
    "Add": "addition",
    "AveragePooling2D": "average pooling",
    "BatchNormalization": "batch norm",
    "Concatenate": "concatenation",
    "Conv1D": "convolution",
    "Conv2D": "convolution",
    "Dense": "dense layer",
    "Flatten": "flattened",
    "GlobalAveragePooling2D": "global average pooling",
    "GlobalMaxPooling2D": "global max pooling",
    "MaxPooling2D": "max pooling",
    "LeakyReLU": "leaky ReLU",
    "PReLU": "PReLU",
    "ReLU": "ReLU",
    "Reshape": "reshaped",
    "SimpleRNN": "simple RNN",
    "Softmax": "softmax",
}
ACTIVATION_NAMES = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
}
SEPARATOR = " | "  # rather than a dot, which could be read as part of a number


def title_of(box: Box, sized: bool = True) -> str:
    """What a box does, in plain words; without sizes, the same for similar boxes in all stages."""
    title = ", ".join(word for call in box.calls for word in _words(call.operation, sized))
    return title[:1].upper() + title[1:]


def _words(layer: keras.Layer, sized: bool) -> list[str]:
    """A layer's kind, its sizes if wanted, its activation; none for dropout, which is listed with the box's facts."""
    kind = kind_of(layer)
    if kind in DROPOUTS:
        return []
    if kind == "InputLayer":
        return [f"input: {layer.name.replace('_', ' ')}"]
    if kind in ("Functional", "Sequential"):
        return [f"network: {layer.name.replace('_', ' ')}"]
    if kind == "Bidirectional":
        noun, *words = _words(layer.forward_layer, sized)
        return [f"bidirectional {noun}", *(f"{word} each way" if word.endswith(" units") else word for word in words)]
    words = [NOUNS.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind)] if kind != "Activation" else []
    pool = _sizes(layer, "pool_size")
    if window := pool or _sizes(layer, "kernel_size"):
        words[0] = f"{product(window)} {words[0]}"
    if sized:
        words += [f"{getattr(layer, name)} {name}" for name in ("filters", "units") if getattr(layer, name, None)]
        strides, dilation = _sizes(layer, "strides"), _sizes(layer, "dilation_rate")
        words += [f"stride {product(dict.fromkeys(strides))}"] if strides != (pool or (1,) * len(strides)) else []
        words += [f"dilation {product(dict.fromkeys(dilation))}"] if max(dilation, default=1) > 1 else []
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", type(activation).__name__)
    if activation and (name != "linear" or not words) and not hasattr(layer, "recurrent_activation"):
        words.append(ACTIVATION_NAMES.get(name, name))
    return words


def facts_of(box: Box, counted: set[int]) -> str:
    """A box's output shape (with an arrow where it is flattened), parameters and dropout."""
    main = [call.operation for call in box.calls].index(box.main)
    shapes = dict.fromkeys(product(call.outputs[0].shape[1:]) for call in box.calls[main:])
    facts = [" → ".join(shapes), parameters_of(box.calls, counted)]
    for layer in (call.operation for call in box.calls):
        layer = getattr(layer, "forward_layer", layer)
        if rate := layer.rate if kind_of(layer) in DROPOUTS else getattr(layer, "dropout", 0):
            facts.append(f"dropout {rate:.0%}")
    return SEPARATOR.join(filter(None, facts))


def parameters_of(calls: list[Call], counted: set[int]) -> str:
    """The parameters not yet in counted, to which they are added; "" if the calls have none."""
    weights = [weight for call in calls for weight in getattr(call.operation, "weights", [])]
    new = {id(weight): math.prod(weight.shape) for weight in weights if id(weight) not in counted}
    counted.update(new)
    return f"{sum(new.values()):,} parameters" if new else "shared parameters" if weights else ""


def _sizes(layer: keras.Layer, name: str) -> tuple[int, ...]:
    """A layer's kernel_size or a similar attribute; () if it has none. Keras's operations may have a single number."""
    sizes = getattr(layer, name, ())
    return tuple(sizes) if isinstance(sizes, (tuple, list)) else ()


def product(sizes: Iterable[int | None]) -> str:
    """Sizes as text, such as "28 × 28"; "any" for an unspecified size."""
    return " × ".join("any" if size is None else str(size) for size in sizes)


def listed(numbers: list[int]) -> str:
    """Numbers as text, such as "1, 2 and 3"."""
    *others, last = map(str, numbers)
    return f"{', '.join(others)} and {last}" if others else last


COLUMNS = ("layer", "kind", "output", "parameters")  # of the table


def keras_summary(model: keras.Model, width: int = 64) -> str:
    """Keras's own summary() as text, width characters wide."""
    lines: list[str] = []
    model.summary(line_length=width, print_fn=lines.append)
    return "\n".join(lines)


def layer_table(model: keras.Model) -> list[dict[str, str]]:
    """One row for each layer: its name, kind, output shape, and its parameters with the arithmetic behind them."""
    return [dict(zip(COLUMNS, _row(layer), strict=True)) for layer in model.layers]


def _row(layer: keras.Layer) -> tuple[str, ...]:
    output = " × ".join(str(size) for size in layer.output.shape[1:])
    return layer.name, type(layer).__name__, output, arithmetic(layer)


def arithmetic(layer: keras.Layer) -> str:
    """How a layer's parameters are counted, such as "784 × 256 + 256 = 200,960"; "0" if it has none.

    Weights come first, then biases; a recurrent layer has one matrix for its input and one for its previous state,
    batch normalisation a scale, a shift, a mean and a variance for each channel.
    """
    if not layer.count_params():
        return "0"
    shapes = [tuple(weight.shape) for weight in layer.weights]
    if len(shapes) > 1 and len(set(shapes)) == 1:
        terms = [f"{len(shapes)} × {_product(shapes[0])}"]
    else:
        terms = [_product(shape) for shape in shapes]
    return f"{' + '.join(terms)} = {layer.count_params():,}"


def _product(shape: tuple[int, ...]) -> str:
    return " × ".join(str(size) for size in shape)
