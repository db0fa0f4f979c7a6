"""A network exported to LiteRT: its description on the card, and interpreters that run it from many threads at once.

training.export writes weights/RECIPE/KEY.tflite from KEY.weights.h5. Keras is not needed to run it: float32 arrays in,
named float32 arrays out, which are the probabilities and the feature maps or states that the page shows.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from models.network import Inputs

PROBABILITIES = "probabilities"  # output: the softmax, float32 (n, 10)
STATES = "states"  # output of recurrent networks: the state after each row, float32 (n, 28, units)
ROW_PROBABILITIES = "answers"  # output of recurrent networks: the softmax of each of these states, float32 (n, 28, 10)

MAX_INTERPRETERS = os.cpu_count() or 1  # for a network; more would only wait for a core
BATCH_SIZE = 8  # inputs; larger batches need more memory and are little faster
MAX_SINGLE_INPUTS = 4  # this many are faster one by one than as a padded batch


@dataclass(frozen=True)
class ResidualAdd:
    """An addition in a residual network, by layer names: its two inputs and itself."""

    shortcut: str
    branch: str
    output: str


@dataclass(frozen=True)
class Architecture:
    """A network's layers as the page shows them; see explain.architecture.

    layers: for each its name, kind, output shape, and parameters with their arithmetic.
    summary: Keras's summary. diagram: DOT source.
    hidden, convolutions: names of the layers whose outputs are shown.
    residual_adds: the last addition of each stage.
    bidirectional: whether a recurrent network reads from both ends.
    """

    layers: list[list[str]]
    summary: str
    diagram: str
    hidden: list[str] = field(default_factory=list)
    convolutions: list[str] = field(default_factory=list)
    residual_adds: list[ResidualAdd] = field(default_factory=list)
    bidirectional: bool = False

    @property
    def shown_layers(self) -> list[str]:
        """The names of all layers whose outputs are shown, sorted."""
        ends = (name for add in self.residual_adds for name in (add.shortcut, add.branch, add.output))
        return sorted({*self.hidden, *self.convolutions, *ends})


@dataclass(frozen=True)
class ExportedModel:
    """A LiteRT file: its SHA-256, its size in bytes, and its architecture."""

    sha256: str
    size: int
    architecture: Architecture

    @classmethod
    def from_json(cls, data: dict) -> ExportedModel:
        """The inverse of dataclasses.asdict; raises KeyError or TypeError for anything else."""
        layers = dict(data["architecture"])
        layers["residual_adds"] = [ResidualAdd(**add) for add in layers["residual_adds"]]
        return cls(**data | {"architecture": Architecture(**layers)})


class InterpreterPool:
    """Interpreters of one LiteRT file. Safe to use from many threads at once.

    An interpreter serves one thread at a time. Those for single inputs are kept, up to one for each core; those for
    batches are made for a call: making one takes some milliseconds, keeping it tens of megabytes.
    input_shapes: of one digit in each input, without the batch axis; output_shapes: the same of each output, by name.
    """

    def __init__(self, content: bytes):
        """content: a LiteRT file with one signature and a variable batch axis.

        Raises ValueError if it is not one.
        """
        self._content = content
        self._free = threading.BoundedSemaphore(MAX_INTERPRETERS)
        first = _Interpreter(content, 1, delegated=False)
        self.input_shapes, self.output_shapes = first.input_shapes, first.output_shapes
        # XNNPACK packs the weights of an unrolled recurrent network again for each row, up to 30 MB, and is no faster.
        self._delegated = STATES not in self.output_shapes
        self._idle = [] if self._delegated else [first]

    def run(self, inputs: Inputs, outputs: Sequence[str]) -> list[np.ndarray]:
        """The named outputs, each float32 (n, *shape), of a network's inputs (models.network.Network.inputs).

        Raises ValueError for an output that the file does not have.
        """
        if unknown := [name for name in outputs if name not in self.output_shapes]:
            raise ValueError(f"no output {unknown[0]!r}; known: {', '.join(self.output_shapes)}")
        each = inputs if isinstance(inputs, list) else [inputs]
        n = len(each[0])
        results = [np.empty((n, *self.output_shapes[name]), np.float32) for name in outputs]
        batched = n - n % BATCH_SIZE
        batched += BATCH_SIZE * (n - batched > MAX_SINGLE_INPUTS)  # the last batch may be padded
        if batched:
            with self._free:
                interpreter = _Interpreter(self._content, BATCH_SIZE, self._delegated)
                self._fill(results, 0, min(batched, n), each, outputs, interpreter)
        if n > batched:
            with self._borrowed() as interpreter:
                self._fill(results, batched, n, each, outputs, interpreter)
        return results

    def _fill(
        self,
        results: list[np.ndarray],
        first: int,
        end: int,
        inputs: list[np.ndarray],
        outputs: Sequence[str],
        interpreter: _Interpreter,
    ) -> None:
        """Run the inputs from one place up to another batch by batch, and write their outputs into the results."""
        for start in range(first, end, interpreter.size):
            part = slice(start, min(start + interpreter.size, end))
            for result, values in zip(results, interpreter.run([each[part] for each in inputs], outputs), strict=True):
                result[part] = values

    @contextmanager
    def _borrowed(self) -> Iterator[_Interpreter]:
        """An interpreter for single inputs, exclusively for the calling thread."""
        with self._free:
            try:
                interpreter = self._idle.pop()
            except IndexError:
                interpreter = _Interpreter(self._content, 1, self._delegated)
            try:
                yield interpreter
            finally:
                self._idle.append(interpreter)


class _Interpreter:
    """A LiteRT interpreter for batches of a fixed size."""

    def __init__(self, content: bytes, size: int, delegated: bool):
        """delegated: to XNNPACK, which is several times as fast for convolutions."""
        kind = OpResolverType.AUTO if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self._interpreter = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=kind)
        details = self._interpreter.get_input_details()
        self.input_shapes = [tuple(int(length) for length in each["shape"][1:]) for each in details]
        self.size = size
        self._inputs = [each["index"] for each in details]
        for index, shape in zip(self._inputs, self.input_shapes, strict=True):
            self._interpreter.resize_tensor_input(index, (size, *shape))
        self._interpreter.allocate_tensors()
        signature = self._interpreter.get_signature_runner().get_output_details()
        self._outputs = {name: int(details["index"]) for name, details in signature.items()}
        self.output_shapes = {
            name: tuple(int(length) for length in details["shape_signature"][1:]) for name, details in signature.items()
        }

    def run(self, inputs: list[np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        """Named outputs for at most a batch in each input; an incomplete batch is padded with zeros."""
        n = len(inputs[0])
        for index, values, shape in zip(self._inputs, inputs, self.input_shapes, strict=True):
            padding = np.zeros((self.size - n, *shape), np.float32)
            self._interpreter.set_tensor(index, np.concatenate([values, padding]) if len(padding) else values)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(self._outputs[name])[:n] for name in outputs]
