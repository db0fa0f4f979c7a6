"""The page without a browser: the invitation, the predictions, the switches and the panels."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import load, store
from tests.drawings import photo, placed
from tests.ui.page import BRUSH, answers, choose_sample, clear, details, heads, message, opened, send, undo
from ui.shared.percent import percent


def test_the_empty_page_invites_the_visitor_to_draw(page):
    assert not page.exception and not page.warning and not page.error
    assert "Draw a digit from 0 to 9" in answers(page)
    assert answers(page).count('class="card waiting"') == len(DEFAULT_NETWORKS)


@pytest.mark.parametrize("digit", [2, 7])
def test_a_drawing_gets_a_headline_and_a_card_for_each_network(page, classifiers, digit):
    send(page, message(placed(digit)))
    found = answers(page)
    assert not page.exception and not page.warning
    assert found.count('class="card ready"') == len(DEFAULT_NETWORKS)
    picture = from_canvas(draw_strokes(placed(digit), BRUSH, 280, 280))
    np.testing.assert_array_equal(page.session_state["board"].digit, picture)
    for key, network in [(key, NETWORKS[key]) for key in DEFAULT_NETWORKS]:
        card = heads(page, key) + details(page, key)
        probabilities = classifiers[key].predict(picture[None])[0]
        assert f"<h3>{network.title}</h3>" in card and f"<b>{probabilities.argmax()}</b>" in card
        assert card.count("<li ") == 10 and f"{classifiers[key].card.parameters:,} parameters" in card


def test_undo_takes_back_one_stroke_and_clear_all(page):
    one, two = placed(4)
    first = from_canvas(draw_strokes([one], BRUSH, 280, 280))
    send(page, message([one, two]))
    undo(page)
    assert not page.exception and "answered" in answers(page)
    np.testing.assert_array_equal(page.session_state["board"].digit, first)
    clear(page)
    assert "Draw a digit from 0 to 9" in answers(page) and page.session_state["board"].strokes == []


def test_a_dot_gets_a_hint_and_no_predictions(page):
    send(page, message([np.array([(140.0, 140.0), (141.0, 140.0)])]))
    assert "That is only a dot" in answers(page) and "card ready" not in answers(page) and not page.exception


def test_the_toggle_shows_the_raw_softmax_instead_of_calibrated_probabilities(page, classifiers):
    strokes = [np.array([(60.0, 60.0), (200.0, 80.0), (180.0, 200.0)])]  # a drawing with low confidence
    send(page, message(strokes))
    picture = from_canvas(draw_strokes(strokes, BRUSH, 280, 280))[None]
    for raw in (False, True):
        page.toggle(key="raw").set_value(raw).run()
        assert ("data-raw" in answers(page)) == raw, "so that the bars that move under the pen are raw too"
        for key in DEFAULT_NETWORKS:
            classifier = classifiers[key]
            card = details(page, key)
            shown = (classifier.raw if raw else classifier.predict)(picture)[0]
            widths = [float(bar.split("%")[0]) for bar in card.split("width:")[1:]]
            np.testing.assert_allclose(widths, 100 * shown, atol=0.06)


@pytest.mark.parametrize("recipe", store.trained_recipes())
def test_the_recipe_switch_chooses_the_weights(page, recipe):
    page.segmented_control(key="recipe").set_value(recipe).run()
    assert f'data-recipe="{recipe}"' in answers(page), "for the bars that move under the pen"
    send(page, message(placed(3)))
    picture = from_canvas(draw_strokes(placed(3), BRUSH, 280, 280))[None]
    for key, network in [(key, NETWORKS[key]) for key in DEFAULT_NETWORKS]:
        sure = load(network.key, recipe).predict(picture).max()
        card = heads(page, key)
        assert f"<span>{percent(sure)}</span>" in card


@pytest.mark.parametrize(
    ("name", "panel"),
    [("Confidence", "How sure"), ("Summaries", "How it's built"), ("Why did it fail?", "Compare training")],
)
def test_links_with_a_panels_earlier_name_still_open_it(name, panel):
    page = opened({"panel": [name]})
    assert not page.exception and page.session_state["panel"] == panel


def test_the_comparison_has_every_recipe_with_and_without_normalization(page):
    page.session_state["panel"] = "Compare training"
    page.run()
    assert not page.exception
    send(page, message(placed(7)))
    (table,) = (html.body for html in page.html if 'class="compare"' in html.body)
    rows = table.split("<tbody>")[1].split("</tr>")[:-1]
    assert len(rows) == len(DEFAULT_NETWORKS)
    assert [row.count("<td") for row in rows] == [2 * len(store.trained_recipes())] * len(DEFAULT_NETWORKS)


@pytest.mark.parametrize("drawn", [False, True], ids=["before drawing", "after drawing"])
def test_each_panel_opens(page, drawn):
    if drawn:
        send(page, message(placed(6)))
    page.session_state["panel"] = "Inside"
    page.run()
    assert not page.exception and not page.error
    if drawn:
        (shown,) = (html.body for html in page.html if 'class="inside"' in html.body)
        assert "784 values" in shown and shown.count('class="strip"') == 2
    else:
        assert "Draw a digit to see what happens to it inside each network." in [text.value for text in page.markdown]
    page.session_state["panel"] = "How it's built"
    page.run()
    assert not page.exception and not page.error
    assert (
        "784 × 256 + 256 = 200,960" in page.table[0].value.to_string() and "Total params: 269,322" in page.code[0].value
    )


def test_a_non_digit_is_flagged_above_the_predictions(page):
    choose_sample(page, "the letter A")
    assert ">Not a digit?<" in answers(page) and answers(page).count("<li ") == 10 * len(DEFAULT_NETWORKS)
    assert answers(page).count("doubted") == 2, "the guesses are muted"
    choose_sample(page, "5")
    assert "doubted" not in answers(page) and "All four say 5" in answers(page)


def test_a_photo_is_classified_and_can_be_cleared(page):
    page.session_state["board"].put_photo(photo(4))
    page.run()
    assert "All four say 4" in answers(page) and not page.exception
    clear(page)
    assert "Draw a digit from 0 to 9" in answers(page) and page.session_state["board"].number == 1


def test_a_photo_without_a_digit_takes_the_answers_place_until_something_is_drawn(page):
    send(page, message(placed(7)))
    page.session_state["board"].problem = "Expected a photo of one digit, found no ink."
    page.run()
    assert "found no ink" in answers(page) and "card ready" not in answers(page)
    send(page, message(placed(1)))
    assert "All four say 1" in answers(page)
