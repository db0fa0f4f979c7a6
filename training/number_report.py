"""Measures how drawings of numbers are split and read, on writers that nothing here was trained on.

    python -m training.number_report            prints the table
    python -m training.number_report --write    writes docs/measured/numbers.md

Digits: the 3,498 of the 14 writers of pendigits-orig.tes, alone as training.evaluate draws them, and composed into
numbers by training.augment.numbers. A number counts as split right if there are as many digits as were written, and
the picture of each is nearly that of the digit alone.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import recognition
from digits import from_canvas, number_from_canvas
from digits.normalization import from_ink
from digits.numbers import narrow_strokes, number_from_ink
from recognition.card import Score
from recognition.classifier import Classifier
from training.augment.numbers import Composer, Number, Setting
from training.data.pen_digits import draw_on_canvas, pendigits
from training.data.unipen import PenDrawing
from training.engine.command import report_command, run_command

REPORT = Path(__file__).resolve().parent.parent / "docs" / "measured" / "numbers.md"
NUMBERS = 1000  # of each setting
MAX_DIFFERENCE = 12  # of 255, mean over the pixels of two pictures of the same digit
SEED = 7
READER = "resnet"
USUAL, NARROW = (0.2, 0.45), (0.05, 0.2)  # gaps, as shares of the number's height
SETTINGS = {
    "gaps of 0.2 to 0.45": Setting(gaps=USUAL),
    "gaps of 0.05 to 0.2": Setting(gaps=NARROW),
    "gaps of 0.2 to 0.45, three digits": Setting(gaps=USUAL, lengths=(3, 3)),
    "the same, brush at most an eighth of the height": Setting(gaps=USUAL, lengths=(3, 3), widest_brush=0.125),
    "gaps of 0.05 to 0.2, on a canvas of 280x280": Setting(gaps=NARROW, canvases=((280, 280),)),
    "gaps of 0.05 to 0.2, slanted": Setting(gaps=NARROW, slanted=1.0),
    "gaps of 0.05 to 0.2, sizes from 0.55 to 1.1": Setting(gaps=NARROW, unequal=(0.55, 1.1)),
    "gaps of 0.05 to 0.2 between the ink, so that columns overlap": Setting(gaps=NARROW, between="ink", slanted=0.7),
    "touching: columns overlap by 0 to 0.1, two digits": Setting(gaps=(-0.1, 0.0), lengths=(2, 2)),
    "touching: columns overlap by 0 to 0.1, two to four digits": Setting(gaps=(-0.1, 0.0), lengths=(2, 4)),
}


@dataclass(frozen=True)
class Result:
    """Numbers that were split right, read right, and read right when each digit is given alone."""

    split: Score
    read: Score
    readable: Score


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.number_report", description=__doc__.split("\n")[0])
    parser.add_argument("--numbers", type=int, default=NUMBERS, help="how many of each setting")
    return report_command(parser, REPORT, lambda options: measured(pendigits("tes"), options.numbers))


def measured(pen_digits: list[PenDrawing], numbers: int) -> str:
    """The report, as Markdown."""
    composer = Composer(pen_digits)
    lines = [
        "Written by `python -m training.number_report --write`. Digits of the 14 writers of pendigits-orig.tes, who "
        "are not trained on. Gaps are between the columns of neighbouring digits, in heights of the number; 2 to 5 "
        "digits where nothing else is said, brush 10 to 30 units and at most a quarter of a digit's height. In "
        "brackets the 95 % interval (Wilson).\n",
        f"One digit stays one, with exactly the picture that `from_canvas` makes: {_share(single(pen_digits))}.\n",
        "| numbers | split right | read right by the ResNet | as each digit alone |",
        "|---|---:|---:|---:|",
    ]
    for name, setting in SETTINGS.items():
        result = measure(composer, setting, numbers)
        lines.append(f"| {name} | {_share(result.split)} | {_percent(result.read)} | {_percent(result.readable)} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines) + "\n"


def single(pen_digits: list[PenDrawing]) -> Score:
    """Count the digits drawn alone that stay one, with exactly from_canvas's picture."""
    drawn = [(from_canvas(drawing), number_from_canvas(drawing)) for drawing in draw_on_canvas(pen_digits)]
    visible = [(digit, found) for digit, found in drawn if digit is not None]
    return Score(len(visible), sum(len(found) == 1 and np.array_equal(found[0], digit) for digit, found in visible))


def measure(composer: Composer, setting: Setting, numbers: int) -> Result:
    """Split and read so many composed numbers."""
    random = np.random.default_rng(SEED)
    network = recognition.load(READER, "drawn")
    counts = np.zeros(3, int)
    for _ in range(numbers):
        number = composer.number(setting, random)
        expected, found = alone(number), number_from_ink(number.ink)
        readable = _read(network, expected) == number.labels
        counts += split_right(expected, found), _read(network, found) == number.labels, readable
    return Result(*(Score(numbers, int(count)) for count in counts))


def alone(number: Number) -> list[np.ndarray]:
    """The picture of each digit of a number, uint8 (28, 28), as if nothing touched it."""
    pictures = [from_ink(narrow_strokes(layer)) for layer in number.cropped()]
    return [picture for picture in pictures if picture is not None]


def split_right(expected: list[np.ndarray], found: list[np.ndarray]) -> bool:
    """Tell whether there are as many pictures, each nearly the expected one."""
    return len(expected) == len(found) and all(
        np.abs(one.astype(int) - other).mean() <= MAX_DIFFERENCE for one, other in zip(expected, found, strict=True)
    )


def _read(network: Classifier, digits: list[np.ndarray]) -> tuple[int, ...]:
    return tuple(network.predict(np.stack(digits)).argmax(1).tolist())


def _share(score: Score) -> str:
    return f"{_percent(score)}, {score.correct:,} of {score.n:,}"


def _percent(score: Score) -> str:
    low, high = score.interval
    return f"{100 * score.accuracy:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


if __name__ == "__main__":
    run_command(main)
