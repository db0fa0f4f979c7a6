"""A model layer by layer: shapes, parameters, and how the number of parameters is calculated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

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
