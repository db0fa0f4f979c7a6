"""Digits to rehearse while a trained network learns from a few drawings: what there is of what it learned from.

The page's own samples, in other people's styles, are always there; MNIST's and pen digits where DIGIT_DATA has them.
No labels are needed: the targets are what the network answered before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import numpy as np

from digits.samples import SAMPLES
from training.augment import vary_strokes
from training.dataset import DataError, data_folder
from training.mnist import mnist
from training.pen_strokes import PenDigit, pendigits
from training.sketch import sketch
from training.styles import restyle

NO_DIGITS = ("a 3 or an 8?", "the letter A", "a house")  # among the samples
STYLES = 50  # of each sample
HELD_OUT_STYLES = 6
SEED = 7
MNIST_DIGITS, PEN_DIGITS = 1_500, 1_500  # of the training digits


def samples() -> list[PenDigit]:
    """The page's samples that are digits, as pen strokes."""
    return [
        PenDigit(int(name[0]), tuple(np.array(stroke) for stroke in strokes))
        for name, strokes in SAMPLES.items()
        if name not in NO_DIGITS
    ]


def earlier(random: np.random.Generator) -> np.ndarray:
    """Digits to rehearse, uint8 (n, 28, 28); some hundred are made of the samples in about half a second."""
    parts = [_in_styles(samples() * STYLES, random)[0]]
    with contextlib.suppress(DataError):  # rehearsing goes without them
        if data_folder():
            pens = pendigits("tra")
            parts.append(_in_styles([pens[i] for i in random.choice(len(pens), PEN_DIGITS, replace=False)], random)[0])
            known = mnist().train.digits
            parts.append(known[random.choice(len(known), MNIST_DIGITS, replace=False)])
    return np.concatenate(parts)


def held_out_samples() -> tuple[np.ndarray, np.ndarray]:
    """Samples in other styles, to hold out where nothing else is: uint8 (n, 28, 28), int64 (n,)."""
    return _in_styles(samples() * HELD_OUT_STYLES, np.random.default_rng(SEED))


def _in_styles(pens: Sequence[PenDigit], random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each in another person's style, and their labels; what is only a dot is left out."""
    drawn = [(sketch(vary_strokes(restyle(pen, random), random), random), pen.label) for pen in pens]
    kept = [(digit, label) for digit, label in drawn if digit is not None]
    return np.stack([digit for digit, _ in kept]), np.array([label for _, label in kept], np.int64)
