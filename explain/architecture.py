"""A network's architecture, read from its Keras model when it is exported: its layers as a table and as a graph.

Layers whose names begin with stage<i>_block<k>_ belong to that block of that stage.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recognition.exported_model import Architecture, ResidualAdd

if TYPE_CHECKING:
    import keras

STAGE, BLOCK = re.compile(r"stage\d+(?=_)"), re.compile(r"stage\d+_block\d+(?=_)")
LINE = "#6b84a8"  # visible on white and on near-black
BOX, TEXT = "#dfe9f5", "#16202e"
NEW_LINE = r"\n"  # in a label

# Streamlit renders all text of a graph at 9.6 points, whatever the graph sets; boxes for 11.2 leave room for the style
# sheet's .stGraphVizChart text { font-size: 11.2px }.
STYLE = f"""\
  graph [bgcolor=transparent, ranksep=0.12, nodesep=0.1, pad=0.05, color="{LINE}", fontcolor="{LINE}"]
  graph [fontname=Helvetica, fontsize=11.2, style=rounded]
  node [shape=box, style="rounded,filled", height=0.2, margin="0.06,0.03", color="{LINE}", fillcolor="{BOX}"]
  node [fontname=Helvetica, fontsize=11.2, fontcolor="{TEXT}"]
  edge [color="{LINE}", penwidth=1.5, arrowsize=0.6]"""


def describe(model: keras.Model) -> Architecture:
    """Everything that the page shows of a model's layers."""
    return Architecture(
        layers=layer_table(model),
        summary=keras_summary(model),
        diagram=diagram(model),
        hidden=_hidden(model),
        convolutions=_convolutions(model),
        residual_adds=_residual_adds(model),
        bidirectional=any(hasattr(layer, "backward_layer") for layer in model.layers),
    )


def layer_table(model: keras.Model) -> list[list[str]]:
    """A row for each layer: its name, kind, output shape, and parameters with their arithmetic."""
    return [[layer.name, type(layer).__name__, _output(layer), _arithmetic(layer)] for layer in model.layers]


def keras_summary(model: keras.Model, width: int = 64) -> str:
    """Keras's own summary() as text, width characters wide."""
    lines: list[str] = []
    model.summary(line_length=width, print_fn=lines.append)
    return "\n".join(lines)


def diagram(model: keras.Model) -> str:
    """The graph of the layers in Graphviz's DOT language, framed by blocks; each stage begins a column.

    A box has the layer's name and kind, and below them its output shape, where it differs from its input's, and its
    dropout.
    """
    lines = [f'digraph "{model.name}" {{', STYLE]
    shapes = {layer.name: _output(layer).replace(" ", "") for layer in model.layers}
    for layer in model.layers:
        parents, shape, block = _parents(layer), shapes[layer.name], BLOCK.match(layer.name)
        title = f"{layer.name[block.end() + 1 :] if block else layer.name}: {type(layer).__name__}"
        facts = ", ".join([*([shape] if shape not in map(shapes.get, parents) else []), *_dropout(layer)])
        node = f'"{layer.name}" [label="{title}{NEW_LINE if facts else ""}{facts}"]'
        frame = f'subgraph "cluster_{block[0]}" {{ label="{block[0]}"; margin=6; {node} }}' if block else node
        lines.append(f"  {frame}")
        for parent in parents:
            new_column = _stage(layer.name) not in ("", "stage1", _stage(parent))
            lines.append(f'  "{parent}" -> "{layer.name}"' + (" [constraint=false]" if new_column else ""))
    return "\n".join([*lines, "}"]) + "\n"


def _dropout(layer: keras.Layer) -> list[str]:
    """The share of values that a layer drops in training, such as ["dropout 45%"]; [] if it drops none."""
    rate = getattr(layer, "rate", None) or getattr(getattr(layer, "forward_layer", layer), "dropout", 0)
    return [f"dropout {rate:.0%}"] if rate else []


def _hidden(model: keras.Model) -> list[str]:
    """The activation layers between the dense layers of a multilayer perceptron in order; [] for other networks."""
    if len(model.inputs[0].shape) > 2:
        return []
    return [layer.name for layer in model.layers[:-1] if type(layer).__name__ == "Activation"]


def _convolutions(model: keras.Model) -> list[str]:
    """The layers whose feature maps are shown: the last of each stage, or each convolution if there are no stages."""
    stages = {stage: layer.name for layer in model.layers if (stage := _stage(layer.name))}
    return list(stages.values()) or [layer.name for layer in model.layers if type(layer).__name__ == "Conv2D"]


def _residual_adds(model: keras.Model) -> list[ResidualAdd]:
    """The last addition of each stage of a residual network; [] for other networks."""
    order = [layer.name for layer in model.layers]
    last: dict[str, ResidualAdd] = {}
    for layer in model.layers:
        if type(layer).__name__ == "Add" and (stage := _stage(layer.name)):
            shortcut, branch = sorted(_parents(layer), key=order.index)
            last[stage] = ResidualAdd(shortcut, branch, layer.name)
    return list(last.values())


def _stage(name: str) -> str:
    """The stage that a layer belongs to, or "" for a layer outside the stages."""
    match = STAGE.match(name)
    return match[0] if match else ""


def _parents(layer: keras.Layer) -> list[str]:
    """The names of the layers whose outputs a layer takes."""
    if type(layer).__name__ == "InputLayer":
        return []
    inputs = layer.input if isinstance(layer.input, list) else [layer.input]
    return [tensor._keras_history.operation.name for tensor in inputs]


def _output(layer: keras.Layer) -> str:
    """A layer's output shape, such as "28 × 28 × 16"."""
    return _product(layer.output.shape[1:])


def _arithmetic(layer: keras.Layer) -> str:
    """A layer's number of parameters with its calculation, such as "784 × 256 + 256 = 200,960"; "0" if it has none.

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


def _product(sizes: tuple[int, ...]) -> str:
    return " × ".join(str(size) for size in sizes)
