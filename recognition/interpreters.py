"""LiteRT interpreters of an exported network: float32 arrays in, named float32 arrays out, from many threads at once.

An interpreter serves one thread at a time; a network has up to one for each core, created when they are needed. Those
for batches are made for a call and not kept: making one takes some milliseconds, keeping it tens of megabytes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from recognition.serving_file import STATES

COPIES = os.cpu_count() or 1  # interpreters for a network; more would only wait for a core
BATCH = 8  # inputs in a batch; larger ones need more memory and are little faster
ONE_BY_ONE = 4  # up to this many inputs are faster one by one than as a padded batch


class Interpreters:
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
