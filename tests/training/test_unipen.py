"""UNIPEN files are read exactly, and damage is reported with its line."""

from __future__ import annotations

import numpy as np
import pytest

from training.data import unipen
from training.data.dataset import DataError
from training.data.pen_digits import pendigits, read_unipen

HAND_MADE = """\
.INCLUDE        nowhere.doc

.LEXICON "0" "1" "2"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0 ? "8"
.COMMENT this line is for people
.PEN_DOWN
 10  100
.COMMENT so is this, inside a stroke
 20  90
.DT 12
 30  95.5
.PEN_UP
.DT 100
.SEGMENT DIGIT 0-1 ? "?"
.SEGMENT DIGIT 1-2 OK "4"
.PEN_DOWN
 0  0
 -5 -7
.PEN_UP
.DT 40
.PEN_DOWN
 1  2
.PEN_UP
"""


@pytest.fixture
def write(tmp_path):
    """Writes a UNIPEN file; returns its path."""

    def to_file(text: str):
        path = tmp_path / "strokes.dat"
        path.write_text(text, encoding="latin-1")
        return path

    return to_file


def error_message(path) -> str:
    """The message of the error that reading this file raises; it must name the file."""
    with pytest.raises(DataError) as caught:
        read_unipen(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_small_file_is_read_exactly(write):
    first, second = read_unipen(write(HAND_MADE))
    assert first.label == 8 and [stroke.tolist() for stroke in first.strokes] == [[[10, -100], [20, -90], [30, -95.5]]]
    assert second.label == 4 and [stroke.tolist() for stroke in second.strokes] == [[[0, 0], [-5, 7]], [[1, -2]]]
    assert {stroke.dtype for stroke in first.strokes + second.strokes} == {np.dtype(np.float64)}


def test_segments_refer_to_their_strokes_by_number(write):
    strokes = "".join(f".PEN_DOWN\n {number} 0\n {number} 9\n.PEN_UP\n.DT 3\n" for number in range(9))
    (digit,) = read_unipen(write('.SEGMENT DIGIT 6-7 ? "5"\n' + strokes))
    assert [stroke.tolist() for stroke in digit.strokes] == [[[6, 0], [6, -9]], [[7, 0], [7, -9]]]


def test_columns_and_writer_are_read_from_the_file(write):
    text = '.WRITER_ID anna\n.COORD T X Y\n.SEGMENT DIGIT 0 ? "3"\n.PEN_DOWN\n700 1 2\n701 3 4\n.PEN_UP\n'
    (digit,) = read_unipen(write(text))
    assert digit.writer == "anna" and digit.strokes[0].tolist() == [[1, -2], [3, -4]]


def test_includes_are_read_only_from_the_given_folder(write, tmp_path):
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "pen.dat").write_text(".PEN_DOWN\n1 2\n.PEN_UP\n")
    path = write('.INCLUDE pen.dat\n.SEGMENT DIGIT 0 ? "3"\n')
    assert read_unipen(path, tmp_path / "include")[0].strokes[0].tolist() == [[1, -2]]
    assert "refers to strokes 0 to 0, but the file has 0" in error_message(path)


def test_y_grows_downwards_as_on_a_screen(write):
    (digit,) = read_unipen(write('.SEGMENT DIGIT 0 ? "1"\n.PEN_DOWN\n0 50\n0 10\n.PEN_UP\n'))
    (stroke,) = digit.strokes
    assert stroke[0, 1] < stroke[1, 1], "the pen moved downwards on the tablet, whose y grows upwards"


def test_a_file_that_ends_within_a_stroke_is_named_with_its_line(write):
    lines = HAND_MADE.splitlines()
    for end in (9, 12, 19):
        assert f"line {end}: the file ends in the middle of a stroke" in error_message(write("\n".join(lines[:end])))


def test_a_file_that_ends_between_strokes_is_named_with_the_segments_line(write):
    text = "\n".join(HAND_MADE.splitlines()[:21])
    message = error_message(write(text))
    assert "line 17: refers to strokes 1 to 2, but the file has 2" in message and "get it again" in message


@pytest.mark.parametrize("text", ["", "\x00\xff\xd8JFIF", "<html>\n</html>"])
def test_text_in_another_format_is_refused(write, text):
    message = error_message(write(text))
    assert "expected UNIPEN text, found no .SEGMENT in" in message and "get the file again" in message


@pytest.mark.parametrize("point", ["12", "12 abc", "\xff\xfe 3", "nan 3"])
def test_a_bad_point_is_named_with_its_line(write, point):
    message = error_message(write(f'.SEGMENT DIGIT 0 ? "1"\n.PEN_DOWN\n1 2\n{point}\n3 4\n.PEN_UP\n'))
    assert "line 4: expected a point as two numbers, got" in message


@pytest.mark.parametrize(
    "segment", ["", "DIGIT", 'DIGIT ? "1"', 'DIGIT 0-x ? "1"', "DIGIT 0 ? 1", 'DIGIT 0 ? "12"', 'DIGIT -1 ? "1"']
)
def test_a_bad_segment_is_named_with_its_line(write, segment):
    message = error_message(write(f".LEXICON\n\n.SEGMENT {segment}\n.PEN_DOWN\n1 2\n.PEN_UP\n"))
    assert "line 3: expected .SEGMENT KIND FIRST-LAST QUALITY" in message


@pytest.mark.parametrize(("first", "last"), [(0, 3), (3, 3), (2, 1), (1, 1), (0, 10**9)])
def test_a_segment_of_missing_strokes_is_named_with_its_line(write, first, last):
    strokes = ".PEN_DOWN\n1 2\n.PEN_UP\n.PEN_DOWN\n.PEN_UP\n.PEN_DOWN\n1 2\n.PEN_UP\n"  # the second is empty
    message = error_message(write(f'{strokes}.SEGMENT DIGIT {first}-{last} ? "1"\n'))
    assert f"line 9: refers to strokes {first} to {last}, but the file has 3" in message


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    assert "cannot be read (No such file or directory)" in error_message(tmp_path / "nothing.dat")
    for setting in (str(tmp_path), ""):
        monkeypatch.setenv("DIGIT_DATA", setting)
        with pytest.raises(
            DataError, match=r"no pendigits-orig\.tes in .+UCI Machine Learning Repository.+set DIGIT_DATA"
        ):
            pendigits("tes")


def test_characters_keep_their_sign_and_say_where_they_come_from(write):
    strokes = ".PEN_DOWN\n1 2\n3 4\n.PEN_UP\n"
    path = write('.SEGMENT CHARACTER 0 OK "g"\n.SEGMENT CHARACTER 0 ? "\\""\n.SEGMENT CHARACTER 0 ? "\\\\"\n' + strokes)
    characters = unipen.read_characters(path)
    assert [character.sign for character in characters] == ["g", '"', "\\"]
    assert [character.source for character in characters] == [f"{path.name}:{line}" for line in (1, 2, 3)]


def test_a_source_is_named_below_the_collections_folder(tmp_path):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "strokes.dat"
    path.write_text('.SEGMENT DIGIT 0 ? "3"\n.PEN_DOWN\n1 2\n.PEN_UP\n')
    assert read_unipen(path, tmp_path / "include")[0].source == "data/strokes.dat:1"
