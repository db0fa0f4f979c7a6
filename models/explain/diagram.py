"""A model as a picture: its architecture in Graphviz's DOT language, which the page draws in the browser.

A box holds layers that belong together, such as a convolution, its batch normalisation and its ReLU. Layers whose
names begin with stage<i>_block<k>_ are one box for each stage; what such a block looks like is drawn once, beside it.
All of it is read from the model's own graph of calls.
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
    from keras.src.ops.node import Node as Call  # a layer is called once, or more often if its weights are shared

BLOCK = re.compile(r"^stage(\d+)_block(\d+)_")

NORMS = {"BatchNormalization", "GroupNormalization", "LayerNormalization"}
DROPOUTS = {"Dropout", "SpatialDropout1D", "SpatialDropout2D"}
ACTIVATIONS = {"Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"}
FOLLOWERS = NORMS | DROPOUTS | ACTIVATIONS | {"Flatten", "Reshape"}  # share the box of the layer before them
MERGES = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
RECURRENT = {"Bidirectional", "GRU", "LSTM", "SimpleRNN"}
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
WRITTEN = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU"}
SEPARATOR = " | "  # not a dot: a number may stand on either side

# The lines show on white and on near-black; the boxes bring their own light ground for their dark text.
LINE = "#6b84a8"
DETOUR = "#d0671b"
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

# Streamlit writes all text of a chart in 9.6 points, whatever the chart says; boxes of 11.2 leave room for a page that
# asks for more in its style sheet, with .stGraphVizChart text { font-size: 11.2px }.
HEADER = f"""\
  graph [bgcolor=transparent, compound=true, ranksep=0.2, nodesep=0.3, pad=0.05, fontname=Helvetica, fontsize=11.2]
  node [shape=box, style="rounded,filled", height=0.25, margin="0.05,0.05", color="{LINE}"]
  node [fontname=Helvetica, fontsize=11.2, fontcolor="{TEXT}"]
  edge [color="{LINE}", penwidth=1.5, arrowsize=0.7]"""


@dataclass(frozen=True, eq=False)
class Box:
    """Calls that are drawn as one, in order."""

    calls: list[Call]

    @property
    def main(self) -> keras.Layer:
        """The layer that the box is about: the first that is more than a follower of another."""
        layers = [call.operation for call in self.calls]
        return next((layer for layer in layers if _kind(layer) not in FOLLOWERS), layers[0])

    @property
    def block(self) -> tuple[int, int] | None:
        """Stage and block that the box belongs to, by its layers' names."""
        return _block(self.main)

    @property
    def role(self) -> str:
        """What the main layer is called in every block that has one like it, such as "a_conv"."""
        return BLOCK.sub("", self.main.name)


Graph = dict[Box, list[Box]]  # each box and those that feed it, from the inputs to the outputs
Stages = dict[int, list[Box]]  # the boxes of each folded stage


def dot(model: keras.Model) -> str:
    """The architecture as DOT source, for st.graphviz_chart; the nodes' parameters add up to the model's.

    Raises ValueError for a model that is no graph of layers: a subclassed one, or a Sequential that is not built.
    """
    if not getattr(model, "outputs", None):
        raise ValueError(
            f"expected a model that knows the graph of its layers, got {type(model).__name__} {model.name!r}; "
            "make it with keras.Model(inputs, outputs), or build it first"
        )
    graph = _graph(_calls(model))
    stages = _stages(graph)
    folded = {box: f"stage{stage}/" for stage, boxes in stages.items() for box in boxes}  # no layer's name has a slash
    layers = _names(graph)
    names = layers | folded
    counted: set[int] = set()
    nodes = [_node(names[box], _title(box), _facts(box, counted), _fill(box)) for box in graph if box not in folded]
    nodes += [_stage(stage, boxes, counted) for stage, boxes in stages.items()]
    ends = dict.fromkeys((names[parent], names[box]) for box, parents in graph.items() for parent in parents)
    edges = [_edge(tail, head, weight="10") for tail, head in ends if tail != head]
    close_ups = [line for alike in _alike(stages) for line in _close_up(alike, stages, graph, layers)]
    return "\n".join([f"digraph {_quoted(model.name)} {{", HEADER, *nodes, *edges, *close_ups, "}"]) + "\n"


def _calls(model: keras.Model) -> list[Call]:
    """The calls of layers that lead to the model's outputs, each after those it needs."""
    waiting = []
    for tensor in reversed(model.outputs):
        layer, index, _ = tensor._keras_history
        waiting.append(layer._inbound_nodes[index])
    done: dict[Call, None] = {}
    while waiting:
        missing = [parent for parent in waiting[-1].parent_nodes if parent not in done]
        if missing:
            waiting += reversed(missing)
        else:
            done[waiting.pop()] = None
    return list(done)


def _graph(calls: list[Call]) -> Graph:
    """Puts the calls into boxes; a call can share the box of the only one before it if nothing else follows that."""
    followed = Counter(parent for call in calls for parent in call.parent_nodes)
    box_of: dict[Call, Box] = {}
    for call in calls:
        parents = call.parent_nodes
        if len(parents) == 1 and followed[parents[0]] == 1 and _joins(call.operation, box_of[parents[0]]):
            box_of[call] = box_of[parents[0]]
            box_of[call].calls.append(call)
        else:
            box_of[call] = Box([call])
    return {
        box: list(dict.fromkeys(box_of[parent] for parent in box.calls[0].parent_nodes))
        for box in dict.fromkeys(box_of.values())
    }


def _joins(layer: keras.Layer, box: Box) -> bool:
    """Whether a layer belongs in the box of the one before it."""
    kind, first = _kind(layer), _kind(box.calls[0].operation)
    if _block(layer) != box.block:
        return False
    if _kind(box.main) in FOLLOWERS:  # nothing else in it yet
        return kind in FOLLOWERS or (first in NORMS and hasattr(layer, "kernel"))
    if kind in NORMS:  # only one of the two: normalised, then convolved, as in DenseNet, or the other way round
        return first not in NORMS and hasattr(box.main, "kernel")
    return kind in FOLLOWERS


def _stages(graph: Graph) -> Stages:
    """The boxes of each stage, but for a stage that is left and entered again: folded, it would feed itself."""
    stages: Stages = {}
    for box in graph:
        if box.block:
            stages.setdefault(box.block[0], []).append(box)
    return {stage: boxes for stage, boxes in stages.items() if not _is_reentered(set(boxes), graph)}


def _is_reentered(stage: set[Box], graph: Graph) -> bool:
    behind: set[Box] = set()
    for box, parents in graph.items():
        if box in stage and behind.intersection(parents):
            return True
        if box not in stage and (stage | behind).intersection(parents):
            behind.add(box)
    return False


def _alike(stages: Stages) -> list[list[int]]:
    """The stages in groups that share a close-up, because their last blocks are made of the same."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for stage, boxes in stages.items():
        made_of = tuple(_title(box, sized=False) for box in boxes if box.block == boxes[-1].block)
        groups.setdefault(made_of, []).append(stage)
    return list(groups.values())


def _close_up(alike: list[int], stages: Stages, graph: Graph, names: dict[Box, str]) -> list[str]:
    """The lines that draw one block of stages that are alike, in a frame of its own: the block with the most layers.

    Boxes that not all blocks have, such as a convolution on the way around, are dashed and tell how many have them.
    """
    blocks: dict[tuple[int, int], list[Box]] = {}
    for box in (box for stage in alike for box in stages[stage]):
        blocks.setdefault(box.block, []).append(box)
    shown = max(blocks.values(), key=lambda boxes: sum(len(box.calls) for box in boxes))
    stage, frame, entry = f"stage{alike[0]}/", f"cluster/{alike[0]}", f"stage{alike[0]}/block/"
    title = f"One block of stage{'s' if alike[1:] else ''} {_listed(alike)}"
    lines = [
        f"  subgraph {_quoted(frame)} {{",
        f'  graph [style="rounded,filled", margin=8, color="{LINE}", fillcolor="{FRAME}", fontcolor="{TEXT}",',
        f"    label={_quoted(title)}]",
        _node(entry, "", "its input", FILLS["input"]),
    ]
    have = {box: sum(box.role in {other.role for other in boxes} for boxes in blocks.values()) for box in shown}
    some = {box for box in shown if have[box] < len(blocks)}
    for box in shown:
        facts = f"in {have[box]} of {len(blocks)} blocks, else unchanged" if box in some else ""
        style = "rounded,filled,dashed" if box in some else "rounded,filled"
        lines.append(_node(names[box], _title(box, sized=False), facts, _fill(box), style=style))
        for parent in dict.fromkeys(parent if parent in shown else None for parent in graph[box]):
            around = box in some or parent in some or (parent is None and _kind(box.main) in MERGES)
            look = {"color": DETOUR} if around else {"weight": "10"}
            lines.append(_edge(names[parent] if parent else entry, names[box], **look))
    link = {"style": "dotted", "arrowhead": "none", "lhead": frame, "constraint": "false"}
    return [*lines, "  }", _edge(stage, entry, **link)]


def _names(graph: Graph) -> dict[Box, str]:
    """Each box by its main layer's name, which the browser shows on hovering; a layer's second call is "name/2"."""
    times: Counter[str] = Counter()
    names = {}
    for box in graph:
        times[box.main.name] += 1
        names[box] = box.main.name + (f"/{times[box.main.name]}" if times[box.main.name] > 1 else "")
    return names


def _stage(stage: int, boxes: list[Box], counted: set[int]) -> str:
    """The node of a folded stage."""
    kinds = {_kind(box.main) for box in boxes}
    blocks = len({box.block for box in boxes})
    what = "residual " if "Add" in kinds else "densely connected " if "Concatenate" in kinds else ""
    title = f"Stage {stage}: {blocks} {what}block{'s' if blocks > 1 else ''}"
    filters = sorted({box.main.filters for box in boxes if getattr(box.main, "filters", None)})
    if filters:
        title += f", {_listed(filters)} filters"
    facts = [
        _product(boxes[-1].calls[-1].outputs[0].shape[1:]),
        _parameters([call for box in boxes for call in box.calls], counted),
    ]
    return _node(f"stage{stage}/", title, SEPARATOR.join(filter(None, facts)), FILLS["stage"], peripheries="2")


def _title(box: Box, sized: bool = True) -> str:
    """What a box does, in plain words; without its sizes, it fits the like of it in other stages too."""
    title = ", ".join(word for call in box.calls for word in _words(call.operation, sized))
    return title[:1].upper() + title[1:]


def _words(layer: keras.Layer, sized: bool) -> list[str]:
    """What a layer is, its sizes if wanted, its activation; nothing for dropout, which is among its box's facts."""
    kind = _kind(layer)
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
        words[0] = f"{_product(window)} {words[0]}"
    if sized:
        words += [f"{getattr(layer, name)} {name}" for name in ("filters", "units") if getattr(layer, name, None)]
        strides, dilation = _sizes(layer, "strides"), _sizes(layer, "dilation_rate")
        words += [f"stride {_product(dict.fromkeys(strides))}"] if strides != (pool or (1,) * len(strides)) else []
        words += [f"dilation {_product(dict.fromkeys(dilation))}"] if max(dilation, default=1) > 1 else []
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", type(activation).__name__)
    if activation and (name != "linear" or not words) and not hasattr(layer, "recurrent_activation"):
        words.append(WRITTEN.get(name, name))
    return words


def _facts(box: Box, counted: set[int]) -> str:
    """A box's output shape, with an arrow where it is flattened, its parameters and its dropout."""
    main = [call.operation for call in box.calls].index(box.main)
    shapes = dict.fromkeys(_product(call.outputs[0].shape[1:]) for call in box.calls[main:])
    facts = [" → ".join(shapes), _parameters(box.calls, counted)]
    for layer in (call.operation for call in box.calls):
        layer = getattr(layer, "forward_layer", layer)
        if rate := layer.rate if _kind(layer) in DROPOUTS else getattr(layer, "dropout", 0):
            facts.append(f"dropout {rate:.0%}")
    return SEPARATOR.join(filter(None, facts))


def _parameters(calls: list[Call], counted: set[int]) -> str:
    """The parameters that are not counted yet, which then are; "" if there are none."""
    weights = [weight for call in calls for weight in getattr(call.operation, "weights", [])]
    new = {id(weight): math.prod(weight.shape) for weight in weights if id(weight) not in counted}
    counted.update(new)
    return f"{sum(new.values()):,} parameters" if new else "shared parameters" if weights else ""


def _fill(box: Box) -> str:
    kind = _kind(box.main)
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
    """The title, and the facts below it, or behind it if they are no more than a shape.

    Plain text rather than HTML-like, which would not be centred in a font other than the one it was measured for.
    """
    return ("\n" if re.search("[a-z]", facts) else SEPARATOR).join(filter(None, (title, facts)))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") + '"'


def _kind(layer: keras.Layer) -> str:
    return type(layer).__name__


def _block(layer: keras.Layer) -> tuple[int, int] | None:
    found = BLOCK.match(layer.name)
    return (int(found[1]), int(found[2])) if found else None


def _sizes(layer: keras.Layer, name: str) -> tuple[int, ...]:
    """A layer's kernel_size and the like; () if it has none. Keras's own operations may have a single number."""
    sizes = getattr(layer, name, ())
    return tuple(sizes) if isinstance(sizes, (tuple, list)) else ()


def _product(sizes: Iterable[int | None]) -> str:
    return " × ".join("any" if size is None else str(size) for size in sizes)


def _listed(numbers: list[int]) -> str:
    """Such as "1, 2 and 3"."""
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last
