"""Pen strokes of real writers: finds their files, and draws the digits on the page's canvas as visitors do.

pendigits-orig.tra, .tes   30 and 14 writers on one tablet; E. Alpaydin, F. Alimoglu, Pen-Based Recognition of
                           Handwritten Digits, UCI Machine Learning Repository (not the normalised files), CC BY 4.0
unipen/                    many more writers on ten kinds of tablet; International Unipen Foundation,
                           train_r01_v07, Zenodo record 1195803, CC BY 4.0
Writers are split, not digits: nobody whose digits are trained on is validated on. label_errors.json lists the digits
that are left out, with their faults; see training.exclusions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digits import from_canvas
from digits.labelled import Digits
from digits.strokes import BRUSH, CANVAS_SIDE, draw_strokes
from training.data.dataset import DataError, data_folder, limited
from training.data.unipen import DIGITS, PenDrawing, read_characters

EXTENT = (0.45, 0.85)  # longer side of the ink, as a share of the canvas
SEED = 20_240_919  # of positions, sizes and brushes on the canvas


def pendigits(part: str) -> list[PenDrawing]:
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
    return limited(read_unipen(folder / name))


def unipen() -> list[PenDrawing]:
    """The isolated digits of the UNIPEN collection, all sites; raises DataError if the folder is missing or damaged."""
    return _digits(unipen_characters("1a"))


def unipen_characters(part: str) -> list[PenDrawing]:
    """A part of the UNIPEN collection, all sites: "1a" digits, "1b" capitals, "1c" small letters, "1d" signs.

    Raises DataError if the folder is missing or damaged.
    """
    folder = data_folder()
    if folder is None or not (folder / "unipen" / "data").is_dir():
        raise DataError(
            f"no unipen/data in {folder or 'DIGIT_DATA, which is not set'}; get UNIPEN train_r01_v07 from Zenodo "
            "(record 1195803), unpack it into a folder, and set DIGIT_DATA to that folder"
        )
    files = sorted((folder / "unipen" / "data" / part).rglob("*.dat"))
    if not files:
        raise DataError(
            f"no .dat files in {folder / 'unipen' / 'data' / part}; unpack this part of UNIPEN train_r01_v07 too"
        )
    include = folder / "unipen" / "include"
    return limited([character for file in limited(files) for character in read_characters(file, include)])


def read_unipen(path: Path, include: Path | None = None) -> list[PenDrawing]:
    """The digits of one UNIPEN file, as read_characters reads it; labels other than 0 to 9 are skipped."""
    return _digits(read_characters(path, include))


def _digits(characters: list[PenDrawing]) -> list[PenDrawing]:
    return [character for character in characters if character.sign in DIGITS]


def draw_on_canvas(pen_digits: list[PenDrawing], seed: int = SEED) -> Iterator[np.ndarray]:
    """Draws each digit as a visitor might: size, position and brush vary over what the page allows.

    Yields a canvas for each digit, uint8 (280, 280, 4), white ink on transparency; the same for the same seed.
    """
    random = np.random.default_rng(seed)
    for pen_digit in pen_digits:
        brush = random.uniform(*BRUSH)
        extent = random.uniform(*EXTENT) * CANVAS_SIDE
        position = random.uniform(size=2)
        low, high = _bounds(pen_digit)
        scale = max(extent - brush, 1) / max((high - low).max(), 1e-9)
        size = (high - low) * scale + brush
        corner = position * (CANVAS_SIDE - size) + brush / 2
        yield draw_strokes(
            [(stroke - low) * scale + corner for stroke in pen_digit.strokes], brush, CANVAS_SIDE, CANVAS_SIDE
        )


def _bounds(pen_digit: PenDrawing) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate(pen_digit.strokes)
    return points.min(0), points.max(0)


HELD_OUT = 7  # every seventh writer is kept for validation
LATER_SITES = ("aga", "ced", "ibm")  # of UNIPEN; no network was trained on them before 29 November 2026
HELD_OUT_LATER = 2  # every second of their writers, so that validation can tell a third of a point
SAME_WRITER = {  # in ibm, files that have drawings in common, and the first of these files
    "ibm04": "ibm01",
    "ibm09": "ibm01",
    "ibm10": "ibm02",
    "ibm21": "ibm02",
    "ibm08": "ibm03",
    "ibm12": "ibm03",
    "ibm18": "ibm03",
    "ibm15": "ibm05",
    "ibm16": "ibm06",
    "ibm17": "ibm11",
}
LABEL_ERRORS = Path(__file__).resolve().parent / "label_errors.json"
SPLIT_SEED = 2  # of the brushes with which held-out digits are drawn


def writers(held_out: bool, checked: bool = True) -> list[PenDrawing]:
    """The pen digits of the writers held out for validation, or of the training writers; test writers are neither.

    checked: leave out label errors. A drawing that is in several places of a collection comes once.
    Raises DataError if a collection is missing or damaged.
    """
    chosen = []
    errors = label_errors() if checked else frozenset()
    for collection, every in _collections():
        names = sorted({_person(pen_digit) for pen_digit in collection})
        validation = set(names[every // 2 :: every])
        chosen += [
            pen_digit
            for pen_digit in _distinct(collection)
            if (_person(pen_digit) in validation) == held_out and pen_digit.source not in errors
        ]
    return chosen


def site(pen_digit: PenDrawing) -> str:
    """The collection of a pen digit: "pendigits", or a site of UNIPEN such as "ibm"."""
    folders = pen_digit.source.split("/")
    return folders[2] if len(folders) > 3 else "pendigits"


def label_errors() -> frozenset[str]:
    """The sources, as in PenDrawing.source, of the digits that are labelled wrongly or cut badly."""
    return frozenset(json.loads(LABEL_ERRORS.read_text(encoding="utf-8")))


def _collections() -> list[tuple[list[PenDrawing], int]]:
    """Pen digits that are split together, and which of their writers are held out: every so manieth."""
    later: dict[str, list[PenDrawing]] = {name: [] for name in LATER_SITES}
    earlier: list[PenDrawing] = []
    for pen_digit in unipen():
        later.get(site(pen_digit), earlier).append(pen_digit)
    return [
        (pendigits("tra"), HELD_OUT),
        (earlier, HELD_OUT),
        *((collection, HELD_OUT_LATER) for collection in later.values()),
    ]


def _person(pen_digit: PenDrawing) -> str:
    return SAME_WRITER.get(pen_digit.writer, pen_digit.writer)


def _distinct(pen_digits: list[PenDrawing]) -> list[PenDrawing]:
    """The pen digits without those that have the strokes of an earlier one, wherever they were on the tablet."""
    first: dict[tuple[bytes, ...], PenDrawing] = {}
    for pen_digit in pen_digits:
        corner = np.concatenate(pen_digit.strokes).min(0)
        key = (pen_digit.sign.encode(), *((stroke - corner).tobytes() for stroke in pen_digit.strokes))
        first.setdefault(key, pen_digit)
    return list(first.values())


def held_out() -> Digits:
    """Digits of the writers held out for validation, drawn on a canvas, without augmentation."""
    return drawn(writers(held_out=True), SPLIT_SEED)


def drawn(pen_digits: list[PenDrawing], seed: int) -> Digits:
    """Pen digits drawn on the canvas and normalized; the few with too little ink are dropped."""
    pairs = zip(map(from_canvas, draw_on_canvas(pen_digits, seed)), pen_digits, strict=True)
    digits, labels = zip(*((digit, pen_digit.label) for digit, pen_digit in pairs if digit is not None), strict=True)
    return Digits(np.stack(digits), np.array(labels, np.uint8))
