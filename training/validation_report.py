"""Measures the networks in place on the digits of held-out writers, by collection, and on 1s and 7s of every shape.

    python -m training.validation_report                      all networks with recipe drawn
    python -m training.validation_report mlp cnn
    python -m training.validation_report --sheet sheet.png    also draws the 1s and 7s on both sides of the line

1s: the stem of each held-out 1 gets flags of three lengths and four slopes, with and without a foot. 7s: the top of
each held-out 7 that has top and stem in its first stroke falls by 10 degrees, is level, or rises by 15; with a bar also
by 25. Not counted are 1s without a foot whose flag is so long and level that people read a 7
(training.augment.styles.like_seven), and 7s without a bar whose top rises so much that people read a 1.
Nothing that is measured here was trained on; choices may be made by it, the test digits are elsewhere.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

import recognition
from digits.contact_sheet import Cell, contact_sheet
from digits.labelled import Digits
from models import DEFAULT_NETWORKS, NETWORKS
from recognition.card import Score
from recognition.prediction import Prediction, majority
from recognition.store import released, write_atomically
from training.augment.rasterize import rasterize
from training.augment.styles import Strokes, flagged, like_seven, line, tilted
from training.data.characters import extends
from training.data.pen_digits import LATER_SITES, SPLIT_SEED, drawn, site, writers
from training.data.unipen import PenDrawing
from training.engine.command import run_command

RECIPE = "drawn"
LENGTHS, SLOPES = (0.15, 0.3, 0.5), (15, 30, 45, 60)  # of flags, in parts of the 1's height and in degrees
TOPS = (-10, 0, 15), (-10, 0, 15, 25)  # of 7s without and with a bar: degrees by which they rise from left to right
TALL = 0.8  # least height of a stem, in parts of the digit's size
FOOT, BAR = (0.25, 0.25), (0.2, 0.2)  # to the left and right, in parts of the digit's size
SEED = 8  # of brushes
CONFUSIONS = 5  # that are listed of each network


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.validation_report", description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", choices=[[], *NETWORKS], metavar="KEY", help="default: all in place")
    parser.add_argument("--sheet", type=Path, metavar="PNG", help="draw examples of the 1s and 7s into this file")
    options = parser.parse_args(arguments)
    keys = options.networks or released(RECIPE)
    pen_digits = [digit for digit in writers(held_out=True) if extends(digit)]
    shapes = ones(pen_digits, like_seven_too=False) | sevens(pen_digits)
    if options.sheet:
        picture = sheet(ones(pen_digits, like_seven_too=True) | sevens(pen_digits))
        write_atomically(options.sheet, lambda path: path.write_bytes(picture))
    print(by_collection(pen_digits, keys))
    print(by_shape(shapes, keys))
    return 0


def by_collection(pen_digits: list[PenDrawing], keys: list[str]) -> str:
    """Errors of each network on each collection, and the commonest confusions, as Markdown."""
    digits = drawn(pen_digits, SPLIT_SEED)
    names = np.array(
        [name if (name := site(digit)) in ("pendigits", *LATER_SITES) else "other" for digit in pen_digits]
    )
    collections = ["pendigits", "other", *LATER_SITES]
    counts = [f"{name}, n = {(names == name).sum():,}" for name in collections]
    lines = [f"| network | all, n = {len(digits):,} | {' | '.join(counts)} | commonest confusions |"]
    lines.append("|---|---:|" + "---:|" * len(collections) + "---|")
    for title, predicted in predictions(digits.digits, keys).items():
        wrong = predicted != digits.labels
        pairs = Counter(zip(digits.labels[wrong].tolist(), predicted[wrong].tolist(), strict=True))
        confusions = ", ".join(f"{label} as {read}: {n}" for (label, read), n in pairs.most_common(CONFUSIONS))
        each = " | ".join(str(int(wrong[names == name].sum())) for name in collections)
        lines.append(f"| {title} | {_errors(wrong)} | {each} | {confusions} |")
    return "\n".join(lines) + "\n"


def by_shape(shapes: dict[str, Digits], keys: list[str]) -> str:
    """Errors in percent of each network on each shape, as Markdown."""
    lines: list[str] = []
    wrong: dict[str, list[np.ndarray]] = {}
    for name, digits in shapes.items():
        read = predictions(digits.digits, keys)
        wrong[name] = [predicted != digits.labels for predicted in read.values()]
        lines = lines or [f"| shape | n | {' | '.join(read)} |", "|---|---:|" + "---:|" * len(read)]
        lines.append(f"| {name} | {len(digits)} | {' | '.join(f'{100 * each.mean():.1f}' for each in wrong[name])} |")
    for digit in ("1", "7"):
        rows = [
            np.concatenate(each) for each in zip(*(w for name, w in wrong.items() if name[0] == digit), strict=True)
        ]
        lines.append(f"| all {digit}s | {len(rows[0]):,} | {' | '.join(map(_errors, rows))} |")
    return "\n".join(lines) + "\n"


def predictions(digits: np.ndarray, keys: list[str]) -> dict[str, np.ndarray]:
    """The digits that each network reads, int (n,), by its title; where the verdict's networks are there, its too."""
    classifiers = {key: recognition.load(key, RECIPE) for key in keys}
    probabilities = {key: classifier.predict(digits) for key, classifier in classifiers.items()}
    read = {NETWORKS[key].title: each.argmax(1) for key, each in probabilities.items()}
    if set(DEFAULT_NETWORKS) <= set(keys):
        voters = [
            [Prediction(key, RECIPE, row, classifiers[key].card) for row in probabilities[key]]
            for key in DEFAULT_NETWORKS
        ]
        read[f"Verdict of {len(voters)}"] = np.array([majority(votes) for votes in zip(*voters, strict=True)])
        read[f"Mean of {len(voters)}"] = np.mean([probabilities[key] for key in DEFAULT_NETWORKS], axis=0).argmax(1)
    return read


def ones(pen_digits: list[PenDrawing], like_seven_too: bool) -> dict[str, Digits]:
    """1s by the length and slope of their flag; like_seven_too: also those that people read as a 7."""
    stems = [stem for digit in pen_digits if digit.label == 1 and (stem := _stem(_unit(digit))) is not None]
    shapes = {}
    for foot in (False, True):
        for length in LENGTHS:
            for slope in SLOPES:
                if like_seven_too or foot or not like_seven(length, slope):
                    written = [[*flagged([stem], length, slope), *([_across(stem[-1], FOOT)] * foot)] for stem in stems]
                    name = (
                        f"1, flag {100 * length:.0f} % of the height, {slope} degrees, {'foot' if foot else 'no foot'}"
                    )
                    shapes[name] = _digits("1", written)
    return shapes


def sevens(pen_digits: list[PenDrawing]) -> dict[str, Digits]:
    """7s by the slope of their top, with and without a bar."""
    firsts = [_unit(digit)[0] for digit in pen_digits if digit.label == 7]
    shapes = {}
    for bar in (False, True):
        for slope in TOPS[bar]:
            written = []
            for first in firsts:
                (changed,) = tilted([first], slope)
                if changed is not first and np.ptp(first[:, 1]) >= TALL:
                    middle = first[np.abs(first[len(first) // 2 :, 1] - 0.55).argmin() + len(first) // 2]
                    written.append([changed, *([_across(middle, BAR)] * bar)])
            shapes[f"7, top rises {slope} degrees, {'bar' if bar else 'no bar'}"] = _digits("7", written)
    return shapes


def sheet(shapes: dict[str, Digits], each: int = 12) -> bytes:
    """Examples of each shape, a row each, as a PNG."""
    cells = []
    for name, digits in shapes.items():
        places = np.linspace(0, len(digits) - 1, each).astype(int)
        cells += [Cell(digits.digits[at], [(name if i == 0 else "", "black")]) for i, at in enumerate(places.tolist())]
    return contact_sheet(cells, each, side=84)


def _unit(pen_digit: PenDrawing) -> Strokes:
    points = np.concatenate(pen_digit.strokes)
    return [(stroke - points.min(0)) / np.ptp(points, axis=0).max() for stroke in pen_digit.strokes]


def _stem(strokes: Strokes) -> np.ndarray | None:
    """The stem of a 1 from its top to its bottom, without flag and foot; None where there is none that is tall."""
    stroke = max(strokes, key=lambda stroke: float(np.ptp(stroke[:, 1])))
    if np.ptp(stroke[:, 1]) < TALL:
        return None
    if stroke[:, 1].argmin() > stroke[:, 1].argmax():
        stroke = stroke[::-1]
    stroke = stroke[stroke[:, 1].argmin() :]
    return stroke[: int((stroke[:, 1] > stroke[:, 1].max() - 0.04).argmax()) + 1]


def _across(middle: np.ndarray, reach: tuple[float, float]) -> np.ndarray:
    return line(middle - (reach[0], 0), middle + (reach[1], 0))


def _digits(sign: str, written: list[Strokes]) -> Digits:
    random = np.random.default_rng(SEED)
    drawings = [rasterize(PenDrawing(sign, tuple(strokes)), random) for strokes in written]
    return Digits(np.stack([digit for digit in drawings if digit is not None]), np.full(len(written), int(sign)))


def _errors(wrong: np.ndarray) -> str:
    low, high = Score(len(wrong), int(wrong.sum())).interval
    return f"{int(wrong.sum())}: {100 * wrong.mean():.2f} % ({100 * low:.2f} to {100 * high:.2f})"


if __name__ == "__main__":
    run_command(main)
