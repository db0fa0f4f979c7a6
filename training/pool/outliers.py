"""Outliers as pen strokes: letters, signs, several digits, turned digits and characters, lines, scribbles.

Real handwriting comes from training.data.characters. The shapes of the other letters and signs are A. V. Hershey's
single-stroke alphabets (Calligraphy for Computers, 1967), as the package Hershey-Fonts carries them. Letters that
cannot be told from a digit (O, I, S, Z, B, ...) are left out, and so are turned characters that are then written like
one (training.exclusions). Turning characters to have more of them: A. Santoro et al., Meta-Learning with
Memory-Augmented Neural Networks, 2016.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from digits import CLASSES
from training.augment.rasterize import simplify_strokes
from training.augment.styles import restyle
from training.augment.warp import augment_strokes, random_warp
from training.data.characters import REAL, characters
from training.data.unipen import PenDrawing

OUTLIER = CLASSES  # the label of outliers
TURNED_LIKE_DIGITS = Path(__file__).resolve().parent / "turned_like_digits.json"  # written by training.exclusions
TURNS = {
    "mirrored": ((-1, 0), (0, 1)),
    "flipped": ((1, 0), (0, -1)),
    "upside down": ((-1, 0), (0, -1)),
    "left": ((0, -1), (1, 0)),
    "right": ((0, 1), (-1, 0)),
    "left, mirrored": ((0, 1), (1, 0)),
    "right, mirrored": ((0, -1), (-1, 0)),
}
LIKE_DIGITS = "OoDQIilSsZzBbqgG"
ALPHABETS = {
    "futural": "".join(sorted(set(string.ascii_letters) - set(LIKE_DIGITS))) + "#&*+?@<>=$%",
    "scripts": "".join(sorted(set(string.ascii_letters) - set(LIKE_DIGITS))),
    "greeks": "CDKNPRVWXaghjklmnpqtvwx",
    "japanese": "#$%&'()*+,-./0567ABDEFGIKMNOPTUVWXZ",
    "symbolic": "VWXYZ[]^_`abcdefhjlmno",
    "markers": "BCDEFG",
}
LETTERS = ("futural", "scripts")  # the alphabets that visitors are likely to draw from
HELD_OUT = 6  # every sixth sign of each alphabet is kept for validation
SHARES = {
    "written_letter": 0.24,
    "written_sign": 0.07,
    "script": 0.1,
    "turned_character": 0.15,
    "mixed": 0.07,
    "letter": 0.06,
    "sign": 0.05,
    "several": 0.08,
    "turned": 0.09,
    "random": 0.05,
    "scribble": 0.04,
}

Strokes = tuple[np.ndarray, ...]


def outliers(n: int, pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> list[PenDrawing]:
    """n drawings with the label OUTLIER and their kind, a key of SHARES, in place of the writer.

    pen_digits: real digits, to be turned and combined. held_out: use the signs held out for validation.
    """
    kinds = random.choice(list(SHARES), size=n, p=list(SHARES.values()))
    return [PenDrawing("", _MAKERS[str(kind)](pen_digits, held_out, random), str(kind)) for kind in kinds]


def turned(character: PenDrawing, turn: str) -> PenDrawing:
    """A character turned as a key of TURNS says, which is added to its sign."""
    matrix = np.array(TURNS[turn], float)
    strokes = tuple(stroke @ matrix for stroke in character.strokes)
    return replace(character, sign=f"{character.sign} {turn}", strokes=strokes)


def random_turned_character(held_out: bool, random: np.random.Generator) -> PenDrawing:
    """A real character of any kind on one side, turned in a way in which it is not written like a digit."""
    while True:
        real = characters(REAL[random.integers(len(REAL))], held_out)
        character = real[random.integers(len(real))]
        drawing = turned(character, list(TURNS)[random.integers(len(TURNS))])
        if drawing.sign not in _turned_like_digits():
            return drawing


@cache
def _turned_like_digits() -> frozenset[str]:
    return frozenset(json.loads(TURNED_LIKE_DIGITS.read_text(encoding="utf-8")))


def letter(letters: str, alphabet: str, random: np.random.Generator) -> Strokes:
    """A random choice of some letters of an alphabet in ALPHABETS, in a random handwriting."""
    return _handwritten(_glyph(alphabet, letters[random.integers(len(letters))]), random)


def _letter(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    alphabet = LETTERS[random.integers(len(LETTERS))]
    return letter(_signs(alphabet, held_out), alphabet, random)


def _sign(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    alphabet = [name for name in ALPHABETS if name not in LETTERS][random.integers(len(ALPHABETS) - len(LETTERS))]
    return letter(_signs(alphabet, held_out), alphabet, random)


def _written(kind: str) -> Callable[[list[PenDrawing], bool, np.random.Generator], Strokes]:
    """One of the real characters of a kind, in another handwriting."""

    def make(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
        real = characters(kind, held_out)
        return _rewritten(real[random.integers(len(real))], random)

    return make


def _turned_character(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    return _rewritten(random_turned_character(held_out, random), random)


def _rewritten(character: PenDrawing, random: np.random.Generator) -> Strokes:
    """A real character in another handwriting."""
    restyled = restyle(simplify_strokes(replace(character, sign="")), random)
    return augment_strokes(restyled, random).strokes


def _mixed(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    """A character that no script has: strokes of several real ones, at the places where they were written."""
    strokes: list[np.ndarray] = []
    for _ in range(random.integers(2, 4)):
        kind = REAL[random.integers(3)]
        parts = _unit(_written(kind)(pen_digits, held_out, random))
        strokes += [parts[i] for i in random.permutation(len(parts))[: random.integers(1, 3)]]
    return tuple(strokes)


def _several(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    """Two or three digits or letters next to, above or across one another."""
    parts = []
    step = np.array([(1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.3, 0.3)][random.integers(4)]) * random.uniform(0.7, 1.2)
    for place in range(random.integers(2, 4)):
        if random.random() < 0.7:
            strokes = augment_strokes(pen_digits[random.integers(len(pen_digits))], random).strokes
        else:
            strokes = _letter(pen_digits, held_out, random)
        parts += [stroke * random.uniform(0.8, 1.2) + place * step for stroke in _unit(strokes)]
    return tuple(parts)


def _turned(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    """A digit turned on its side or mirrored, if that makes it unlike any digit."""
    while True:
        pen_digit = pen_digits[random.integers(len(pen_digits))]
        if pen_digit.label in (2, 3, 4, 5, 7) and random.random() < 0.5:
            turn = np.array([[0, 1], [-1, 0]]) * random.choice([-1, 1])
        elif pen_digit.label in (3, 4, 7, 9):
            turn = np.array([[-1, 0], [0, 1]])
        else:
            continue
        strokes = tuple(stroke @ turn for stroke in pen_digit.strokes)
        return augment_strokes(replace(pen_digit, strokes=strokes), random).strokes


def _random(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    """Two to six random lines, arcs and rings."""
    parts = []
    for _ in range(random.integers(2, 7)):
        angles = random.uniform(0, 2 * np.pi) + np.linspace(0, random.choice([0.02, 1.5, 3, 4.5, 2 * np.pi]), 24)
        arc = np.stack([np.cos(angles), np.sin(angles)], -1)
        arc = (arc - arc.mean(0)) / max(np.ptp(arc, axis=0).max(), 1e-9)
        parts.append(arc * random.uniform(0.2, 0.9) * random.uniform(0.5, 1, 2) + random.uniform(0, 1, 2))
    return _handwritten(tuple(parts), random)


def _scribble(pen_digits: list[PenDrawing], held_out: bool, random: np.random.Generator) -> Strokes:
    """A long stroke back and forth, in circles, or at random; a dense one fills an area."""
    kind, turns = random.integers(3), random.uniform(2.5, 14)
    time = np.linspace(0, 1, 240)
    if kind == 0:
        points = np.stack([np.abs((time * turns) % 2 - 1), time * random.uniform(0.3, 1)], -1)
    elif kind == 1:
        angles, radius = time * turns * 2 * np.pi, random.choice([1, -1]) * time + random.uniform(0, 1)
        points = np.stack([np.cos(angles), np.sin(angles)], -1) * radius[:, None] + time[:, None] * random.normal(
            0, 1, 2
        )
    else:
        knots = random.uniform(0, 1, (int(turns) + 4, 2))
        places = np.linspace(0, 1, len(knots))
        points = np.stack([np.interp(time, places, knots[:, axis]) for axis in (0, 1)], -1)
        points = np.stack([np.convolve(points[:, axis], np.ones(12) / 12, "valid") for axis in (0, 1)], -1)
    return _handwritten((points,), random)


_MAKERS: dict[str, Callable[[list[PenDrawing], bool, np.random.Generator], Strokes]] = {
    **{kind: _written(kind) for kind in REAL},
    "turned_character": _turned_character,
    "mixed": _mixed,
    "letter": _letter,
    "sign": _sign,
    "several": _several,
    "turned": _turned,
    "random": _random,
    "scribble": _scribble,
}


def _handwritten(strokes: Strokes, random: np.random.Generator) -> Strokes:
    """Vary strokes twice, because type varies less than handwriting."""
    warp = random_warp(random)
    return augment_strokes(PenDrawing("", tuple(warp(stroke) for stroke in _unit(strokes))), random).strokes


def _unit(strokes: Strokes) -> Strokes:
    points = np.concatenate(strokes)
    low, size = points.min(0), max(np.ptp(points, axis=0).max(), 1e-9)
    return tuple((stroke - low) / size for stroke in strokes)


def _signs(alphabet: str, held_out: bool) -> str:
    return "".join(sign for i, sign in enumerate(ALPHABETS[alphabet]) if (i % HELD_OUT == HELD_OUT // 2) == held_out)


@cache
def _glyph(alphabet: str, sign: str) -> Strokes:
    """The strokes of a sign, each float (n, 2), y downwards, with points dense enough to be distorted."""
    from HersheyFonts import HersheyFonts

    font = HersheyFonts()
    font.load_default_font(alphabet)
    return tuple(_dense(np.array(stroke, float)) for stroke in font.strokes_for_text(sign))


def _dense(stroke: np.ndarray, points: int = 48) -> np.ndarray:
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    places = np.linspace(0, lengths[-1], points)
    return np.stack([np.interp(places, lengths, stroke[:, axis]) for axis in (0, 1)], -1)
