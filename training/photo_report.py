"""Measures how photos, scans and drawings of digits and numbers are read, written by people nothing was trained on.

    python -m training.photo_report            prints the table
    python -m training.photo_report --write    writes docs/measured/photos.md

Pictures are composed of the digits of the 14 writers of pendigits-orig.tes, in the kinds of training.augment.photos.
They are read by digits.photo.numbers_from_photo, as on the page. A picture counts as right where all of its numbers
are, and no others. What is wrong counts as said where a digit is flagged as an outlier, or other ink as not read.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import recognition
from digits.photo import numbers_from_photo
from digits.picture import PhotoError
from recognition import outlier
from recognition.card import Score
from recognition.classifier import Classifier
from training.augment.numbers import Composer
from training.augment.photos import KINDS, NUMBERS, SINGLES, Picture, picture
from training.data.pen_digits import pendigits
from training.engine.command import report_command, run_command

REPORT = Path(__file__).resolve().parent.parent / "docs" / "measured" / "photos.md"
PICTURES = 40  # of each kind
SEED = 11
READER = "resnet"


@dataclass(frozen=True)
class Result:
    """One picture: its numbers are read; it has as many digits in as many lines as were written; a fault is said."""

    right: bool
    split: bool
    said: bool


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.photo_report", description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=int, default=PICTURES, help="how many of each kind")
    return report_command(parser, REPORT, lambda options: measured(Composer(pendigits("tes")), options.pictures))


def measured(composer: Composer, pictures: int) -> str:
    """The report, as Markdown."""
    network = recognition.load(READER, "drawn")
    lines: list[str] = []
    totals: dict[str, list[Result]] = {"numbers": [], "single digits": []}
    for place, (name, kind) in enumerate(KINDS.items()):
        results = []
        for number in range(pictures):
            random = np.random.default_rng([SEED, place, number])
            results.append(read(picture(composer, kind, random), network))
        totals["numbers" if name in NUMBERS else "single digits"] += results
        lines.append(_row(name, results))
        print(lines[-1], file=sys.stderr, flush=True)
    heads = ["| pictures | read right by the ResNet | split right | wrong and not said |", "|---|---:|---:|---:|"]
    return "\n".join(
        [
            "Written by `python -m training.photo_report --write`. Composed pictures of digits of the 14 writers of "
            "pendigits-orig.tes, who are not trained on; the kinds stand in `training/augment/photos.py`. Right is "
            "where all numbers are, and no others; wrong and not said, where no digit is flagged and no other ink is "
            "marked as not read. In brackets the 95 % interval (Wilson).\n",
            *heads,
            *(_row(f"**all {name}**", results) for name, results in totals.items()),
            *lines,
            f"\n{len(NUMBERS)} kinds of numbers, {len(SINGLES)} of single digits.",
        ]
    )


def read(composed: Picture, network: Classifier) -> Result:
    """Read a picture, and compare it with what was written."""
    try:
        lines = numbers_from_photo(composed.data)
    except PhotoError:
        return Result(False, False, True)
    numbers = tuple("".join(map(str, network.predict(np.stack(line.digits)).argmax(1))) for line in lines)
    flagged = any(outlier.score(np.stack(line.digits)).max() >= outlier.THRESHOLD or line.unread for line in lines)
    return Result(numbers == composed.numbers, [*map(len, numbers)] == [*map(len, composed.numbers)], flagged)


def _row(name: str, results: list[Result]) -> str:
    counts = (
        sum(result.right for result in results),
        sum(result.split for result in results),
        sum(not result.right and not result.said for result in results),
    )
    return f"| {name} | " + " | ".join(_share(Score(len(results), count)) for count in counts) + " |"


def _share(score: Score) -> str:
    low, high = score.interval
    return f"{100 * score.accuracy:.1f} % ({100 * low:.1f} to {100 * high:.1f}), {score.correct} of {score.n}"


if __name__ == "__main__":
    run_command(main)
