"""Throws damaged and forged data at everything that takes bytes; each must be answered or refused by its own error.

    python -m tests.fuzz --cases 100000 --seed 1

Every case is made from a sound one by a few mutations, from a seed, so that it can be made again; tests/test_fuzz.py
runs a short round. What may come out is written beside each target; anything else stops the run and names the case.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
from PIL import Image

from models import ink
from models.digit import from_canvas, from_png
from models.photo import from_photo
from models.picture import PhotoError
from models.weights import WeightsError, read_card, verified
from tests.browser import ROOT
from tests.drawings import photo, placed
from training.data import DataError
from training.strokes import read_unipen

KINDS = ("answered", "refused", "slowest")
REPORT = ROOT / "docs" / "measured" / "fuzz.md"
SLOWEST = 20.0  # seconds for one case; the first link waits for TensorFlow
ROW = 4 * 280  # bytes in a row of the canvas
MOST = 700  # MB of memory more than before; the first link brings in TensorFlow and the networks
LINKS = (
    b"panel=Inside&network=RNN&recipe=on+MNIST+alone",
    b"panel=Poke+it&poke=Rotate&raw=true",
    b"networks=MLP&networks=CNN",
)
STROKES = """.VERSION 1.0
.COORD X Y
.SEGMENT DIGIT 0-1 OK "7"
.PEN_DOWN
1 2
3 4
.PEN_UP
.DT 3
.PEN_DOWN
5 6
7 8
.PEN_UP
"""


@dataclass(frozen=True)
class Target:
    """Something that takes bytes.

    examples: sound ones; take: what is done with bytes, given a folder to put them in.
    refusal: the error by which it may refuse them. weight: its share of the cases; slow ones get fewer.
    """

    examples: tuple[bytes, ...]
    take: Callable[[bytes, Path], object]
    refusal: type[Exception]
    weight: int = 10


def _pictures(kinds: tuple[str, ...]) -> tuple[bytes, ...]:
    drawing = Image.fromarray(ink.draw(placed(4), 18, 280, 280))
    found = []
    for kind in kinds:
        file = io.BytesIO()
        (drawing if kind in ("PNG", "WEBP") else drawing.convert("RGB")).save(file, kind)
        found.append(file.getvalue())
    return tuple(found)


def _from_pixels(data: bytes, folder: Path) -> object:
    """Pixels as they come out of a picture's decoder, in whole rows."""
    return from_canvas(np.frombuffer(data[: len(data) // ROW * ROW], np.uint8).reshape(-1, ROW // 4, 4))


def _from_strokes(data: bytes, folder: Path) -> object:
    objects = json.loads(data.decode("utf-8", "replace"))
    return from_canvas(ink.draw(*ink.from_fabric(objects), 280, 280))


def _from_stroke_file(data: bytes, folder: Path) -> object:
    (folder / "digits.dat").write_bytes(data)
    return read_unipen(folder / "digits.dat")


def _from_card(data: bytes, folder: Path) -> object:
    (folder / "book" / "mlp.json").write_bytes(data)
    return read_card("mlp", "book")


def _from_weights(data: bytes, folder: Path) -> object:
    (folder / "book" / "cnn.weights.h5").write_bytes(data)
    return verified("cnn", "book")


def _from_link(data: bytes, folder: Path) -> object:
    """The page, opened by a link with this query."""
    from tests.page import opened

    page = opened(parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True))
    assert not page.exception, page.exception[0].value
    return page


def targets() -> dict[str, Target]:
    """All of them, by what they take."""
    book = ROOT / "weights" / "book"
    strokes = json.dumps(ink.to_fabric(placed(4), 18)).encode()
    return {
        "canvas picture": Target(_pictures(("PNG", "JPEG")), lambda data, _: from_canvas(from_png(data)), ValueError),
        "canvas pixels": Target((ink.draw(placed(4), 18, 280, 280).tobytes(),), _from_pixels, ValueError),
        "canvas strokes": Target((strokes,), _from_strokes, ValueError),
        "photo": Target(
            (photo(4), *_pictures(("PNG", "WEBP", "GIF", "BMP"))), lambda d, _: from_photo(d), PhotoError, 1
        ),
        "stroke file": Target((STROKES.encode(),), _from_stroke_file, DataError),
        "card": Target(((book / "mlp.json").read_bytes(),), _from_card, WeightsError),
        "link": Target(LINKS, _from_link, ValueError, 1),
        "weights": Target(((book / "cnn.weights.h5").read_bytes()[:4000],), _from_weights, WeightsError),
    }


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """A few changes: bytes flipped, set, cut out, doubled, numbers made large, the end cut off."""
    found = bytearray(data)
    for _ in range(random.integers(1, 6)):
        if not found:
            break
        place, length = int(random.integers(len(found))), int(random.integers(1, 9))
        kind = random.integers(6)
        if kind == 0:
            found[place] ^= 1 << int(random.integers(8))
        elif kind == 1:
            found[place : place + length] = bytes([int(random.choice([0, 255, 127, 128]))]) * length
        elif kind == 2:
            del found[place : place + length]
        elif kind == 3:
            found[place:place] = found[place : place + 8 * length]
        elif kind == 4:
            found[place:place] = random.choice([b"-1", b"1e999", b"NaN", b"99999999999999999999", b"[[", b'"', b"null"])
        elif random.random() < 0.2:
            del found[place:]
    return bytes(found)


def fuzz(name: str, target: Target, cases: int, seed: int, folder: Path) -> Counter:
    """Runs the cases of one target; returns how many were answered and refused, and the slowest in ms (KINDS).

    Raises AssertionError, with the case's number, for any other outcome and for one that takes too much time or memory.
    """
    outcomes: Counter = Counter()
    before = _memory()
    for case in range(cases):
        random = np.random.default_rng([seed, case])
        data = mutated(target.examples[case % len(target.examples)], random)
        begin = time.perf_counter()
        try:
            target.take(data, folder)
            outcomes["answered"] += 1
        except target.refusal:
            outcomes["refused"] += 1
        except Exception as error:
            raise AssertionError(f"{name}, seed {seed}, case {case}: {type(error).__name__}: {error}") from error
        seconds = time.perf_counter() - begin
        assert seconds < SLOWEST, f"{name}, seed {seed}, case {case}: {seconds:.1f} s"
        assert _memory() < before + MOST, f"{name}, seed {seed}, case {case}: {_memory() - before:.0f} MB more"
        outcomes["slowest"] = max(outcomes["slowest"], round(1000 * seconds))
    return outcomes


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000, help="in all, shared among the targets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"keep the report in {REPORT.relative_to(ROOT)}")
    options = parser.parse_args()
    rows = ["| | cases | answered | refused | slowest, ms |", "|---|---:|---:|---:|---:|"]
    total = 0
    with tempfile.TemporaryDirectory() as name:
        folder = prepared(Path(name))
        whole = sum(target.weight for target in targets().values())
        for target, what in targets().items():
            cases = -(-options.cases * what.weight // whole)
            found = fuzz(target, what, cases, options.seed, folder)
            rows.append(f"| {target} | {' | '.join(f'{n:,}' for n in (cases, *(found[kind] for kind in KINDS)))} |")
            print(rows[-1], flush=True)
            total += cases
    report = f"{total:,} cases, seed {options.seed}, memory at most {_memory():.0f} MB.\n\n" + "\n".join(rows) + "\n"
    print(report)
    if options.write:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        heading = f"Written by `python -m tests.fuzz --cases {options.cases} --seed {options.seed} --write` on "
        REPORT.write_text(f"{heading}{time.strftime('%Y-%m-%d')}.\n\n{report}", encoding="utf-8")
    return 0


def _memory() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def prepared(folder: Path) -> Path:
    """A folder with a copy of what the targets read, and the page's weights looked for in it."""
    import shutil

    from models import weights

    shutil.copytree(ROOT / "weights" / "book", folder / "book")
    weights.WEIGHTS = folder
    return folder


if __name__ == "__main__":
    sys.exit(main())
