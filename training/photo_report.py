"""Measures how numbers on photos of paper are read: written by people that nothing here was trained on.

    python -m training.photo_report            prints the table
    python -m training.photo_report --write    writes docs/measured/photos.md

Digits of the 14 writers of pendigits-orig.tes, composed into numbers by training.augment.numbers and written with a
pen on white paper: with its grain, light from one side, a shadow's edge, a slight turn, blur, noise, and JPEG. The way
from there is the page's: digits.photo.number_from_photo.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

import recognition
from digits.photo import number_from_photo
from digits.picture import PhotoError
from recognition.card import Score
from training.augment.numbers import Composer, Number, Setting
from training.data.pen_digits import pendigits
from training.engine.command import report_command, run_command

REPORT = Path(__file__).resolve().parent.parent / "docs" / "measured" / "photos.md"
PHOTOS = 100  # of each kind
SEED = 11
READER = "resnet"
WIDTH, HEIGHT = 960, 720  # pixels of a photo
SHARE = (0.25, 0.8)  # of the photo's width that the number takes
TALLEST = 0.5  # share of the photo's height that it takes at most
TURN = 4.0  # degrees, at most
SETTING = Setting(gaps=(0.1, 0.45), canvases=((960, 360),))


@dataclass(frozen=True)
class Kind:
    """A kind of photo.

    pen: the width of its lines, as a share of the number's height. ink, falls_off: how much of the light the ink
    absorbs, and how much of it is missing at the darker side, as shares. noise: standard deviation, of 255.
    squares: the side of printed squares, in pixels; 0 for white paper.
    """

    pen: tuple[float, float] = (0.04, 0.1)
    ink: tuple[float, float] = (0.55, 0.85)
    falls_off: tuple[float, float] = (0.1, 0.4)
    noise: float = 4.0
    squares: int = 0


KINDS = {
    "a pen, light from one side": Kind(),
    "a marker": Kind(pen=(0.12, 0.2)),
    "a pencil": Kind(pen=(0.025, 0.05), ink=(0.25, 0.45), falls_off=(0.0, 0.25)),
    "a pen in a dim room": Kind(falls_off=(0.4, 0.7), noise=7.0),
    "a pen on squared paper": Kind(ink=(0.6, 0.85), squares=48),
}


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.photo_report", description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=int, default=PHOTOS, help="how many of each kind")
    return report_command(parser, REPORT, lambda options: measured(Composer(pendigits("tes")), options.photos))


def measured(composer: Composer, photos: int) -> str:
    """The report, as Markdown."""
    lines = [
        "Written by `python -m training.photo_report --write`. Composed photos of numbers of 2 to 5 digits by the 14 "
        "writers of pendigits-orig.tes, who are not trained on; gaps of 0.1 to 0.45 of the number's height. In "
        "brackets the 95 % interval (Wilson).\n",
        "| photos | as many digits as were written | read right by the ResNet |",
        "|---|---:|---:|",
    ]
    network = recognition.load(READER, "drawn")
    for name, kind in KINDS.items():
        random, counts = np.random.default_rng(SEED), np.zeros(2, int)
        for _ in range(photos):
            number = composer.number(replace(SETTING, widest_brush=random.uniform(*kind.pen)), random)
            digits = _digits(photo(number, kind, random))
            read = tuple(network.predict(np.stack(digits)).argmax(1).tolist()) if digits else ()
            counts += len(digits) == len(number.labels), read == number.labels
        lines.append(f"| {name} | " + " | ".join(_share(Score(photos, int(count))) for count in counts) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines) + "\n"


def photo(number: Number, kind: Kind, random: np.random.Generator) -> bytes:
    """A photo of a number on paper, as a JPEG."""
    from scipy import ndimage

    share = _ink(number, random)
    rows, columns = np.mgrid[-0.5 : 0.5 : HEIGHT * 1j, -0.5 : 0.5 : WIDTH * 1j]
    angle = random.uniform(0, 2 * np.pi)
    across = rows * np.sin(angle) + columns * np.cos(angle)
    light = random.uniform(200, 245) * (1 - random.uniform(*kind.falls_off) * (across + 0.5))
    edge = random.uniform(-0.4, 0.4)  # of a soft shadow
    light *= 1 - random.uniform(0, 0.15) / (1 + np.exp((across - edge) / 0.02))
    grain = ndimage.gaussian_filter(random.normal(0, 1, (HEIGHT, WIDTH)), 1)
    light *= 1 + 0.015 * grain / grain.std()
    if kind.squares:
        share = np.maximum(share, _squares(kind.squares, random))
    picture = ndimage.gaussian_filter(light * (1 - random.uniform(*kind.ink) * share), random.uniform(0.5, 1.5))
    picture += random.normal(0, kind.noise, picture.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=int(random.integers(60, 92)))
    return file.getvalue()


def _ink(number: Number, random: np.random.Generator) -> np.ndarray:
    """Where the pen was, float (HEIGHT, WIDTH) from 0 to 1."""
    ink = number.ink
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(random.uniform(*SHARE) * WIDTH / ink.shape[1], TALLEST * HEIGHT / ink.shape[0])
    size = [round(scale * side) for side in reversed(ink.shape)]
    written = Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)
    paper = Image.new("L", (WIDTH, HEIGHT))
    margin = 0.06
    left, top = (
        int(random.uniform(margin * room, max(margin * room, (1 - margin) * room - used)))
        for room, used in zip((WIDTH, HEIGHT), size, strict=True)
    )
    paper.paste(written, (left, top))
    turned = paper.rotate(random.uniform(-TURN, TURN), Image.Resampling.BICUBIC)
    return np.asarray(turned, float) / 255


def _squares(side: int, random: np.random.Generator) -> np.ndarray:
    """Printed squares, float (HEIGHT, WIDTH), as shares of the pen's ink; they are turned as little as the number."""
    lines = np.zeros((2 * HEIGHT, 2 * WIDTH), np.uint8)
    for width in range(2):
        lines[width::side] = lines[:, width::side] = 255
    paper = Image.fromarray(lines).rotate(random.uniform(-TURN, TURN), Image.Resampling.BICUBIC)
    paper = paper.crop((WIDTH // 2, HEIGHT // 2, WIDTH // 2 + WIDTH, HEIGHT // 2 + HEIGHT))
    return random.uniform(0.15, 0.35) * np.asarray(paper, float) / 255


def _digits(data: bytes) -> list[np.ndarray]:
    try:
        return number_from_photo(data)
    except PhotoError:
        return []


def _share(score: Score) -> str:
    low, high = score.interval
    return f"{100 * score.accuracy:.1f} % ({100 * low:.1f} to {100 * high:.1f}), {score.correct} of {score.n}"


if __name__ == "__main__":
    run_command(main)
