"""Composed photos of numbers on paper are read as numbers, and what the document says is kept."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from digits.photo import number_from_photo
from digits.picture import decode
from digits.samples import DIGITS
from training.augment.numbers import Composer
from training.data.dataset import DataError
from training.data.pen_digits import pendigits
from training.data.unipen import PenDrawing
from training.photo_report import KINDS, REPORT, SETTING, photo

SAMPLES = [PenDrawing(str(digit), tuple(map(np.array, strokes))) for digit, strokes in DIGITS.items()]


@pytest.mark.parametrize("name", ["a pen, light from one side", "a pen on squared paper"])
def test_a_number_on_paper_has_as_many_digits_as_were_written(name):
    random, composer = np.random.default_rng(1), Composer(SAMPLES)
    number = composer.number(replace(SETTING, lengths=(3, 3), widest_brush=0.08), random)
    assert len(number_from_photo(photo(number, KINDS[name], random))) == 3


def test_light_falls_off_and_ink_is_darker_than_the_paper_around_it():
    random = np.random.default_rng(2)
    kind = replace(KINDS["a pen in a dim room"], falls_off=(0.5, 0.5))
    grey = decode(photo(Composer(SAMPLES).number(SETTING, random), kind, random)).astype(float)
    corners = [grey[y, x].mean() for y in (slice(40), slice(-40, None)) for x in (slice(40), slice(-40, None))]
    assert max(corners) > 1.3 * min(corners) and grey.min() < 0.6 * np.median(grey)


@pytest.mark.slow
def test_of_twenty_photos_of_writers_whom_nothing_was_trained_on_nineteen_are_split_right():
    try:
        composer = Composer(pendigits("tes"))
    except DataError as error:
        pytest.skip(str(error))
    random, right = np.random.default_rng(3), 0
    for _ in range(20):
        number = composer.number(replace(SETTING, widest_brush=0.08), random)
        right += len(number_from_photo(photo(number, KINDS["a pen, light from one side"], random))) == len(
            number.labels
        )
    assert right >= 19


def test_the_document_holds_every_kind_of_photo_and_at_least_97_of_100_are_split_right():
    rows = re.findall(r"^\| (.+?) \| .*?, (\d+) of (\d+) \| ", REPORT.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name, *_ in rows] == list(KINDS)
    assert all(int(right) >= 0.97 * int(n) for _, right, n in rows)
