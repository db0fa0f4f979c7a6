"""The state of the canvas, and how the page handles the canvas's messages."""

from __future__ import annotations

import base64
import logging

import numpy as np

from digits.samples import SAMPLES, sample_digit
from digits.strokes import CANVAS_SIDE, WIDE_CANVAS, draw_strokes, strokes_to_fabric
from tests.drawings import placed
from tests.ui.page import BRUSH, choose_sample, clear, click, data_url, message, opened, send, undo
from ui.drawing.board import Board
from ui.shared import session


def test_a_sample_is_the_same_digit_on_the_canvas_as_in_its_preview():
    board = Board()
    for name in SAMPLES:
        board.put_sample(name)
        np.testing.assert_array_equal(board.digit, sample_digit(name))


def test_a_drawing_that_cannot_be_read_is_logged(page, caplog):
    with caplog.at_level(logging.WARNING):
        send(page, message(placed(7), data=5))
    assert "a canvas sent a drawing that cannot be read" in caplog.text


def test_undo_is_disabled_after_clear(page):
    send(page, message(placed(7)))
    undo(clear(page))
    assert not page.exception and page.session_state["board"].digit is None


def test_a_stroke_drawn_on_a_sample_adds_to_it_and_undo_takes_both_back_in_turn(page):
    choose_sample(page, "7 with a bar")
    sample = page.session_state["board"].digit
    send(page, message([np.array([(10.0, 260.0), (260.0, 260.0)])]))
    board = page.session_state["board"]
    assert len(board.strokes) == 3 and not np.array_equal(board.digit, sample)
    undo(page)
    np.testing.assert_array_equal(page.session_state["board"].digit, sample)
    undo(undo(page))
    assert page.session_state["board"].digit is None and page.session_state["board"].strokes == []


def test_a_sample_replaces_what_the_canvas_goes_on_showing_until_it_is_emptied(page):
    send(page, message(placed(1)))
    choose_sample(page, "8")  # the canvas's last message still holds the 1
    np.testing.assert_array_equal(page.session_state["board"].digit, sample_digit("8"))
    send(page, message([]))
    np.testing.assert_array_equal(page.session_state["board"].digit, sample_digit("8"))
    send(page, message([np.array([(10.0, 260.0), (260.0, 260.0)])]))
    assert len(page.session_state["board"].strokes) == len(SAMPLES["8"]) + 1


def test_the_same_stroke_after_a_clear_is_a_new_drawing(page):
    """The browser may clear and draw again before the server has seen the canvas empty."""
    send(page, message(placed(1)))
    number = page.session_state["board"].number
    page.button(key="clear").click().run()
    assert page.session_state["board"].number == number + 1 and page.session_state["board"].digit is not None


def test_a_new_canvas_keeps_the_drawing_under_it():
    board = Board()
    board.read(
        base64.b64decode(data_url(draw_strokes(placed(4), BRUSH, 280, 280)).split(",")[1]),
        strokes_to_fabric(placed(4), BRUSH),
    )
    digit = board.digit
    board.commit()
    assert board.foreground == [] and len(board.background) == 2
    np.testing.assert_array_equal(board.digit, digit)
    board.undo()
    assert len(board.background) == 1 and not np.array_equal(board.digit, digit)


RIGHT = [stroke + (280.0, 0) for stroke in placed(7)]  # on the right half of a wide canvas


def wide(page):
    """Presses the toggle beside the brush."""
    return page.toggle(key=session.WIDE).set_value(not page.toggle(key=session.WIDE).value).run()


def sent_by_a_wide_canvas(strokes) -> dict:
    return message(strokes, data=data_url(draw_strokes(strokes, BRUSH, WIDE_CANVAS, CANVAS_SIDE)))


def test_a_wide_canvas_stays_wide_until_what_is_drawn_on_its_right_half_is_cleared(page):
    board = wide(page).session_state["board"]
    assert board.width == WIDE_CANVAS
    send(page, sent_by_a_wide_canvas([*placed(4), *RIGHT]))
    assert wide(page).session_state["board"].width == WIDE_CANVAS and len(board.digits) == 2
    send(page, sent_by_a_wide_canvas(placed(4)))
    assert board.width == CANVAS_SIDE and len(board.digits) == 1, "the browser took the last strokes back"
    send(wide(page), sent_by_a_wide_canvas([*placed(4), *RIGHT]))
    wide(page)
    board.clear()
    assert board.width == CANVAS_SIDE, "at once, before the canvas has sent that it is empty"


def test_ink_beyond_the_edge_of_a_square_canvas_does_not_make_it_wide(page):
    send(page, message([np.array([(60.0, 60.0), (500.0, 60.0)])]))
    assert page.session_state["board"].width == CANVAS_SIDE


def test_what_was_drawn_on_the_wide_canvas_keeps_its_place_when_the_browser_gets_a_new_one():
    board = Board(wide=True)
    left, both = ([*placed(4)], [*placed(4), *RIGHT])
    for strokes in (left, both):
        sent = sent_by_a_wide_canvas(strokes)["drawing"]
        board.read(base64.b64decode(sent["data"].split(",")[1]), sent["raw"]["objects"])
    digits = board.digits
    board.commit()
    added = sent_by_a_wide_canvas([stroke / 2 + (240.0, 70.0) for stroke in placed(1)])["drawing"]
    board.read(base64.b64decode(added["data"].split(",")[1]), added["raw"]["objects"])
    assert len(digits) == 2 and len(board.digits) == 3
    np.testing.assert_allclose(board.digits[0].astype(int), digits[0].astype(int), atol=60)


def test_in_a_room_which_collects_single_digits_the_canvas_is_square(room):
    _, code = room
    page = wide(opened({"room": [code]}))
    assert page.session_state["board"].width == WIDE_CANVAS
    click(page, "Join the room")
    assert page.session_state["board"].width == CANVAS_SIDE
    assert not any(toggle.key == session.WIDE for toggle in page.toggle)
