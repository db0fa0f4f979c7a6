"""Measures how photos, scans and drawings of digits and numbers are read, written by people nothing was trained on.

    python -m training.photo_report            prints the table
    python -m training.photo_report --write    writes docs/measured/photos.md

Pictures are composed of the digits of the 14 writers of pendigits-orig.tes, in the kinds of training.augment.photos.
Each kind's results are kept in training/runs, so an interrupted run continues, and one of more pictures adds to them.
They are read by digits.photo.read_photo, as on the page. A picture counts as right where all of its numbers are, and no
others. What is wrong counts as said where a digit is flagged as an outlier, the answer has a warning, or the network is
unsure of a digit. Where a slash or a word beside the digits looks like digits too, nothing but that is asked: that it
is said.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zlib
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path

import numpy as np

import recognition
from digits.photo import read_photo
from digits.picture import PhotoError
from recognition import outlier
from recognition.card import Score
from recognition.classifier import Classifier
from recognition.prediction import SURE
from recognition.report import photo_doubts
from recognition.store import card_path, write_atomically
from training.augment.numbers import Composer
from training.augment.photos import KINDS, NOT_ONLY_DIGITS, NUMBERS, SINGLES, Picture, picture
from training.data.pen_digits import pendigits
from training.engine.command import RUNS, positive, report_command, run_command

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "measured" / "photos.md"
RESULTS = RUNS / "photos"  # of each kind, so far
PICTURES = 12  # of each kind
SEED = 11
READER = "resnet"


@dataclass(frozen=True)
class Result:
    """One picture: its numbers are read; it has as many digits in as many lines as were written; doubt is said."""

    right: bool
    split: bool
    said: bool
    other_ink: bool


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.photo_report", description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=positive, default=PICTURES, help="how many of each kind")
    return report_command(parser, REPORT, lambda options: measured(Composer(pendigits("tes")), options.pictures))


def measured(composer: Composer, pictures: int, folder: Path = RESULTS) -> str:
    """The report, as Markdown; all kinds grow together, so that the progress shows what comes out."""
    network = recognition.load(READER, "drawn")
    results = {name: _Kept(folder / f"{zlib.crc32(name.encode()):08x}.json") for name in KINDS}
    for number in range(pictures):
        for name, kept in results.items():
            if number == len(kept.results):
                kept.add(measure(composer, name, number, network))
        right = sum(result.right for name in NUMBERS | SINGLES for result in results[name].results[: number + 1])
        print(
            f"{number + 1} of {pictures}: {right} of {(number + 1) * len(NUMBERS | SINGLES)} right",
            file=sys.stderr,
            flush=True,
        )
    return table({name: kept.results[:pictures] for name, kept in results.items()})


class _Kept:
    """The results of a kind, in a file; those of other code or other networks do not count."""

    def __init__(self, path: Path):
        self.path, self.results = path, list[Result]()
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["version"] == _version():
                self.results = [Result(*result) for result in kept["results"]]
        except (OSError, ValueError, TypeError, KeyError):
            pass  # measured again

    def add(self, result: Result) -> None:
        self.results.append(result)
        kept = {"version": _version(), "results": [astuple(each) for each in self.results]}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, lambda partial: partial.write_text(json.dumps(kept), encoding="utf-8"))


@cache
def _version() -> str:
    """The hash of what determines the results: the code that composes and reads, and the networks."""
    sources = [*ROOT.glob("digits/*.*"), *ROOT.glob("training/augment/*.py"), ROOT / "recognition/report.py"]
    weights = [card_path(key, "drawn") for key in (READER, outlier.DETECTOR.key)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in [*sorted(sources), *weights])).hexdigest()


def measure(composer: Composer, name: str, number: int, network: Classifier) -> Result:
    """Compose one picture of a kind, and read it."""
    random = np.random.default_rng([SEED, zlib.crc32(name.encode()), number])
    return read(picture(composer, KINDS[name], random), network)


def table(results: dict[str, list[Result]]) -> str:
    """The report of the results of each kind, as Markdown."""
    numbers = [result for name in NUMBERS for result in results[name]]
    singles = [result for name in SINGLES for result in results[name]]
    return "\n".join(
        [
            "Written by `python -m training.photo_report --write`. Composed pictures of digits of the 14 writers of "
            "pendigits-orig.tes, who are not trained on; the kinds stand in `training/augment/photos.py`. Right is "
            "where all numbers are, and no others; wrong and not said, where no digit is flagged as an outlier, the "
            f"answer has no warning, and the ResNet is {100 * SURE:.0f} % sure of each digit or more; right, but "
            "doubted, where one of the three is not so and there is no other ink beside the digits. In brackets the "
            "95 % interval (Wilson).\n",
            "| pictures | read right by the ResNet | split right | wrong and not said | right, but doubted |",
            "|---|---:|---:|---:|---:|",
            _row(f"**all of the {len(NUMBERS)} kinds of numbers**", numbers),
            *(_row(name, results[name]) for name in NUMBERS),
            _row(f"**all of the {len(SINGLES)} kinds of single digits**", singles),
            *(_row(name, results[name]) for name in SINGLES),
            "",
            "Where other ink looks like digits too, a number that is shown without a warning is wrong, so here it "
            "counts as right that doubt is said.\n",
            "| pictures | doubt is said | read right by the ResNet all the same |",
            "|---|---:|---:|",
            *(_said_row(name, results[name]) for name in NOT_ONLY_DIGITS),
            "",
        ]
    )


def read(composed: Picture, network: Classifier) -> Result:
    """Read a picture, and compare it with what was written."""
    try:
        photo = read_photo(composed.data)
    except PhotoError:
        return Result(False, False, True, False)
    read = [network.predict(np.stack(line.digits)) for line in photo.lines]
    numbers = tuple("".join(map(str, each.argmax(1))) for each in read)
    said = any(
        outlier.score(np.stack(line.digits)).max() >= outlier.THRESHOLD
        or photo_doubts(photo, line)
        or each.max(1).min() < SURE
        for line, each in zip(photo.lines, read, strict=True)
    )
    split = [*map(len, numbers)] == [*map(len, composed.numbers)]
    return Result(numbers == composed.numbers, split, bool(said), composed.other_ink)


def _row(name: str, results: list[Result]) -> str:
    counts = (
        sum(result.right for result in results),
        sum(result.split for result in results),
        sum(not result.right and not result.said for result in results),
        sum(result.right and result.said and not result.other_ink for result in results),
    )
    return f"| {name} | " + " | ".join(_share(Score(len(results), count)) for count in counts) + " |"


def _said_row(name: str, results: list[Result]) -> str:
    counts = sum(result.said for result in results), sum(result.right for result in results)
    return f"| {name} | " + " | ".join(_share(Score(len(results), count)) for count in counts) + " |"


def _share(score: Score) -> str:
    low, high = score.interval
    return f"{100 * score.accuracy:.1f} % ({100 * low:.1f} to {100 * high:.1f}), {score.correct} of {score.n}"


if __name__ == "__main__":
    run_command(main)
