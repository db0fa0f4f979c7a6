"""Exports are complete, and the project's own reader and training can use them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from digits import from_canvas
from digits.contact_sheet import MARGIN
from digits.strokes import draw_strokes
from rooms import exports, hosting, joining
from rooms.limits import Forbidden
from rooms.prompts import Prompt
from tests.drawings import placed
from tests.rooms.conftest import drawing, hosted, on_both_databases, send_many
from training.data.pen_digits import draw_on_canvas, read_unipen


@pytest.fixture
def room(database, clock):
    """A room in which somebody meant a 4, nobody knows what, and a 7 that the host has hidden."""
    host = hosted(database, Prompt("free"), hide_answers=True)
    member = joining.join(database, host.room_id)
    four = [[(float(x), float(y)) for x, y in stroke] for stroke in placed(4)]
    digit = from_canvas(draw_strokes(placed(4), 18, 280, 280)).tobytes()
    send_many(
        database,
        member,
        clock,
        [
            drawing("a", label=4, strokes=four, digit=digit),
            drawing("b"),
            drawing("c", label=7),
            drawing("d", label=1, strokes=[]),
        ],
    )
    hosting.hide(database, host, 3)
    return host


def test_only_the_host_exports(database, room):
    with pytest.raises(Forbidden):
        exports.records(database, replace(room, token="x"))
    assert len(exports.records(database, room)) == 4


def test_removed_drawings_are_in_no_export(database, room):
    hosting.remove_drawings(database, room, 1)
    assert exports.records(database, room) == []
    assert len(exports.as_npz([])) > 0 and exports.as_png([], {}) and exports.as_csv([]).count("\n") == 1


@on_both_databases
def test_the_csv_has_a_line_for_each_drawing_with_all_probabilities(database, room):
    rows = list(csv.DictReader(io.StringIO(exports.as_csv(exports.records(database, room), ["mlp", "cnn"]))))
    assert [row["meant"] for row in rows] == ["4", "", "7", "1"]
    assert [row["status"] for row in rows] == ["shown", "shown", "hidden", "shown"]
    assert rows[0]["mlp_answer"] == "7" and rows[0]["cnn_answer"] == "1"
    assert sum(float(rows[0][f"cnn_p{digit}"]) for digit in range(10)) == pytest.approx(1, abs=1e-4)
    assert len({row["participant"] for row in rows}) == 1


def test_the_npz_holds_digits_answers_and_strokes(database, room):
    found = np.load(io.BytesIO(exports.as_npz(exports.records(database, room), ["mlp", "cnn"])), allow_pickle=False)
    assert found["digits"].shape == (4, 28, 28) and found["meant"].tolist() == [4, -1, 7, 1]
    np.testing.assert_array_equal(found["digits"][0], from_canvas(draw_strokes(placed(4), 18, 280, 280)))
    assert found["networks"].tolist() == ["mlp", "cnn"] and found["answers"].shape == (4, 2, 10)
    assert found["answers"].argmax(-1)[0].tolist() == [7, 1]
    first = found["points"][(found["drawing"] == 0) & (found["stroke"] == 1)]
    np.testing.assert_allclose(first, placed(4)[1], atol=0.06)


def test_unipen_text_is_read_by_the_projects_own_reader_and_drawn_again(database, room, tmp_path):
    path = tmp_path / "room.dat"
    path.write_text(exports.as_unipen(exports.records(database, room)), encoding="ascii")
    (found,) = read_unipen(path)  # neither what nobody knows, nor what is hidden, nor a photo
    assert found.label == 4 and "-" in found.writer and len(found.strokes) == 2
    for stroke, drawn in zip(found.strokes, placed(4), strict=True):
        np.testing.assert_allclose(stroke - stroke[0], drawn - drawn[0], atol=0.11)
    (canvas,) = draw_on_canvas([found])
    digit = from_canvas(canvas).astype(float).ravel()
    original = exports.records(database, room)[0].digit.astype(float).ravel()
    assert np.corrcoef(digit, original)[0, 1] > 0.6, "the right way up"


@pytest.mark.parametrize("number", [1, 601])
def test_the_picture_shows_every_drawing_on_the_wall_smaller_where_there_are_many(database, room, number):
    first = exports.records(database, room)[0]
    sheet = np.asarray(Image.open(io.BytesIO(exports.as_png([first] * number, {"mlp": "MLP"}))).convert("L"))
    side, columns = exports.LARGE if number == 1 else exports.SMALL
    height, width = sheet.shape[0] // -(-number // columns), sheet.shape[1] // columns  # of one digit with its text
    assert height > side and width == side + 2 * MARGIN
    row, column = divmod(number - 1, columns)
    top, left = row * height + MARGIN, column * width + MARGIN
    enlarged = Image.fromarray(first.digit).resize((side, side), Image.Resampling.BOX)
    np.testing.assert_array_equal(sheet[top : top + side, left : left + side], np.asarray(enlarged))
