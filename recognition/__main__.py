"""Classify digits, or numbers, in picture files: photos, scans, screenshots, or 28x28 pictures as in MNIST.

python -m recognition IMAGE ... [--network cnn] [--recipe drawn] [--json]

IMAGE is a file, a folder, a pattern such as '*.png', or - for standard input. Each file gives one line; the numbers of
several lines on a page are divided by " / ". A file that cannot be read is named, and the others are read all the same.
"""

from __future__ import annotations

import argparse
import glob
import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import recognition
from digits.lines import Line
from digits.photo import Reading, read_photo
from digits.picture import FORMATS, MAX_PHOTO_BYTES, SUFFIXES, PhotoError
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import outlier
from recognition.classifier import Classifier
from recognition.prediction import SURE, Prediction, confidence_in_number, number_of
from recognition.recipes import RECIPES
from recognition.report import number_report, photo_report
from recognition.store import WeightsError, default_recipe


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 1 if a file could not be classified, 2 if no network can answer."""
    for stream in (sys.stdout, sys.stderr):  # a console may lack the letters of a file's name
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parse(arguments)
    try:
        classifiers = [recognition.load(key, options.recipe) for key in options.network or DEFAULT_NETWORKS]
        outlier.detector()
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 2
    failures = 0
    for name, path in _files(options.images):
        try:
            photo = read_photo(_read(path))
        except (OSError, PhotoError) as error:
            failures += 1
            _print_error(name, _words(error), options.json)
            continue
        answers = [_answer(line, classifiers) for line in photo.lines]
        if options.json:
            reports = [number_report(predictions, scores) for predictions, scores in answers]
            print(json.dumps({"file": name} | photo_report(reports, photo)), flush=True)
        else:
            print(_line(name, photo, answers), flush=True)
    return 1 if failures else 0


Answer = tuple[list[list[Prediction]], list[float]]  # of a line: for each digit its predictions, and its outlier score


def _answer(line: Line, classifiers: Sequence[Classifier]) -> Answer:
    predictions = [[classifier.predict_one(digit) for classifier in classifiers] for digit in line.digits]
    return predictions, outlier.score(np.stack(line.digits)).tolist()


def _files(names: Sequence[str]) -> Iterator[tuple[str, Path | None]]:
    """The files that the command line names, and how each is called; None for standard input.

    What does not exist, or holds no picture, is among them: reading it gives the error.
    """
    for name in names:
        path = Path(name)
        if name == "-":
            yield "standard input", None
        elif path.is_dir():
            found = sorted(file for file in path.iterdir() if file.suffix.lower().lstrip(".") in SUFFIXES)
            yield from ((str(file), file) for file in found or [path])
        elif not path.exists() and glob.has_magic(name):  # a shell on Windows leaves patterns to the program
            matches = sorted(glob.glob(name, recursive=True))
            yield from ((match, Path(match)) for match in matches or [name])
        else:
            yield name, path


def _read(path: Path | None) -> bytes:
    """The file, or as much of it as shows that it is too large."""
    if path is None:
        return sys.stdin.buffer.read(MAX_PHOTO_BYTES + 1)
    if path.is_dir():
        raise PhotoError(f"Expected pictures in this folder ({', '.join(SUFFIXES)}), found none in {path.resolve()}.")
    with path.open("rb") as file:
        return file.read(MAX_PHOTO_BYTES + 1)


def _words(error: Exception) -> str:
    """Return what is wrong; of a missing file also where it was looked for."""
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        return f"Expected a file, found none at {Path(error.filename).absolute()}."
    return f"Expected a file that can be read, got: {error.strerror}." if isinstance(error, OSError) else str(error)


def _print_error(name: str, problem: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": name, "error": problem}))
    else:
        print(f"{name}: {problem}", file=sys.stderr)


def _line(name: str, photo: Reading, answers: Sequence[Answer]) -> str:
    """A line with the file, each network's digit or number, and its confidence; of several lines all numbers."""
    cells = []
    for networks in zip(*([*zip(*predictions, strict=True)] for predictions, _ in answers), strict=True):
        title = NETWORKS[networks[0][0].network].title
        read = " / ".join(f"{number_of(each)} ({100 * confidence_in_number(each):.1f} %)" for each in networks)
        cells.append(f"{title} {read}")
    doubts = []
    if max(max(scores) for _, scores in answers) >= outlier.THRESHOLD:
        doubts.append("may not be a digit")
    means = [np.mean([each.probabilities for each in digit], axis=0) for digits, _ in answers for digit in digits]
    if min(mean.max() for mean in means) < SURE:
        doubts.append("a digit is uncertain")
    if any(line.unread for line in photo.lines):
        doubts.append(f"more ink on {'this' if len(photo.lines) == 1 else 'a'} line was not read")
    if any(line.is_doubtful for line in photo.lines):
        doubts.append("may be a part of a digit, or two that touch")
    if any(line.has_slash for line in photo.lines):
        doubts.append("a 1 may be a slash")
    if photo.unread:
        doubts.append("other ink was not read")
    return "  ".join([f"{name}: {', '.join(cells)}", *doubts])


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m recognition", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = ", ".join(FORMATS)
    parser.add_argument("images", nargs="+", metavar="IMAGE", help=f"file, folder, pattern or - ({kinds})")
    parser.add_argument(
        "--network",
        action="append",
        choices=NETWORKS,
        metavar="KEY",
        help=f"which network answers, may be repeated: {', '.join(NETWORKS)} (default: the first four)",
    )
    parser.add_argument("--recipe", choices=RECIPES, default=default_recipe(), help="how they were trained")
    parser.add_argument("--json", action="store_true", help="one JSON object for each file, with all probabilities")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
