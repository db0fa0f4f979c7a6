"""Reads UNIPEN files: handwritten characters as pen strokes.

Format: I. Guyon et al., UNIPEN project of on-line data exchange and recognizer benchmarks, 1994.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import CLASSES
from training.data.dataset import DataError

DIGITS = tuple("0123456789")
_SEGMENT = re.compile(r'\.SEGMENT\s+\S+\s+(\d+)(?:-(\d+))?\s+\S+\s+"\\?(.)"\s*')


@dataclass(frozen=True)
class PenDrawing:
    """A character or another drawing as it was written: pen strokes.

    sign: the character, such as "7", "e" or "%"; empty for what is no character.
    strokes: float64 (n, 2) each, x to the right and y downwards, in the tablet's units.
    writer: who wrote it, as far as the file tells; the same name is the same person only within one collection.
    source: the file and the line that it comes from.
    """

    sign: str
    strokes: tuple[np.ndarray, ...]
    writer: str = ""
    source: str = ""

    @property
    def label(self) -> int:
        """The digit, 0 to 9, or 10 for an outlier."""
        return int(self.sign) if self.sign in DIGITS else CLASSES


def read_characters(path: Path, include: Path | None = None) -> list[PenDrawing]:
    """The characters of one UNIPEN file.

    include: the folder for .INCLUDE lines, which hold documentation or the strokes that segments refer to; without it,
    or if the file does not exist, these lines are ignored.
    Raises DataError, with the line, if the file is not UNIPEN text or a segment refers to missing strokes.
    """
    reader = _Reader(include)
    reader.read(path)
    return reader.characters(path)


class _Reader:
    """Collects the strokes and segments of a file and of its includes."""

    def __init__(self, include: Path | None):
        self.include = include
        self.strokes: list[np.ndarray] = []
        self.segments: list[tuple[int, str, int, int, str]] = []  # line, label, first and last stroke, writer
        self.columns = (0, 1)  # of x and y
        self.writer = ""

    def read(self, path: Path, depth: int = 0) -> None:
        points: list[tuple[float, float]] | None = None  # of the stroke being read
        number = 0
        for number, line in _lines(path):
            word, *values = line.split()
            if word == ".PEN_DOWN":
                points = []
            elif word == ".PEN_UP":
                if points is not None:
                    self.strokes.append(np.array(points, float).reshape(-1, 2) * (1, -1))
                points = None
            elif word == ".SEGMENT":
                self.segments.append((number, *_segment(path, number, line), self.writer))
            elif word == ".COMMENT" and self.segments and len(values) == 3 and values[0] == self.segments[-1][1]:
                self.segments[-1] = (*self.segments[-1][:-1], values[1])  # pendigits: digit, writer, count
            elif word == ".WRITER_ID" and values:
                self.writer = values[0]
            elif word == ".COORD" and {"X", "Y"} <= set(values):
                self.columns = (values.index("X"), values.index("Y"))
            elif word == ".INCLUDE" and values and self.include and depth < 3 and (self.include / values[0]).is_file():
                self.read(self.include / values[0], depth + 1)
            elif points is not None and not word.startswith("."):
                points.append(_point(path, number, values=[word, *values], columns=self.columns))
        if points is not None:
            raise DataError(
                f"{path}, line {number}: the file ends in the middle of a stroke; it is incomplete, get it again"
            )
        if depth == 0 and not self.segments:
            raise DataError(f"{path}: expected UNIPEN text, found no .SEGMENT in {number} lines; get the file again")

    def characters(self, path: Path) -> list[PenDrawing]:
        known = self.include is not None and path.is_relative_to(self.include.parent)
        name = path.relative_to(self.include.parent) if self.include and known else Path(path.name)
        return [
            PenDrawing(
                sign,
                _component(path, line, self.strokes, first, last),
                writer or path.stem,
                f"{name.as_posix()}:{line}",
            )
            for line, sign, first, last, writer in self.segments
        ]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); get it again") from error
    return ((number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _segment(path: Path, number: int, line: str) -> tuple[str, int, int]:
    match = _SEGMENT.fullmatch(line)
    if not match:
        raise DataError(f'{path}, line {number}: expected .SEGMENT KIND FIRST-LAST QUALITY "LABEL", got {line[:60]!r}')
    first, last, label = match.groups()
    return label, int(first), int(last or first)


def _point(path: Path, number: int, values: list[str], columns: tuple[int, int]) -> tuple[float, float]:
    try:
        x, y = float(values[columns[0]]), float(values[columns[1]])
        if not np.isfinite((x, y)).all():
            raise ValueError
        return x, y
    except (ValueError, IndexError):
        raise DataError(
            f"{path}, line {number}: expected a point as two numbers, got {' '.join(values)[:60]!r}"
        ) from None


def _component(path: Path, line: int, strokes: list[np.ndarray], first: int, last: int) -> tuple[np.ndarray, ...]:
    component = tuple(stroke for stroke in strokes[first : last + 1] if len(stroke))
    if last >= len(strokes) or last < first or not component:
        raise DataError(
            f"{path}, line {line}: refers to strokes {first} to {last}, but the file has {len(strokes)}; get it again"
        )
    return component
