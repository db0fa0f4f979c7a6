"""Pen strokes of real writers: read from UNIPEN files, and drawn on the page's canvas as people draw.

    pendigits-orig.tra, .tes   30 and 14 writers on one tablet; E. Alpaydin, F. Alimoglu, Pen-Based Recognition of
                               Handwritten Digits, UCI Machine Learning Repository (not the normalised files), CC BY 4.0
    unipen/                    many more writers on seven kinds of tablet; International Unipen Foundation,
                               train_r01_v07, Zenodo record 1195803, CC BY 4.0
Format: I. Guyon et al., UNIPEN project of on-line data exchange and recognizer benchmarks, 1994.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits.strokes import BRUSH, CANVAS_SIDE, draw_strokes
from training.dataset import DataError, data_folder

EXTENT = (0.45, 0.85)  # longer side of the ink, as a share of the canvas
SEED = 20_240_919  # of places, sizes and brushes on the canvas

_SEGMENT = re.compile(r'\.SEGMENT\s+\S+\s+(\d+)(?:-(\d+))?\s+\S+\s+"(.)"\s*')


@dataclass(frozen=True)
class PenDigit:
    """One digit as it was written.

    label: 0 to 9.
    strokes: float64 (n, 2) each, x to the right and y downwards, in the tablet's units.
    writer: who wrote it, as far as the file tells; the same name is the same person only within one collection.
    """

    label: int
    strokes: tuple[np.ndarray, ...]
    writer: str = ""


def pendigits(part: str) -> list[PenDigit]:
    """The digits of pendigits-orig: part "tra" (30 writers) or "tes" (14 others, never trained on).

    Raises DataError if the file is missing or damaged.
    """
    folder = data_folder()
    name = f"pendigits-orig.{part}"
    if folder is None or not (folder / name).is_file():
        raise DataError(
            f"no {name} in {folder or 'DIGIT_DATA, which is not set'}; get pendigits-orig from the UCI Machine "
            "Learning Repository (data set 81, Pen-Based Recognition of Handwritten Digits), unpack it into a folder, "
            "and set DIGIT_DATA to that folder"
        )
    return read_unipen(folder / name)


def unipen() -> list[PenDigit]:
    """The isolated digits of the UNIPEN collection, all sites; raises DataError if the folder is missing or damaged."""
    folder = data_folder()
    if folder is None or not (folder / "unipen" / "data").is_dir():
        raise DataError(
            f"no unipen/data in {folder or 'DIGIT_DATA, which is not set'}; get UNIPEN train_r01_v07 from Zenodo "
            "(record 1195803), unpack it into a folder, and set DIGIT_DATA to that folder"
        )
    files = sorted((folder / "unipen" / "data" / "1a").rglob("*.dat"))
    return [digit for file in files for digit in read_unipen(file, folder / "unipen" / "include")]


def read_unipen(path: Path, include: Path | None = None) -> list[PenDigit]:
    """The digits of one UNIPEN file; labels other than 0 to 9 are skipped.

    include: the folder in which .INCLUDE lines are looked up; without it, and for files that are not there, they are
    passed over (what UNIPEN includes is documentation, or the strokes that the segments count).
    Raises DataError, with the line, if the file is not UNIPEN text or a segment names strokes that it does not hold.
    """
    reader = _Reader(include)
    reader.read(path)
    return reader.digits(path)


class _Reader:
    """Collects the strokes and the segments of a file and of what it includes."""

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
                f"{path}, line {number}: the file ends in the middle of a stroke; it is cut off, get it again"
            )
        if depth == 0 and not self.segments:
            raise DataError(f"{path}: expected UNIPEN text, found no .SEGMENT in {number} lines; get the file again")

    def digits(self, path: Path) -> list[PenDigit]:
        return [
            PenDigit(int(label), _component(path, line, self.strokes, first, last), writer or path.stem)
            for line, label, first, last, writer in self.segments
            if label in "0123456789"
        ]


def draw_on_canvas(pen_digits: list[PenDigit], seed: int = SEED) -> Iterator[np.ndarray]:
    """Draws each digit as a visitor would: size, place and brush vary over what the page allows.

    Yields one canvas for each digit, uint8 (280, 280, 4), white ink on transparency; the same for the same seed.
    """
    random = np.random.default_rng(seed)
    for pen_digit in pen_digits:
        brush = random.uniform(*BRUSH)
        extent = random.uniform(*EXTENT) * CANVAS_SIDE
        place = random.uniform(size=2)
        low, high = _bounds(pen_digit)
        scale = max(extent - brush, 1) / max((high - low).max(), 1e-9)
        size = (high - low) * scale + brush
        corner = place * (CANVAS_SIDE - size) + brush / 2
        yield draw_strokes(
            [(stroke - low) * scale + corner for stroke in pen_digit.strokes], brush, CANVAS_SIDE, CANVAS_SIDE
        )


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
    found = tuple(stroke for stroke in strokes[first : last + 1] if len(stroke))
    if last >= len(strokes) or last < first or not found:
        raise DataError(
            f"{path}, line {line}: asks for strokes {first} to {last}, the file holds {len(strokes)}; get it again"
        )
    return found


def _bounds(pen_digit: PenDigit) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate(pen_digit.strokes)
    return points.min(0), points.max(0)
