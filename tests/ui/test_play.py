"""Play in the page: what browsers get, and the labels that they tell."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.drawings import placed
from tests.page_server import ROOT
from tests.ui.page import START_SECONDS, clear, message, read, record, send

SCRIPT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from ui.play import page; page.page()"


@pytest.fixture
def game() -> AppTest:
    """The page Play after its first run."""
    page = AppTest.from_string(SCRIPT, default_timeout=START_SECONDS).run()
    assert not page.exception
    return page


def tell(page: AppTest, label: object, ink: object = None) -> AppTest:
    """The browser tells the label of the drawing, or of another one."""
    page.session_state["play_outcome"] = {"labelled": {"ink": ink or record(page)["ink"], "label": label}}
    return page.run()


def labels(page: AppTest) -> list[int | None]:
    return [digit.label for drawing in page.session_state["history"].drawings.values() for digit in drawing]


def test_a_drawing_gets_the_label_that_the_browser_tells_and_later_ones_do_not(game):
    send(game, message(placed(7)))
    assert set(read(game).values()) == {"7"}
    tell(game, 7)
    send(clear(game), message(placed(4)))
    assert labels(game) == [7, None]


def test_a_label_stays_with_its_drawing_where_the_canvas_comes_once_more_as_it_was_before_clear(game):
    send(game, message(placed(7)))
    tell(game, 7)
    game.button(key="clear").click().run()
    assert labels(game) == [7, None]
    send(game, message(placed(4)))
    assert labels(game) == [7, None]


def test_a_label_of_another_drawing_or_none_of_the_ten_digits_is_ignored(game):
    send(game, message(placed(7)))
    for label, ink in ((7, 12345), (10, None), ("7", None), (None, None)):
        tell(game, label, ink)
        assert not game.exception and labels(game) == [None], label


def test_a_number_is_read_and_not_recorded(game):
    send(game, message([*placed(4, 130, 0, 70), *placed(2, 130, 130, 70)]))
    assert read(game)["cnn"] == "42" and "history" not in game.session_state
