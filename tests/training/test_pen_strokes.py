"""UNIPEN files are read exactly, damage is reported with its line, and digits are drawn as visitors draw them."""

from __future__ import annotations

import os
from collections import Counter

import numpy as np
import pytest

from digits.strokes import BRUSH, CANVAS_SIDE
from training import pen_strokes
from training.dataset import DataError
from training.pen_strokes import EXTENT, PenDigit, draw_on_canvas, pendigits, read_unipen

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


@pytest.mark.parametrize(
    "text", ["", "\n\n", "Dear reader,\nthis is no UNIPEN.\n", "\x00\xff\xd8JFIF", "<html>\n</html>"]
)
def test_text_in_another_format_is_refused(write, text):
    message = error_message(write(text))
    assert "expected UNIPEN text, found no .SEGMENT in" in message and "get the file again" in message


@pytest.mark.parametrize("point", ["12", "12 abc", "x y", "--3 4", "\xff\xfe 3", "nan 3", "3 inf"])
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


@pytest.fixture
def written():
    """Sixty digits of all proportions: wide, tall, tiny, huge, far from the origin; and a vertical line."""
    random = np.random.default_rng(11)
    digits = []
    for number in range(60):
        scale, place = random.uniform((0.1, 0.1), (500, 500)), random.uniform(-1e4, 1e4, 2)
        strokes = tuple(random.uniform(size=(random.integers(2, 9), 2)) * scale + place for _ in range(1 + number % 3))
        digits.append(PenDigit(number % 10, strokes))
    return [*digits, PenDigit(1, (np.array([(5.0, 5.0), (5.0, 60.0)]),))]


def test_drawings_are_the_same_for_the_same_seed_only(written):
    first, same, other = (np.stack(list(draw_on_canvas(written, seed))) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, same)
    assert all(not np.array_equal(*pair) for pair in zip(first, other, strict=True))


def test_drawings_vary_in_size_and_position_over_the_whole_range(written):
    longest, corners = [], []
    for canvas in draw_on_canvas(written):
        assert canvas.shape == (CANVAS_SIDE, CANVAS_SIDE, 4) and canvas.dtype == np.uint8
        rows, columns = (np.flatnonzero(canvas[..., 3].any(axis)) for axis in (1, 0))
        longest.append(max(np.ptp(rows), np.ptp(columns)) + 1)
        corners.append((rows[0], columns[0]))
    low, high = (share * CANVAS_SIDE for share in EXTENT)
    assert min(longest) >= low - 2 and max(longest) <= high + 2
    assert max(longest) - min(longest) > 0.8 * (high - low), "sizes vary over the whole range"
    assert np.ptp(corners, axis=0).min() > 60, "and so do positions"


def test_no_ink_is_cut_off_at_the_border(written, monkeypatch):
    calls = []
    monkeypatch.setattr(pen_strokes, "draw_strokes", lambda *arguments: calls.append(arguments))
    assert len(list(draw_on_canvas(written * 5))) == len(calls) == 5 * len(written)
    for drawn, brush, width, height in calls:
        points = np.concatenate(drawn)
        assert BRUSH[0] <= brush <= BRUSH[1] and (width, height) == (CANVAS_SIDE, CANVAS_SIDE)
        assert points.min() - brush / 2 >= -1e-6 and points.max() + brush / 2 <= CANVAS_SIDE + 1e-6


def test_a_single_point_is_drawn_as_a_dot():
    (canvas,) = draw_on_canvas([PenDigit(1, (np.array([(3.0, 3.0)]),))])
    diameter = 2 * np.sqrt((canvas[..., 3] / 255).sum() / np.pi)
    assert BRUSH[0] - 1 < diameter < BRUSH[1] + 1


@pytest.fixture(scope="module")
def tested():
    if not os.path.isfile(os.path.join(os.environ.get("DIGIT_DATA", ""), "pendigits-orig.tes")):
        pytest.skip("needs pen strokes: set DIGIT_DATA to a folder that holds pendigits-orig.tes")
    return pendigits("tes")


def test_the_test_writers_wrote_3498_digits(tested):
    counts = Counter(digit.label for digit in tested)
    assert sum(counts.values()) == len(tested) == 3_498
    assert set(counts) == set(range(10)) and all(300 < count < 400 for count in counts.values())


def test_the_digits_of_the_test_writers_are_upright(tested):
    """A 7 begins at the top, unless y is inverted."""
    starts = [
        digit.strokes[0][0, 1] < np.concatenate(digit.strokes)[:, 1].mean() for digit in tested if digit.label == 7
    ]
    assert np.mean(starts) > 0.9


def test_characters_keep_their_sign_and_say_where_they_come_from(write):
    strokes = ".PEN_DOWN\n1 2\n3 4\n.PEN_UP\n"
    path = write('.SEGMENT CHARACTER 0 OK "g"\n.SEGMENT CHARACTER 0 ? "\\""\n.SEGMENT CHARACTER 0 ? "\\\\"\n' + strokes)
    characters = pen_strokes.read_characters(path)
    assert [character.sign for character in characters] == ["g", '"', "\\"]
    assert [character.source for character in characters] == [f"{path.name}:{line}" for line in (1, 2, 3)]


def test_a_source_is_named_below_the_collections_folder(tmp_path):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "strokes.dat"
    path.write_text('.SEGMENT DIGIT 0 ? "3"\n.PEN_DOWN\n1 2\n.PEN_UP\n')
    assert read_unipen(path, tmp_path / "include")[0].source == "data/strokes.dat:1"
