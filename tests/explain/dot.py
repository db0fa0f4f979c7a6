"""A strict parser for the part of the DOT language that the diagrams use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(r'\s*("(?:[^"\\\n]|\\.)*"|[\w.]+|->|[{}\[\]=,])', re.DOTALL)


@dataclass
class Drawing:
    """The parsed contents of a DOT source; invalid text raises AssertionError."""

    source: str
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    frames: dict[str, set[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.tokens, end = [], 0
        while end < len(self.source.rstrip()):
            match = TOKEN.match(self.source, end)
            assert match, f"not DOT: {self.source[end : end + 40]!r}"
            self.tokens.append(match[1])
            end = match.end()
        self._expect("digraph")
        self._name()
        self._statements(frame="")
        assert not self.tokens

    def _statements(self, frame: str) -> None:
        self._expect("{")
        while self.tokens[0] != "}":
            if self.tokens[0] == "subgraph":
                self._expect("subgraph")
                inner = self._name()
                assert inner.startswith("cluster") and inner not in self.frames
                self.frames[inner] = set()
                self._statements(inner)
                continue
            name = self._name()
            if name in ("graph", "node", "edge"):
                self.titles[frame] = self._attributes().get("label", self.titles.get(frame, ""))
            elif self.tokens[0] == "->":
                self._expect("->")
                ends = (name, self._name())
                assert ends not in self.edges, f"drawn twice: {ends}"
                self.edges[ends] = self._attributes()
            else:
                assert name not in self.nodes, f"drawn twice: {name}"
                self.nodes[name] = self._attributes()
                if frame:
                    self.frames[frame].add(name)
        self._expect("}")

    def _attributes(self) -> dict[str, str]:
        attributes = {}
        self._expect("[")
        while True:
            name = self._name()
            self._expect("=")
            attributes[name] = self._name()
            if self.tokens[0] == "]":
                break
            self._expect(",")
        self._expect("]")
        return attributes

    def _name(self) -> str:
        token = self.tokens.pop(0)
        assert token[0] == '"' or re.fullmatch(r"[a-zA-Z_]\w*|[\d.]+", token), token
        if token[0] != '"':
            return token
        return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], token[1:-1])

    def _expect(self, token: str) -> None:
        assert self.tokens.pop(0) == token

    @property
    def framed(self) -> set[str]:
        return set().union(*self.frames.values())

    @property
    def column(self) -> dict[str, str]:
        """The labels of the nodes outside frames."""
        return {name: node["label"] for name, node in self.nodes.items() if name not in self.framed}

    def before(self, name: str) -> set[str]:
        return {tail for tail, head in self.edges if head == name}

    def after(self, name: str) -> set[str]:
        return {head for tail, head in self.edges if tail == name}

    def reachable(self, start: str, step) -> set[str]:
        reached, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += step(name)
        return reached

    def close_up(self, frame: str) -> list[str]:
        """The labels in a frame, starting with its input."""
        return [node["label"] for name, node in self.nodes.items() if name in self.frames[frame]]

    @property
    def ends(self) -> tuple[list[str], list[str]]:
        """The nodes outside frames without a predecessor, and those without a successor outside frames."""
        column = self.column
        return (
            [name for name in column if not self.before(name)],
            [name for name in column if not self.after(name) & set(column)],
        )
