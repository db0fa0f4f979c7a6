"""Export trained networks to LiteRT, with Keras's own export, and describes the files on their cards.

    python -m training.export                  every network that has weights, the outlier detector too
    python -m training.export mlp cnn --recipe drawn

The page runs these files without Keras and TensorFlow. Their outputs are the probabilities, and the feature maps and
states that the panel "Journey" shows.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from explain.architecture import describe
from models import NETWORKS
from models.network import Network
from recognition.card import ModelCard
from recognition.exported_model import PROBABILITIES, ROW_PROBABILITIES, STATES, Architecture, ExportedModel
from recognition.outlier import DETECTOR
from recognition.recipes import RECIPES
from recognition.store import (
    WeightsError,
    card_path,
    serving_path,
    trained_recipes,
    verified,
    write_atomically,
    write_card,
)
from training.engine.command import run_command

BROWSER_OPERATORS = frozenset(  # of browser/engine/operators.js
    [
        "ADD",
        "AVERAGE_POOL_2D",
        "BATCH_TO_SPACE_ND",
        "CONCATENATION",
        "CONV_2D",
        "FILL",
        "FULLY_CONNECTED",
        "GATHER",
        "LOGISTIC",
        "MAX_POOL_2D",
        "MUL",
        "PACK",
        "REDUCE_PROD",
        "RELU",
        "RESHAPE",
        "SHAPE",
        "SOFTMAX",
        "SPACE_TO_BATCH_ND",
        "SPLIT",
        "STRIDED_SLICE",
        "SUB",
        "TANH",
        "TRANSPOSE",
        "UNPACK",
    ]
)
ALL = {network.key: network for network in (*NETWORKS.values(), DETECTOR)}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", metavar="KEY", help=f"default: all of {', '.join(ALL)}")
    parser.add_argument("--recipe", choices=RECIPES, help="only this recipe (default: all that have weights)")
    options = parser.parse_args(arguments)
    if unknown := set(options.networks) - set(ALL):
        parser.error(f"unknown network {unknown.pop()!r}; known: {', '.join(ALL)}")
    failures = 0
    for recipe in [options.recipe] if options.recipe else trained_recipes():
        for key in options.networks or [key for key in ALL if card_path(key, recipe).exists()]:
            try:
                card = export(ALL[key], recipe)
            except WeightsError as error:
                print(error, file=sys.stderr)
                failures += 1
                continue
            print(f"{recipe} {ALL[key].title}: {card.serving.size if card.serving else 0:,} bytes", flush=True)
    return 1 if failures else 0


def export(network: Network, recipe: str) -> ModelCard:
    """Write the LiteRT file for existing weights, and the card; return the card.

    Raises recognition.store.WeightsError if the weights or their card are missing or damaged.
    """
    path, card = verified(network.key, recipe)
    model = network.build()
    model.load_weights(path)
    card = replace(card, serving=write(model, serving_path(network.key, recipe)))
    write_card(card)
    return card


def write(model: keras.Model, path: Path) -> ExportedModel:
    """Write the LiteRT file of a trained Keras model; return its description for the card."""
    inputs = [keras.InputSpec(shape=each.shape, dtype="float32") for each in model.inputs]
    signature = [inputs] if len(inputs) > 1 else inputs
    architecture = describe(model)
    exported = with_inner_outputs(model, architecture)
    write_atomically(
        path,
        lambda partial: exported.export(str(partial), format="litert", input_signature=signature, verbose=False),
    )
    content = path.read_bytes()
    if unknown := operators(content) - BROWSER_OPERATORS:
        path.unlink()
        raise ValueError(
            f"{path.name} cannot run in browsers: browser/engine/operators.js lacks {', '.join(sorted(unknown))}; "
            "write them there, or change the network"
        )
    return ExportedModel(hashlib.sha256(content).hexdigest(), len(content), architecture)


def operators(content: bytes) -> set[str]:
    """Return the names of the operators of a LiteRT file that lead to its outputs."""
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    )
    made_by = {tensor: operator for operator in interpreter._get_ops_details() for tensor in operator["outputs"]}
    waiting = [output["index"] for output in interpreter.get_output_details()]
    found: dict[int, str] = {}
    while waiting:
        operator = made_by.get(waiting.pop())
        if operator and operator["index"] not in found:
            found[operator["index"]] = operator["op_name"]
            waiting += operator["inputs"].tolist()
    return set(found.values())


def with_inner_outputs(model: keras.Model, architecture: Architecture) -> keras.Model:
    """A model with the same weights whose named outputs are the probabilities and the layers that the page shows."""
    if any(isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional) for layer in model.layers):
        return _row_by_row(model)
    inner = {name: model.get_layer(name).output for name in architecture.shown_layers}
    return keras.Model(model.input, inner | {PROBABILITIES: model.output})


def _row_by_row(model: keras.Model) -> keras.Model:
    """A recurrent network that outputs every state and the prediction from it; the last one is the network's.

    Unrolled over the rows: a loop would need TensorFlow operations that LiteRT does not have.
    """
    x = inputs = keras.Input(model.input_shape[1:])
    states = None
    for layer in model.layers[1:]:
        if hasattr(layer, "backward_layer"):  # each half in the order in which it reads
            ways = (layer.forward_layer, layer.backward_layer)
            x = states = keras.layers.Concatenate()([_copied(way, x, **_SEQUENCE) for way in ways])
        elif hasattr(layer, "return_sequences"):
            x = states = _copied(layer, x, **_SEQUENCE)
        else:
            x = _copied(layer, x)
    return keras.Model(inputs, {STATES: states, ROW_PROBABILITIES: x, PROBABILITIES: x[:, -1]})


_SEQUENCE = {"return_sequences": True, "unroll": True}


def _copied(layer: keras.layers.Layer, x: keras.KerasTensor, **changes: Any) -> keras.KerasTensor:
    """The output for x of a copy of a layer, with the same weights and some settings changed."""
    copy = type(layer).from_config(layer.get_config() | changes)
    out = copy(x)
    copy.set_weights(layer.get_weights())
    return out


if __name__ == "__main__":
    run_command(main)
