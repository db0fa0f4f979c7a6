"""Who wrote the pen digits: writers are split, not digits, so that nobody who is trained on is validated on."""

from __future__ import annotations

import numpy as np

from digits import from_canvas
from training.dataset import Digits
from training.pen_strokes import PenDigit, draw_on_canvas, pendigits, unipen

HELD_OUT = 7  # every seventh writer is kept for validation
SEED = 2  # of the brushes with which held-out digits are drawn


def writers(held_out: bool) -> list[PenDigit]:
    """The pen digits of the writers held out for validation, or of the training writers; test writers are neither.

    Raises DataError if a collection is missing or damaged.
    """
    chosen = []
    for collection in (pendigits("tra"), unipen()):
        names = sorted({pen_digit.writer for pen_digit in collection})
        validation = set(names[HELD_OUT // 2 :: HELD_OUT])
        chosen += [pen_digit for pen_digit in collection if (pen_digit.writer in validation) == held_out]
    return chosen


def held_out() -> Digits:
    """Digits of the writers held out for validation, drawn on a canvas, without augmentation."""
    return drawn(writers(held_out=True), SEED)


def drawn(pen_digits: list[PenDigit], seed: int) -> Digits:
    """Pen digits drawn on the canvas and normalized; the few with too little ink are dropped."""
    pairs = zip(map(from_canvas, draw_on_canvas(pen_digits, seed)), pen_digits, strict=True)
    digits, labels = zip(*((digit, pen_digit.label) for digit, pen_digit in pairs if digit is not None), strict=True)
    return Digits(np.stack(digits), np.array(labels, np.uint8))
