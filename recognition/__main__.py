"""Classify digits, or numbers, in picture files: photos, screenshots, or 28x28 pictures as in MNIST.

python -m recognition IMAGE ... [--network cnn] [--recipe drawn] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

import recognition
from digits.photo import number_from_photo
from digits.picture import MAX_PHOTO_BYTES, PhotoError
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import outlier
from recognition.prediction import Prediction, confidence_in_number, number_of
from recognition.recipes import RECIPES
from recognition.report import number_report
from recognition.store import WeightsError, default_recipe


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 1 if a file could not be classified, 2 if no network can answer."""
    options = _parse(arguments)
    try:
        classifiers = [recognition.load(key, options.recipe) for key in options.network or DEFAULT_NETWORKS]
        outlier.detector()
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 2
    failures = 0
    for name in options.images:
        try:
            digits = number_from_photo(_read(Path(name)))
        except (OSError, PhotoError) as error:
            failures += 1
            _print_error(name, str(error), options.json)
            continue
        predictions = [[classifier.predict_one(digit) for classifier in classifiers] for digit in digits]
        scores = outlier.score(np.stack(digits)).tolist()
        print(
            json.dumps({"file": name} | number_report(predictions, scores))
            if options.json
            else _line(name, predictions, scores)
        )
    return 1 if failures else 0


def _read(path: Path) -> bytes:
    """The file, or as much of it as shows that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_PHOTO_BYTES + 1)


def _print_error(name: str, problem: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": name, "error": problem}))
    else:
        print(f"{name}: {problem}", file=sys.stderr)


def _line(name: str, predictions: list[list[Prediction]], scores: list[float]) -> str:
    """A line with the file, each network's digit or number, and its confidence."""
    cells = [
        f"{NETWORKS[each[0].network].title} {number_of(each)} ({100 * confidence_in_number(each):.1f} %)"
        for each in zip(*predictions, strict=True)
    ]
    warning = "  may not be a digit" if min(scores) >= outlier.THRESHOLD else ""
    return f"{name}: {', '.join(cells)}{warning}"


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m recognition", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="JPEG, PNG, WEBP, GIF or BMP")
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
