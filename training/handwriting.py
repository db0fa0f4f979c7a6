"""Real handwriting that is no digit: letters and signs of UNIPEN's writers, and Omniglot's characters of five scripts.

People are split as for the digits: who is held out there is held out here. Omniglot is split by script.
Characters that are written like digits are left out, as no detector can tell them from one: those of which, in at least
half of up to 60 drawings, CNN, GRU and Bi-LSTM together are more than 0.9 confident of a digit, and of which a detector
trained on type alone accepts at least half, asked when the list was made or again with later networks (LOG.md, 25 and
28 November). So is the full stop, of which only the blot's shape would be left.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from training.omniglot import omniglot
from training.pen_strokes import unipen, unipen_characters
from training.unipen import Character
from training.writers import writers

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


@cache
def characters(kind: str, held_out: bool) -> list[Character]:
    """The characters of a kind in REAL, of people or scripts on one side.

    Raises training.dataset.DataError if a collection is missing or damaged.
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
        if (character.writer in kept) == held_out and character.sign not in LIKE_DIGITS and _extends(character)
    ]


@cache
def held_out_writers() -> frozenset[str]:
    """The UNIPEN writers held out for validation: of the digits, and some of those who wrote only letters."""
    digits = {pen_digit.writer for pen_digit in unipen()}
    kept = {pen_digit.writer for pen_digit in writers(held_out=True)} & digits
    letters = {character.writer for parts in PARTS.values() for part in parts for character in unipen_characters(part)}
    return frozenset(kept | set(sorted(letters - digits)[HELD_OUT // 2 :: HELD_OUT]))


def _script(character: Character) -> str:
    return character.sign.split("/")[0]


def _extends(character: Character) -> bool:
    """Whether it is more than a dot."""
    return bool(np.ptp(np.concatenate(character.strokes), axis=0).any())
