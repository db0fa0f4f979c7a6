"""Draws a model's architecture in Graphviz's DOT language, which the page renders in the browser.

Each box shows layers that belong together (explain.boxes). A stage is folded into one box, and one of its blocks is
drawn in full beside it. Everything is read from the model's own graph of layer calls.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from explain.boxes import MERGES, RECURRENT, Box, Graph, Stages, boxes_of, kind_of, stages_of
from explain.wording import SEPARATOR, facts_of, listed, parameters_of, product, title_of

if TYPE_CHECKING:
    import keras

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
