"""The description of a network's LiteRT file and its architecture, usable without Keras.

training.export writes weights/RECIPE/KEY.tflite from KEY.weights.h5; its outputs are the probabilities and the feature
maps or states that the page shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

PROBABILITIES = "probabilities"  # output: the softmax, float32 (n, 10)
STATES = "states"  # output of recurrent networks: the state after each row, float32 (n, 28, units)
ANSWERS = "answers"  # output of recurrent networks: the softmax of each of these states, float32 (n, 28, 10)


@dataclass(frozen=True)
class Sum:
    """An addition in a residual network, by layer names: the shortcut, what is added to it, and the sum."""

    around: str
    added: str
    out: str


@dataclass(frozen=True)
class Architecture:
    """What the page shows of a network's layers.

    layers: for each its name, kind, output shape, and parameters with their arithmetic; see explain.layers.
    summary: Keras's summary. diagram: DOT source; see explain.diagram.
    hidden, convolutions: names of the layers whose outputs are shown. sums: see Sum.
    both_ways: whether a recurrent network is bidirectional.
    """

    layers: list[list[str]]
    summary: str
    diagram: str
    hidden: list[str] = field(default_factory=list)
    convolutions: list[str] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
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
            sums=[Sum(_text(row["around"]), _text(row["added"]), _text(row["out"])) for row in data["sums"]],
            both_ways=bool(data["both_ways"]),
        )


@dataclass(frozen=True)
class ServingFile:
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
    def from_json(cls, data: Mapping) -> ServingFile:
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
