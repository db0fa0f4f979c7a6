"""The text in the boxes of a model's diagram: layers in plain words, their shapes and parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from explain.boxes import DROPOUTS, Box, kind_of

if TYPE_CHECKING:
    import keras
    from keras.src.ops.node import Node as Call

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
