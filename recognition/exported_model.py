"""The description of a network's LiteRT file and its architecture, usable without Keras.

training.export writes weights/RECIPE/KEY.tflite from KEY.weights.h5; its outputs are the probabilities and the feature
maps or states that the page shows.

MERGED: LiteRT interpreters of an exported network: float32 arrays in, named float32 arrays out, from many threads at
once.

An interpreter serves one thread at a time; a network has up to one for each core, created when they are needed. Those
for batches are made for a call and not kept: making one takes some milliseconds, keeping it tens of megabytes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

PROBABILITIES = "probabilities"  # output: the softmax, float32 (n, 10)
STATES = "states"  # output of recurrent networks: the state after each row, float32 (n, 28, units)
ANSWERS = "answers"  # output of recurrent networks: the softmax of each of these states, float32 (n, 28, 10)


@dataclass(frozen=True)
class ResidualAdd:
    """An addition in a residual network, by layer names: the shortcut, what is added to it, and the sum."""

    around: str
    added: str
    out: str


@dataclass(frozen=True)
class Architecture:
    """What the page shows of a network's layers.

    layers: for each its name, kind, output shape, and parameters with their arithmetic; see explain.architecture.
    summary: Keras's summary. diagram: DOT source; see explain.architecture.
    hidden, convolutions: names of the layers whose outputs are shown. sums: see Sum.
    both_ways: whether a recurrent network is bidirectional.
    """

    layers: list[list[str]]
    summary: str
    diagram: str
    hidden: list[str] = field(default_factory=list)
    convolutions: list[str] = field(default_factory=list)
    sums: list[ResidualAdd] = field(default_factory=list)
    both_ways: bool = False

    def __post_init__(self) -> None:
        if not self.layers or any(len(row) != 4 for row in self.layers):
            raise ValueError("expected rows of four cells for the layers")

    @classmethod
    def from_json(cls, data: Mapping) -> Architecture:
        """The inverse of dataclasses.asdict; raises KeyError, TypeError or ValueError for other data."""
        return cls(
            layers=[_texts(row) for row in data["layers"]],
            summary=_text(data["summary"]),
            diagram=_text(data["diagram"]),
            hidden=_texts(data["hidden"]),
            convolutions=_texts(data["convolutions"]),
            sums=[ResidualAdd(_text(row["around"]), _text(row["added"]), _text(row["out"])) for row in data["sums"]],
            both_ways=bool(data["both_ways"]),
        )


@dataclass(frozen=True)
class ExportedModel:
    """A LiteRT file: its SHA-256, its size in bytes, and its architecture."""

    sha256: str
    size: int
    architecture: Architecture

    def __post_init__(self) -> None:
        if len(self.sha256) != 64 or not self.size > 0:
            raise ValueError("sha256 or size of the serving file out of range")

    def to_json(self) -> dict:
        """Plain data for json.dump."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping) -> ExportedModel:
        """The inverse of to_json; raises KeyError, TypeError or ValueError for anything else."""
        return cls(_text(data["sha256"]), int(data["size"]), Architecture.from_json(data["architecture"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return value


def _texts(values: object) -> list[str]:
    if not isinstance(values, list):
        raise TypeError(f"expected a list, got {type(values).__name__}")
    return [_text(value) for value in values]


COPIES = os.cpu_count() or 1  # interpreters for a network; more would only wait for a core
BATCH = 8  # inputs in a batch; larger ones need more memory and are little faster
ONE_BY_ONE = 4  # up to this many inputs are faster one by one than as a padded batch


class InterpreterPool:
    """Runs one LiteRT file. Safe to use from many threads at once.

    input_shape: of one input, without the batch axis; output_shapes: the same of each output, by name.
    """

    def __init__(self, content: bytes):
        """content: a LiteRT file with one signature, one input and a variable batch axis.

        Raises ValueError if it is not one.
        """
        self._content = content
        self._free = threading.BoundedSemaphore(COPIES)
        first = _Loaded(content, 1, delegated=False)
        self.input_shape, self.output_shapes = first.input_shape, first.output_shapes
        # XNNPACK packs the weights of an unrolled recurrent network again for each row, up to 30 MB, and is no faster.
        self._delegated = STATES not in self.output_shapes
        self._idle = [] if self._delegated else [first]

    def run(self, inputs: np.ndarray, outputs: Sequence[str]) -> list[np.ndarray]:
        """The named outputs, each float32 (n, *shape), of inputs, float32 (n, *input_shape).

        Raises ValueError for an output that the file does not have.
        """
        if unknown := [name for name in outputs if name not in self.output_shapes]:
            raise ValueError(f"no output {unknown[0]!r}; known: {', '.join(self.output_shapes)}")
        results = [np.empty((len(inputs), *self.output_shapes[name]), np.float32) for name in outputs]
        whole = len(inputs) - len(inputs) % BATCH
        whole += BATCH * (len(inputs) - whole > ONE_BY_ONE)  # the last batch may be padded
        if whole:
            with self._free:
                self._fill(results, 0, inputs[:whole], outputs, _Loaded(self._content, BATCH, self._delegated))
        if len(inputs) > whole:
            with self._borrowed() as loaded:
                self._fill(results, whole, inputs[whole:], outputs, loaded)
        return results

    def _fill(
        self, results: list[np.ndarray], first: int, inputs: np.ndarray, outputs: Sequence[str], loaded: _Loaded
    ) -> None:
        """Runs inputs batch by batch, and writes their outputs into the results, from this place on."""
        for start in range(0, len(inputs), loaded.size):
            part = inputs[start : start + loaded.size]
            for result, values in zip(results, loaded.run(part, outputs), strict=True):
                result[first + start : first + start + len(part)] = values

    @contextmanager
    def _borrowed(self) -> Iterator[_Loaded]:
        """An interpreter for single inputs, exclusively for the calling thread."""
        with self._free:
            try:
                loaded = self._idle.pop()
            except IndexError:
                loaded = _Loaded(self._content, 1, self._delegated)
            try:
                yield loaded
            finally:
                self._idle.append(loaded)


class _Loaded:
    """An interpreter for batches of a fixed size."""

    def __init__(self, content: bytes, size: int, delegated: bool):
        """delegated: by XNNPACK, which is several times as fast for convolutions."""
        kind = OpResolverType.AUTO if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self._interpreter = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=kind)
        (details,) = self._interpreter.get_input_details()
        self.input_shape = tuple(int(length) for length in details["shape"][1:])
        self.size = size
        self._input = details["index"]
        self._interpreter.resize_tensor_input(self._input, (size, *self.input_shape))
        self._interpreter.allocate_tensors()
        signature = self._interpreter.get_signature_runner().get_output_details()
        self._outputs = {name: int(details["index"]) for name, details in signature.items()}
        self.output_shapes = {
            name: tuple(int(length) for length in details["shape_signature"][1:]) for name, details in signature.items()
        }

    def run(self, inputs: np.ndarray, outputs: Sequence[str]) -> list[np.ndarray]:
        """Named outputs for at most a batch of inputs; an incomplete batch is padded with zeros."""
        n = len(inputs)
        if n < self.size:
            inputs = np.concatenate([inputs, np.zeros((self.size - n, *self.input_shape), np.float32)])
        self._interpreter.set_tensor(self._input, inputs)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(self._outputs[name])[:n] for name in outputs]
