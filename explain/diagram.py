"""A model as a picture: its architecture in Graphviz's DOT language, which the page draws in the browser.

A box holds layers that belong together. The boxes of a stage, as explain.boxes finds it, are drawn as one; what
a block of it looks like is drawn once, beside it. All of it is read from the model's own graph of calls.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from explain.boxes import MERGES, RECURRENT, Box, Graph, Stages, boxes_of, kind_of, stages_of
from explain.wording import SEPARATOR, facts_of, listed, parameters_of, product, title_of

if TYPE_CHECKING:
    import keras

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


def dot(model: keras.Model) -> str:
    """The architecture as DOT source, for st.graphviz_chart; the nodes' parameters add up to the model's.

    Raises ValueError for a model that is no graph of layers: a subclassed one, or a Sequential that is not built.
    """
    graph = boxes_of(model)
    stages = stages_of(graph)
    folded = {box: f"stage{stage}/" for stage, boxes in stages.items() for box in boxes}  # no layer's name has a slash
    layers = _names(graph)
    names = layers | folded
    counted: set[int] = set()
    nodes = [_node(names[box], title_of(box), facts_of(box, counted), _fill(box)) for box in graph if box not in folded]
    nodes += [_stage(stage, boxes, counted) for stage, boxes in stages.items()]
    ends = dict.fromkeys((names[parent], names[box]) for box, parents in graph.items() for parent in parents)
    edges = [_edge(tail, head, weight="10") for tail, head in ends if tail != head]
    close_ups = [line for alike in _alike(stages) for line in _close_up(alike, stages, graph, layers)]
    return "\n".join([f"digraph {_quoted(model.name)} {{", HEADER, *nodes, *edges, *close_ups, "}"]) + "\n"


def _alike(stages: Stages) -> list[list[int]]:
    """The stages in groups that share a close-up, because their last blocks are made of the same."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for stage, boxes in stages.items():
        made_of = tuple(title_of(box, sized=False) for box in boxes if box.block == boxes[-1].block)
        groups.setdefault(made_of, []).append(stage)
    return list(groups.values())


def _close_up(alike: list[int], stages: Stages, graph: Graph, names: dict[Box, str]) -> list[str]:
    """The lines that draw one block of stages that are alike, in a frame of its own: the block with the most layers.

    Boxes that not all blocks have, such as a convolution on the way around, are dashed and tell how many have them.
    """
    blocks: dict[tuple[int, int], list[Box]] = {}
    for box in (box for stage in alike for box in stages[stage]):
        if box.block:
            blocks.setdefault(box.block, []).append(box)
    shown = max(blocks.values(), key=lambda boxes: sum(len(box.calls) for box in boxes))
    stage, frame, entry = f"stage{alike[0]}/", f"cluster/{alike[0]}", f"stage{alike[0]}/block/"
    title = f"One block of stage{'s' if alike[1:] else ''} {listed(alike)}"
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
        lines.append(_node(names[box], title_of(box, sized=False), facts, _fill(box), style=style))
        for parent in dict.fromkeys(parent if parent in shown else None for parent in graph[box]):
            around = box in some or parent in some or (parent is None and kind_of(box.main) in MERGES)
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
    kinds = {kind_of(box.main) for box in boxes}
    blocks = len({box.block for box in boxes})
    what = "residual " if "Add" in kinds else "densely connected " if "Concatenate" in kinds else ""
    title = f"Stage {stage}: {blocks} {what}block{'s' if blocks > 1 else ''}"
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
    """The title, and the facts below it, or behind it if they are no more than a shape.

    Plain text rather than HTML-like, which would not be centred in a font other than the one it was measured for.
    """
    return ("\n" if re.search("[a-z]", facts) else SEPARATOR).join(filter(None, (title, facts)))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") + '"'
