"""Characters of many scripts, each drawn once by twenty people in a browser: read from Omniglot's stroke files.

Source: B. Lake, R. Salakhutdinov, J. Tenenbaum, Human-level concept learning through probabilistic program induction,
2015; strokes_background_small1.zip of github.com/brendenlake/omniglot, MIT licence. A text file a drawing: START, then
x,y,milliseconds a line with y negative downwards, BREAK after each stroke.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np

from training.dataset import DataError, data_folder
from training.unipen import Character

ARCHIVE = "strokes_background_small1.zip"

_DRAWING = re.compile(r"(?:[^/]+/)*([^/]+)/(character\d+)/\d+_(\d+)\.txt")


def omniglot() -> list[Character]:
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
    return read_omniglot(path)


def read_omniglot(path: Path) -> list[Character]:
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


def _character(path: Path, name: str, text: str) -> Character:
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
    return Character(f"{alphabet}/{character}", tuple(strokes), f"{alphabet}/{drawer}", name)


def _point(path: Path, name: str, number: int, line: str) -> tuple[float, float]:
    try:
        x, y, _ = map(float, line.split(","))
        if not np.isfinite((x, y)).all():
            raise ValueError
        return x, y
    except ValueError:
        raise DataError(f"{path}, {name}, line {number}: expected x,y,milliseconds, got {line[:60]!r}") from None
