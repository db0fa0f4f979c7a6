"""Characters that no script has: real ones, mirrored or turned, except those that are then written like a digit.

    python -m training.data.turned_characters      asks the networks, and writes training/data/turned_like_digits.json

An L upside down is a 7 and an M on its side a 3. So up to 30 drawings of each character and turn are shown to the
networks, and those are left out of which in at least half CNN, GRU and Bi-LSTM together are more than 0.9 confident of
a digit, and of which the detector in place accepts at least half. Source: A. Santoro et al., Meta-Learning with
Memory-Augmented Neural Networks, 2016, who turn Omniglot's characters to have more.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from digits import CLASSES
from recognition.store import write_atomically
from training.augment.rasterize import rasterize
from training.data.characters import REAL, characters
from training.data.dataset import DataError
from training.data.pen_digits import PenDigit
from training.data.unipen import Character
from training.engine.command import run_command

LIST = Path(__file__).resolve().parent / "turned_like_digits.json"
TURNS = {
    "mirrored": ((-1, 0), (0, 1)),
    "flipped": ((1, 0), (0, -1)),
    "upside down": ((-1, 0), (0, -1)),
    "left": ((0, -1), (1, 0)),
    "right": ((0, 1), (-1, 0)),
    "left, mirrored": ((0, 1), (1, 0)),
    "right, mirrored": ((0, -1), (-1, 0)),
}
NETWORKS = ("cnn", "gru", "bilstm")
ASKED, CONFIDENT, SHARE = 30, 0.9, 0.5
SEED = 5


def turned(character: Character, turn: str) -> Character:
    """A character turned as a key of TURNS says; its sign tells."""
    matrix = np.array(TURNS[turn], float)
    return replace(
        character, sign=_sign(character, turn), strokes=tuple(stroke @ matrix for stroke in character.strokes)
    )


def random_character(held_out: bool, random: np.random.Generator) -> Character:
    """A real character of any kind on one side, turned in a way in which it is not written like a digit."""
    while True:
        real = characters(REAL[random.integers(len(REAL))], held_out)
        character = real[random.integers(len(real))]
        turn = list(TURNS)[random.integers(len(TURNS))]
        if _sign(character, turn) not in _left_out():
            return turned(character, turn)


def main() -> int:
    """The command line; returns the exit status."""
    try:
        real = [character for kind in REAL for side in (False, True) for character in characters(kind, side)]
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    random = np.random.default_rng(SEED)
    by_sign: dict[str, list[Character]] = {}
    for place in random.permutation(len(real)):
        by_sign.setdefault(real[place].sign, []).append(real[place])
    signs = {_sign(chosen[0], turn): (chosen[:ASKED], turn) for chosen in by_sign.values() for turn in TURNS}
    like_digits = sorted(sign for sign, (chosen, turn) in signs.items() if _like_digits(chosen, turn, random))
    write_atomically(LIST, lambda path: path.write_text(json.dumps(like_digits, indent=1) + "\n", encoding="utf-8"))
    print(f"{len(like_digits)} of {len(signs)} turned characters are written like digits; see {LIST}")
    return 0


def _sign(character: Character, turn: str) -> str:
    return f"{character.sign} {turn}"


@cache
def _left_out() -> frozenset[str]:
    return frozenset(json.loads(LIST.read_text(encoding="utf-8"))) if LIST.exists() else frozenset()


def _like_digits(real: list[Character], turn: str, random: np.random.Generator) -> bool:
    import recognition
    from recognition import outlier

    drawings = [rasterize(PenDigit(CLASSES, turned(character, turn).strokes), random) for character in real]
    digits = np.stack([digit for digit in drawings if digit is not None])
    mean = np.mean([recognition.load(key, "drawn").predict(digits) for key in NETWORKS], axis=0)
    confident = (mean.max(axis=1) > CONFIDENT).mean()
    return bool(confident >= SHARE and (outlier.score(digits) < outlier.THRESHOLD).mean() >= SHARE)


if __name__ == "__main__":
    run_command(main)
