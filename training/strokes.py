"""Pen strokes of real writers: read from UNIPEN files, and drawn on the page's canvas as people draw.

    pendigits-orig.tra, .tes   30 and 14 writers on one tablet; E. Alpaydin, F. Alimoglu, Pen-Based Recognition of
                               Handwritten Digits, UCI Machine Learning Repository (the unnormalised files), CC BY 4.0
Format: I. Guyon et al., UNIPEN project of on-line data exchange and recognizer benchmarks, 1994.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.ink import draw
from training.data import DataError, data_folder

CANVAS = 280  # pixels on each side, the canvas of the yardstick
EXTENT = (0.45, 0.85)  # longer side of the ink, as a share of the canvas
BRUSH = (10, 30)  # diameter in pixels, the range that the page offers
SEED = 20_240_919  # of places, sizes and brushes on the canvas

_SEGMENT = re.compile(r'\.SEGMENT\s+\S+\s+(\d+)(?:-(\d+))?\s+\S+\s+"(.)"\s*')


@dataclass(frozen=True)
class PenDigit:
    """One digit as it was written.

    label: 0 to 9.
    strokes: float64 (n, 2) each, x to the right and y downwards, in the tablet's units.
    """

    label: int
    strokes: tuple[np.ndarray, ...]


def pendigits(part: str) -> list[PenDigit]:
    """The digits of pendigits-orig: part "tra" (30 writers) or "tes" (14 others, never trained on).

    Raises DataError if the file is missing or damaged.
    """
    folder = data_folder()
    name = f"pendigits-orig.{part}"
    if folder is None or not (folder / name).is_file():
        raise DataError(
            f"no {name} in {folder or 'DIGIT_DATA, which is not set'}; get pendigits-orig from the UCI Machine Learning Repository "
            "(data set 81, Pen-Based Recognition of Handwritten Digits), unpack it there, and set DIGIT_DATA to that folder"
        )
    return read_unipen(folder / name)


def read_unipen(path: Path) -> list[PenDigit]:
    """The digits of one UNIPEN file; its .INCLUDEs (documentation) are left alone, labels other than 0 to 9 are skipped.

    Raises DataError, with the line, if the file is not UNIPEN text or a segment names strokes that it does not hold.
    """
    segments, strokes = [], []
    points: list[tuple[float, float]] | None = None  # of the stroke being read
    number = 0
    for number, line in _lines(path):
        word = line.split(maxsplit=1)[0]
        if word == ".PEN_DOWN":
            points = []
        elif word == ".PEN_UP":
            if points is not None:
                strokes.append(np.array(points, float).reshape(-1, 2) * (1, -1))
            points = None
        elif word == ".SEGMENT":
            segments.append((number, _segment(path, number, line)))
        elif points is not None and not word.startswith("."):
            points.append(_point(path, number, line))
    if points is not None:
        raise DataError(f"{path}, line {number}: the file ends in the middle of a stroke; it is cut off, get it again")
    if not segments:
        raise DataError(f"{path}: expected UNIPEN text, found no .SEGMENT in {number} lines; get the file again")
    return [
        PenDigit(int(label), _component(path, line, strokes, first, last))
        for line, (label, first, last) in segments
        if label.isdecimal()
    ]


def draw_on_canvas(pen_digits: list[PenDigit], seed: int = SEED) -> Iterator[np.ndarray]:
    """Draws each digit as a visitor would: size, place and brush vary over what the page allows.

    Yields one canvas for each digit, uint8 (280, 280, 4), white ink on transparency; the same for the same seed.
    """
    random = np.random.default_rng(seed)
    for pen_digit in pen_digits:
        brush = random.uniform(*BRUSH)
        extent = random.uniform(*EXTENT) * CANVAS
        place = random.uniform(size=2)
        low, high = _bounds(pen_digit)
        scale = max(extent - brush, 1) / max((high - low).max(), 1e-9)
        size = (high - low) * scale + brush
        corner = place * (CANVAS - size) + brush / 2
        yield draw([(stroke - low) * scale + corner for stroke in pen_digit.strokes], brush, CANVAS, CANVAS)


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


def _point(path: Path, number: int, line: str) -> tuple[float, float]:
    try:
        x, y = (float(value) for value in line.split()[:2])
    except ValueError:
        raise DataError(f"{path}, line {number}: expected a point as two numbers, got {line[:60]!r}") from None
    return x, y


def _component(path: Path, line: int, strokes: list[np.ndarray], first: int, last: int) -> tuple[np.ndarray, ...]:
    found = tuple(stroke for stroke in strokes[first : last + 1] if len(stroke))
    if last >= len(strokes) or last < first or not found:
        raise DataError(f"{path}, line {line}: asks for strokes {first} to {last}, the file holds {len(strokes)}; get it again")
    return found


def _bounds(pen_digit: PenDigit) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate(pen_digit.strokes)
    return points.min(0), points.max(0)
