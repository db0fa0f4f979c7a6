"""A number on paper is read from a photo; a photo of one digit gives what it gave."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from digits.photo import from_photo, number_from_photo
from digits.strokes import draw_strokes
from recognition import load
from tests.drawings import photo, placed


def paper(text: str, size: float = 90, gap: float = 20, brush: float = 7) -> bytes:
    """A photo of a number, dark ink on grey paper with a shadow, as a JPEG."""
    left, strokes = 30.0, []
    for digit in text:
        drawn = placed(int(digit), size, 0, 90)
        low = min(stroke[:, 0].min() for stroke in drawn)
        drawn = [stroke + (left - low, 0) for stroke in drawn]
        left = max(stroke[:, 0].max() for stroke in drawn) + gap
        strokes += drawn
    width = int(left) + 40
    ink = Image.fromarray(draw_strokes(strokes, brush, width, 280)[..., 3]).resize((3 * width, 840))
    share = np.asarray(ink.filter(ImageFilter.GaussianBlur(1)), float) / 255
    ground = 215 - np.linspace(0, 70, 3 * width)[None, :] + np.random.default_rng(0).normal(0, 3, (840, 3 * width))
    file = io.BytesIO()
    Image.fromarray(np.clip(ground * (1 - 0.7 * share), 0, 255).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize("text", ["42", "2026", "318", "90"])
@pytest.mark.parametrize("gap", [16, 45])
def test_a_number_on_a_photo_is_read(text, gap):
    digits = np.stack(number_from_photo(paper(text, gap=gap)))
    assert "".join(map(str, load("resnet", "drawn").predict(digits).argmax(1))) == text


@pytest.mark.parametrize("digit", [0, 4, 5, 7])
def test_one_digit_on_a_photo_stays_what_it_was(digit):
    (found,) = number_from_photo(photo(digit))
    np.testing.assert_array_equal(found, from_photo(photo(digit)))


def test_what_is_far_away_or_much_smaller_is_no_digit_of_the_number():
    strokes = [*placed(7, 120, 20, 80), np.array([(400.0, 60), (405, 70)]), *placed(3, 30, 470, 230)]
    ink = np.asarray(Image.fromarray(draw_strokes(strokes, 8, 560, 280)[..., 3]), float) / 255
    file = io.BytesIO()
    Image.fromarray((210 * (1 - 0.7 * ink)).astype(np.uint8)).save(file, "PNG")
    assert len(number_from_photo(file.getvalue())) == 1
