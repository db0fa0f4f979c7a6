"""Handwritten characters other than digits: UNIPEN's letters and signs, and Omniglot's characters of five scripts.

Writers are split as for the digits: those held out there are held out here. Omniglot is split by script.
Characters that are written like digits are left out, because no detector can tell them apart: those of which, in at
least half of up to 60 drawings, the mean of CNN, GRU and Bi-LSTM is more than 0.9 confident of a digit, and of which a
detector trained on type alone accepts at least half (LOG.md, 25 and 28 November). So is the full stop, of which only
the blot's shape would be left.

Source: B. Lake, R. Salakhutdinov, J. Tenenbaum, Human-level concept learning through probabilistic program induction,
2015; strokes_background_small1.zip of github.com/brendenlake/omniglot, MIT licence: drawn in a browser, each character
once by twenty people. Each drawing is a text file: START, then a line x,y,milliseconds for each point with y negative
downwards, and BREAK after each stroke.
"""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from training.data.dataset import DataError, data_folder, limited
from training.data.pen_digits import unipen, unipen_characters, writers
from training.data.unipen import PenDrawing

REAL = ("written_letter", "written_sign", "script")  # the kinds
PARTS = {"written_letter": ("1b", "1c"), "written_sign": ("1d",)}  # of UNIPEN
LIKE_DIGITS = "!'(),./BDGIOSZ\\]`bgloqsz|}"
LIKE_DIGITS_ELSEWHERE = {  # numbers of Omniglot's characters, by script
    "Balinese": (5,),
    "Early_Aramaic": (1, 2, 3, 4, 6, 12, 14, 16, 17, 20),
    "Greek": (4, 6, 8, 15, 18),
    "Korean": (5, 9, 10, 12, 21, 22, 24, 33, 37, 40),
    "Latin": (2, 7, 12, 15, 17, 19, 26),
}
HELD_OUT_SCRIPTS = ("Early_Aramaic",)
HELD_OUT = 7  # every seventh writer who wrote no digits is held out too
ARCHIVE = "strokes_background_small1.zip"

_DRAWING = re.compile(r"(?:[^/]+/)*([^/]+)/(character\d+)/\d+_(\d+)\.txt")


@cache
def characters(kind: str, held_out: bool) -> list[PenDrawing]:
    """The characters of a kind in REAL, of people or scripts on one side.

    Raises training.data.dataset.DataError if a collection is missing or damaged.
    """
    if kind == "script":
        return [
            character
            for character in omniglot()
            if (_script(character) in HELD_OUT_SCRIPTS) == held_out
            and int(character.sign[-2:]) not in LIKE_DIGITS_ELSEWHERE.get(_script(character), ())
        ]
    kept = held_out_writers()
    return [
        character
        for part in PARTS[kind]
        for character in unipen_characters(part)
        if (character.writer in kept) == held_out and character.sign not in LIKE_DIGITS and extends(character)
    ]


@cache
def held_out_writers() -> frozenset[str]:
    """The UNIPEN writers held out for validation: of the digits, and some of those who wrote only letters."""
    digits = {pen_digit.writer for pen_digit in unipen()}
    kept = {pen_digit.writer for pen_digit in writers(held_out=True)} & digits
    letters = {character.writer for parts in PARTS.values() for part in parts for character in unipen_characters(part)}
    return frozenset(kept | set(sorted(letters - digits)[HELD_OUT // 2 :: HELD_OUT]))


def _script(character: PenDrawing) -> str:
    return character.sign.split("/")[0]


def extends(character: PenDrawing) -> bool:
    """Tell whether a drawing is more than a dot."""
    return bool(np.ptp(np.concatenate(character.strokes), axis=0).any())


def omniglot() -> list[PenDrawing]:
    """All drawings: the sign is alphabet and character, such as "Greek/character07", the writer alphabet and drawer.

    Raises DataError if the archive is missing or damaged.
    """
    folder = data_folder()
    path = None if folder is None else folder / "omniglot" / ARCHIVE
    if path is None or not path.is_file():
        raise DataError(
            f"no omniglot/{ARCHIVE} in {folder or 'DIGIT_DATA, which is not set'}; get it from the folder python of "
            "github.com/brendenlake/omniglot, and set DIGIT_DATA to the folder in which omniglot lies"
        )
    return limited(read_omniglot(path))


def read_omniglot(path: Path) -> list[PenDrawing]:
    """The drawings of an archive, in the order of their names.

    Raises DataError, with the file's name and the line, if the archive or a drawing in it is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if _DRAWING.fullmatch(name) and "__MACOSX" not in name)
            texts = {name: archive.read(name).decode("ascii", errors="replace") for name in names}
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}); get it again") from error
    if not texts:
        raise DataError(f"{path}: expected drawings named ALPHABET/characterNN/NNNN_NN.txt, found none; get it again")
    return [_character(path, name, text) for name, text in texts.items()]


def _character(path: Path, name: str, text: str) -> PenDrawing:
    match = _DRAWING.fullmatch(name)
    assert match is not None
    alphabet, character, drawer = match.groups()
    strokes: list[np.ndarray] = []
    points: list[tuple[float, float]] = []
    lines = text.split()
    for number, line in enumerate(lines, start=1):
        if line == "BREAK":
            if points:
                strokes.append(np.array(points) * (1, -1))
            points = []
        elif line != "START":
            points.append(_point(path, name, number, line))
    if points or not strokes:
        raise DataError(
            f"{path}, {name}, line {len(lines)}: expected BREAK after a stroke; it is cut off, get it again"
        )
    return PenDrawing(f"{alphabet}/{character}", tuple(strokes), f"{alphabet}/{drawer}", name)


def _point(path: Path, name: str, number: int, line: str) -> tuple[float, float]:
    try:
        x, y, _ = map(float, line.split(","))
        if not np.isfinite((x, y)).all():
            raise ValueError
        return x, y
    except ValueError:
        raise DataError(f"{path}, {name}, line {number}: expected x,y,milliseconds, got {line[:60]!r}") from None
