"""Asks the trained networks what to leave out of the training data, and writes the lists.

    python -m training.exclusions label_errors         pen digits that are labelled wrongly
    python -m training.exclusions turned_characters    turned characters that are then written like digits

label_errors: UNIPEN's labels were not proofread. A digit is suspect where the mean of the networks' calibrated
probabilities of its label, over several variations, is below a limit under both recipes; networks of recipe "book" have
never seen a pen stroke, so that none has memorized the wrong label. The command adds the suspects to
training/data/label_errors.json; look at them as pictures (label_errors.png in training/runs) and name the fault of each
there, or delete its row. Rows with a fault stay, also of digits that the networks read. Suspects are training digits,
and those of the sites of UNIPEN that came later, where every tenth segment of some files is a single stroke; of the
first held-out writers all digits stay.
Source: C. Northcutt et al., Confident Learning, 2021.

turned_characters: an L upside down is a 7 and an M on its side a 3. Up to 30 drawings of each character and turn are
shown to the networks; left out are those of which, in at least half, the mean of CNN, GRU and Bi-LSTM is more than 0.9
confident of a digit, and of which the detector in place accepts at least half.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import recognition
from digits.contact_sheet import Cell, contact_sheet
from recognition import outlier
from recognition.store import released, write_atomically
from training.augment.rasterize import rasterize, vary_pen_digit
from training.data import pen_digits
from training.data.characters import REAL, characters, extends
from training.data.pen_digits import LATER_SITES, site, writers
from training.data.unipen import PenDrawing
from training.engine.command import RUNS, run_command
from training.pool import outliers
from training.pool.outliers import TURNS, turned

LIMITS = {"drawn": 0.25, "book": 0.25}  # the highest mean probability of its label with which a digit is left out
VARIATIONS = 3  # of each digit that the networks are asked about
FAST = ("mlp", "cnn", "rnn", "lstm", "gru", "bilstm", "ynet")  # a residual network takes as long as all of these
READERS = ("cnn", "gru", "bilstm")  # of turned characters
UNSEEN = "not looked at yet"
DRAWINGS, CONFIDENT, SHARE = 30, 0.9, 0.5  # of a turned character; see above
LABELS_SEED, TURNS_SEED = 4, 5


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.exclusions", description=__doc__.split("\n")[0])
    parser.add_argument("list", choices=("label_errors", "turned_characters"), help="the list to write")
    if parser.parse_args(arguments).list == "label_errors":
        label_errors()
    else:
        turned_characters()
    return 0


def label_errors() -> None:
    """Add suspects to the list of wrongly labelled pen digits; raises DataError or WeightsError for missing files."""
    later = [digit for digit in writers(held_out=True, checked=False) if site(digit) in LATER_SITES]
    digits = [digit for digit in writers(held_out=False, checked=False) + later if extends(digit)]
    labels = np.array([pen_digit.label for pen_digit in digits])
    random = np.random.default_rng(LABELS_SEED)
    drawings = [np.stack([vary_pen_digit(digit, random) for digit in digits]) for _ in range(VARIATIONS)]
    likelihoods = {recipe: _probabilities(recipe, drawings)[np.arange(len(labels)), labels] for recipe in LIMITS}
    suspect = np.all([likelihoods[recipe] < limit for recipe, limit in LIMITS.items()], axis=0)
    rows = {
        digits[i].source: {name: round(float(likelihoods[name][i]), 3) for name in LIMITS} | {"fault": UNSEEN}
        for i in np.flatnonzero(suspect)
    }
    known = json.loads(pen_digits.LABEL_ERRORS.read_text(encoding="utf-8"))
    new = [digit for digit in digits if digit.source in rows and digit.source not in known]
    _write(pen_digits.LABEL_ERRORS, dict(sorted((rows | known).items())))
    print(f"{len(rows)} of {len(digits):,} digits are suspect, {len(new)} of them new; see {pen_digits.LABEL_ERRORS}")
    if new:
        RUNS.mkdir(parents=True, exist_ok=True)
        (RUNS / "label_errors.png").write_bytes(_sheet(new, random))


def turned_characters() -> None:
    """Write the list of turned characters like digits; raises DataError or WeightsError for missing files."""
    real = [character for kind in REAL for side in (False, True) for character in characters(kind, side)]
    random = np.random.default_rng(TURNS_SEED)
    by_sign: dict[str, list[PenDrawing]] = {}
    for place in random.permutation(len(real)):
        by_sign.setdefault(real[place].sign, []).append(real[place])
    pairs = [(chosen[:DRAWINGS], turn) for chosen in by_sign.values() for turn in TURNS]
    like_digits = sorted(turned(chosen[0], turn).sign for chosen, turn in pairs if _like_digits(chosen, turn, random))
    _write(outliers.TURNED_LIKE_DIGITS, like_digits)
    print(f"{len(like_digits)} of {len(pairs)} turned characters are like digits; see {outliers.TURNED_LIKE_DIGITS}")


def _sheet(digits: list[PenDrawing], random: np.random.Generator) -> bytes:
    """A contact sheet of pen digits, with their labels and sources."""
    cells = []
    for digit in digits:
        picture = rasterize(digit, random)
        assert picture is not None  # dots were left out
        cells.append(Cell(picture, [(f"{digit.sign}  {digit.source.rsplit('/')[-1]}", "black")]))
    return contact_sheet(cells, columns=10, side=112)


def _probabilities(recipe: str, drawings: list[np.ndarray]) -> np.ndarray:
    """The mean probabilities, float (n, 10), of the fast networks of a recipe over some variations of n digits."""
    networks = [recognition.load(key, recipe) for key in released(recipe) if key in FAST]
    return np.mean([network.predict(digits) for network in networks for digits in drawings], axis=0)


def _like_digits(real: list[PenDrawing], turn: str, random: np.random.Generator) -> bool:
    drawings = [rasterize(turned(character, turn), random) for character in real]
    digits = np.stack([digit for digit in drawings if digit is not None])
    mean = np.mean([recognition.load(key, "drawn").predict(digits) for key in READERS], axis=0)
    confident = (mean.max(axis=1) > CONFIDENT).mean()
    return bool(confident >= SHARE and (outlier.score(digits) < outlier.THRESHOLD).mean() >= SHARE)


def _write(path: Path, rows: object) -> None:
    write_atomically(path, lambda partial: partial.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8"))


if __name__ == "__main__":
    run_command(main)
