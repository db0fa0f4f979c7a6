"""What stands on the canvas, and what the page does with what the canvas sends."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from digits.samples import SAMPLES, sample_digit
from tests.drawings import placed
from tests.views.page import click, message, send
from views.board import Board


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_the_same_digit_on_the_canvas_as_in_its_preview(name):
    board = Board()
    board.put_sample(name)
    np.testing.assert_array_equal(board.digit, sample_digit(name))


def test_a_drawing_that_cannot_be_read_is_logged(page, caplog):
    with caplog.at_level(logging.WARNING):
        send(page, message(placed(7), data=5))
    assert "a canvas sent a drawing that cannot be read" in caplog.text


def test_undo_of_a_cleared_board_does_nothing(page):
    send(page, message(placed(7)))
    click(page, "Clear")
    assert page.button(key="undo").disabled and not page.exception
