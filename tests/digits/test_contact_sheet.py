"""A contact sheet shows every digit, larger, with its text below it and none beside the others'."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from digits.contact_sheet import MARGIN, Cell, contact_sheet
from digits.samples import sample_digit


def decoded(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_each_digit_is_in_its_place_with_coloured_text_below_it():
    digits = [sample_digit(name) for name in ("3", "5", "7")]
    sheet = decoded(contact_sheet([Cell(digit, [("M", "red")]) for digit in digits], columns=2, side=56, width=70))
    height, width = sheet.shape[0] // 2, sheet.shape[1] // 2
    assert width == 70 + 2 * MARGIN
    for place, digit in enumerate(digits):
        top, left = place // 2 * height + MARGIN, place % 2 * width + MARGIN
        np.testing.assert_array_equal(sheet[top : top + 56 : 2, left : left + 56 : 2, 0], digit)
        text = sheet[top + 56 : top + height - 2 * MARGIN, left : left + 70].reshape(-1, 3)
        assert [255, 0, 0] in text.tolist()
    assert (sheet[height:, width:] == 255).all(), "no fourth"


def test_without_digits_it_is_a_white_picture():
    assert (decoded(contact_sheet([], columns=3, side=28)) == 255).all()
