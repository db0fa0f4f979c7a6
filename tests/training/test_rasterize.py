"""Pen digits drawn at their final size look as they do when they are drawn on the canvas."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from tests.drawings import DIGITS, placed
from training.augment.rasterize import rasterize, simplify_strokes, sketched
from training.data.unipen import PenDrawing

PEN_DIGITS = [PenDrawing(str(digit), tuple(placed(digit)), "somebody") for digit in DIGITS]


def on_canvas(pen_digit: PenDrawing, brush: float, extent: float) -> np.ndarray:
    points = np.concatenate(pen_digit.strokes)
    low, high = points.min(0), points.max(0)
    scale = (extent - brush) / (high - low).max()
    strokes = [(stroke - low) * scale + brush / 2 + 20 for stroke in pen_digit.strokes]
    return from_canvas(draw_strokes(strokes, brush, 280, 280))


@pytest.mark.parametrize("brush", [10, 18, 30])
def test_sketches_are_nearly_what_the_canvas_gives(brush):
    """A side may be rounded to one pixel more or less, which moves everything behind it; most are alike."""
    apart, ink = [], []
    for pen_digit in PEN_DIGITS:
        for extent in (130, 180, 235):
            canvas, sketch = (draw(pen_digit, brush, extent).astype(float) for draw in (on_canvas, sketched))
            shifts = [np.roll(sketch, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
            apart.append(min(np.abs(canvas - shifted).mean() for shifted in shifts))
            ink.append(sketch.sum() / canvas.sum())
    assert np.quantile(apart, 0.9) < 8 and np.mean(apart) < 3, "of 255, over all pixels"
    assert np.mean(ink) == pytest.approx(1, abs=0.06)


def test_thinned_strokes_keep_their_ends_and_their_look():
    dense = PenDrawing("3", tuple(np.repeat(stroke, 3, axis=0) for stroke in PEN_DIGITS[3].strokes), "w", "s")
    sparse = simplify_strokes(dense)
    assert sum(map(len, sparse.strokes)) <= sum(map(len, PEN_DIGITS[3].strokes)) and sparse.source == "s"
    for before, after in zip(dense.strokes, sparse.strokes, strict=True):
        assert np.array_equal(before[[0, -1]], after[[0, -1]])
    assert np.abs(sketched(dense, 18, 200).astype(int) - sketched(sparse, 18, 200)).mean() < 2


def test_a_dot_is_no_digit_and_the_same_seed_draws_alike():
    assert rasterize(PenDrawing("1", (np.ones((3, 2)),)), np.random.default_rng(0)) is None
    first, again = (rasterize(PEN_DIGITS[5], np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)
