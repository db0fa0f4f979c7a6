"""Several digits side by side are read as a number; each of them can be looked at by itself."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from digits import number_from_canvas
from digits.strokes import draw_strokes
from models import DEFAULT_NETWORKS
from recognition import outlier
from tests.drawings import placed
from tests.ui.page import BRUSH, answers, clear, message, read, record, say, send

FORTY_TWO = [*placed(4, 130, 0, 70), *placed(2, 130, 130, 70)]


def choices(page) -> list[str]:
    """The labels of the buttons that choose a digit."""
    return [button.label for button in page.button if (button.key or "").startswith("digit-")]


def digits() -> list[np.ndarray]:
    return number_from_canvas(draw_strokes(FORTY_TWO, BRUSH, 280, 280))


def test_a_number_is_read_digit_by_digit(page, classifiers):
    send(page, message(FORTY_TWO))
    assert not page.exception and read(page) == dict.fromkeys(DEFAULT_NETWORKS, "42")
    for shown, digit in zip(record(page)["digits"], digits(), strict=True):
        for key, probabilities in shown["probabilities"].items():
            np.testing.assert_allclose(probabilities, classifiers[key].predict(digit[None])[0], atol=1e-6)


def test_a_tap_chooses_the_digit_that_the_bars_and_the_panels_are_about(page, classifiers):
    send(page, message(FORTY_TWO))
    for place, digit in enumerate(digits()):
        page.button(key=f"digit-{place}").click().run()
        np.testing.assert_array_equal(page.session_state["board"].digit, digit)
        assert answers(page)["bars"]["record"]["place"] == place
    clear(page)
    send(page, message(placed(7)))
    assert not choices(page)
    assert record(page)["place"] == 0 and set(read(page).values()) == {"7"}


def test_what_was_meant_is_kept_for_each_digit_and_exported(page):
    send(page, message(FORTY_TWO))
    say(page, [4, 7])
    history = page.session_state["history"]
    assert [digit.label for digit in history.drawings[0]] == [4, 7]
    rows = list(csv.DictReader(io.StringIO(history.csv())))
    assert [(row["drawing"], row["meant"], row["cnn_answer"]) for row in rows] == [("1.1", "4", "4"), ("1.2", "7", "2")]
    assert history.correct()["cnn"] == (1, 2)


def test_doubt_is_about_the_one_digit_that_may_be_none(page, monkeypatch):
    monkeypatch.setattr(outlier, "score", lambda digits: np.array([0.0, 1.0], np.float32)[: len(digits)])
    send(page, message(FORTY_TWO))
    assert [digit["outlier"] for digit in record(page)["digits"]] == [False, True]
    assert [label.endswith("?") for label in choices(page)] == [False, True]


def test_a_number_of_which_a_stroke_is_taken_back_is_a_digit_again(page):
    send(page, message(FORTY_TWO))
    page.button(key="digit-1").click().run()
    send(page, message(FORTY_TWO[:2]))
    assert set(read(page).values()) == {"4"} and len(page.session_state["history"].drawings[0]) == 1
    np.testing.assert_array_equal(page.session_state["board"].digit, digits()[0])


def test_where_a_digit_is_doubtful_the_page_offers_a_look_at_it(page):
    for flag in np.linspace(18, 45, 10):  # from a 1 to a 7: in between they are not sure
        send(page, message([*placed(4, 130, 0, 70), np.array([(195.0 - flag, 75), (195, 75), (195, 195)])]))
        read = page.session_state["history"].drawings[0]
        least = [min(each.confidence for each in digit.predictions.values()) for digit in read]
        if len(least) == 2 and least[0] > 0.9 > least[1]:
            break
    else:
        pytest.fail("no drawing with a doubtful second digit, so the suggestion is not tried")
    page.button(key="suggestion").click().run()
    assert page.session_state["board"].place == 1 and not page.exception
