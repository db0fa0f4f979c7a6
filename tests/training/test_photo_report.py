"""Composed pictures hold what they say, and are read; the document has every kind of them."""

from __future__ import annotations

import numpy as np
import pytest

from digits.photo import numbers_from_photo
from digits.picture import decode
from digits.samples import DIGITS
from training import photo_report
from training.augment.numbers import Composer
from training.augment.photos import KINDS, NOT_ONLY_DIGITS, picture
from training.data.unipen import PenDrawing
from training.photo_report import REPORT, Result, measured, table

SAMPLES = [PenDrawing(str(digit), tuple(map(np.array, strokes))) for digit, strokes in DIGITS.items()]


def composed(name: str, seed: int):
    return picture(Composer(SAMPLES), KINDS[name], np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("wide gaps, up to two and a half heights", 1),
        ("two to six lines", 2),
        ("in a box", 3),
        ("reaching the edge", 4),
    ],
)
def test_every_number_on_a_picture_has_as_many_digits_as_were_written(name, seed):
    photo = composed(name, seed)
    assert [len(line.digits) for line in numbers_from_photo(photo.data)] == [len(number) for number in photo.numbers]


def test_the_document_has_a_row_for_every_kind():
    rows = {line.split(" | ")[0].removeprefix("| ") for line in REPORT.read_text(encoding="utf-8").splitlines()}
    assert set(KINDS) <= rows


def test_kinds_have_the_lines_digits_and_other_ink_that_they_promise():
    assert 2 <= len(composed("two to six lines", 0).numbers) <= 6
    assert 10 <= len(composed("ten to twenty digits", 0).numbers[0]) <= 20
    assert composed("with a sign", 0).other_ink and not composed("pencil", 0).other_ink
    assert decode(composed("28 x 28, grey and noisy", 0).data).shape == (28, 28)


def test_a_slash_or_a_word_counts_as_right_where_it_is_said_and_is_no_part_of_the_other_shares():
    silent_there = {name: [Result(name not in NOT_ONLY_DIGITS, True, False, False)] for name in KINDS}
    said_there = {name: [Result(name not in NOT_ONLY_DIGITS, True, name in NOT_ONLY_DIGITS, False)] for name in KINDS}
    for results, share in ((silent_there, "0.0 %"), (said_there, "100.0 %")):
        rows = table(results).splitlines()
        assert all(
            next(r for r in rows if r.startswith(f"| {name} | ")).split("| ")[2].startswith(share)
            for name in NOT_ONLY_DIGITS
        )
        assert all("100.0 %" in row for row in rows if row.startswith("| **all"))


def test_an_interrupted_report_continues_and_a_change_of_what_reads_begins_anew(tmp_path, monkeypatch):
    read: list[tuple[str, int]] = []

    def measure(_composer, name, number, _network):
        if len(read) == stops_after:
            raise KeyboardInterrupt
        read.append((name, number))
        return Result(True, True, False, False)

    monkeypatch.setattr(photo_report, "measure", measure)
    stops_after = len(KINDS) + 3
    with pytest.raises(KeyboardInterrupt):
        measured(Composer(SAMPLES), 2, tmp_path)
    stops_after = -1
    whole = measured(Composer(SAMPLES), 2, tmp_path)
    assert len(read) == len(set(read)) == 2 * len(KINDS) and whole == measured(Composer(SAMPLES), 2, tmp_path)
    monkeypatch.setattr(photo_report, "_version", lambda: "another")
    measured(Composer(SAMPLES), 1, tmp_path)
    assert len(read) == 3 * len(KINDS)
