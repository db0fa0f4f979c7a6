"""The page without a browser: it invites, answers, and its switches and panels do what they say."""

from __future__ import annotations

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from models import FIRST, NETWORKS
from recognition import load, store
from tests.drawings import DIGITS, photo, placed
from tests.views.page import BRUSH, answers, choose_sample, click, message, send
from views.parts.answers import percent


def test_the_first_visit_invites_to_draw(page):
    assert not page.exception and not page.warning and not page.error
    assert "Draw a digit from 0 to 9" in answers(page)
    assert answers(page).count('class="card waiting"') == len(FIRST)
    assert [button.label for button in page.button if button.disabled] == ["Undo", "Clear"]


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawing_is_answered_by_a_headline_and_a_card_of_each_network(page, classifiers, digit):
    send(page, message(placed(digit)))
    found = answers(page)
    assert not page.exception and not page.warning
    assert found.count('class="card ready"') == len(FIRST)
    picture = from_canvas(draw_strokes(placed(digit), BRUSH, 280, 280))
    np.testing.assert_array_equal(page.session_state["board"].digit, picture)
    for key, network in [(key, NETWORKS[key]) for key in FIRST]:
        card = found.split(f'data-network="{key}"')[1].split("</article>")[0]
        probabilities = classifiers[key].predict(picture[None])[0]
        assert f"<h3>{network.title}</h3>" in card and f"<b>{probabilities.argmax()}</b>" in card
        assert card.count("<li ") == 10 and f"{classifiers[key].card.parameters:,} parameters" in card


def test_undo_takes_back_one_stroke_and_clear_all(page):
    one, two = placed(4)
    first = from_canvas(draw_strokes([one], BRUSH, 280, 280))
    send(page, message([one, two]))
    click(page, "Undo")
    assert not page.exception and "answered" in answers(page)
    np.testing.assert_array_equal(page.session_state["board"].digit, first)
    assert len(page.session_state["board"].start) == 1, "the canvas is mounted again with what is left"
    click(page, "Clear")
    assert "Draw a digit from 0 to 9" in answers(page) and page.session_state["board"].strokes == []


def test_a_dot_gets_a_friendly_word_and_no_answer(page):
    send(page, message([np.array([(140.0, 140.0), (141.0, 140.0)])]))
    assert "That is only a dot" in answers(page) and "card ready" not in answers(page) and not page.exception


def test_the_raw_softmax_is_what_the_networks_say_themselves(page, classifiers):
    strokes = [np.array([(60.0, 60.0), (200.0, 80.0), (180.0, 200.0)])]  # nothing that anybody is sure of
    send(page, message(strokes))
    picture = from_canvas(draw_strokes(strokes, BRUSH, 280, 280))[None]
    for raw in (False, True):
        page.toggle(key="raw").set_value(raw).run()
        for key in FIRST:
            classifier = classifiers[key]
            card = answers(page).split(f'data-network="{key}"')[1].split("</article>")[0]
            shown = (classifier.raw if raw else classifier.predict)(picture)[0]
            widths = [float(bar.split("%")[0]) for bar in card.split("width:")[1:]]
            np.testing.assert_allclose(widths, 100 * shown, atol=0.06)


@pytest.mark.parametrize("recipe", store.trained_recipes())
def test_the_switch_chooses_whose_weights_answer(page, recipe):
    page.segmented_control(key="recipe").set_value(recipe).run()
    send(page, message(placed(3)))
    picture = from_canvas(draw_strokes(placed(3), BRUSH, 280, 280))[None]
    for key, network in [(key, NETWORKS[key]) for key in FIRST]:
        sure = load(network.key, recipe).predict(picture).max()
        card = answers(page).split(f'data-network="{key}"')[1].split("</article>")[0]
        assert f"<span>{percent(sure)}</span>" in card


def test_one_drawing_is_shown_through_every_recipe_and_both_ways_to_make_a_digit(page):
    page.session_state["panel"] = "Why did it fail?"
    page.run()
    assert not page.exception
    send(page, message(placed(7)))
    (table,) = (html.body for html in page.html if 'class="compare"' in html.body)
    rows = table.split("<tbody>")[1].split("</tr>")[:-1]
    assert len(rows) == len(FIRST)
    assert [row.count("<td") for row in rows] == [2 * len(store.trained_recipes())] * len(FIRST)


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
    page.session_state["panel"] = "Summaries"
    page.run()
    assert not page.exception and not page.error
    assert (
        "784 × 256 + 256 = 200,960" in page.table[0].value.to_string() and "Total params: 269,322" in page.code[0].value
    )


def test_a_stroke_leaves_the_compiled_kernels_alone(page, monkeypatch):
    """Streamlit clears Keras's session after each run; making TensorFlow's kernels anew would cost 250 ms a stroke."""
    from tensorflow.python.eager import context

    send(page, message(placed(7)))
    cleared = []
    monkeypatch.setattr(context.Context, "clear_kernel_cache", lambda self: cleared.append(self))
    send(page, message(placed(1)))
    assert cleared == []


def test_what_is_no_digit_is_said_before_the_answers(page):
    choose_sample(page, "the letter A")
    assert "This may not be a digit · " in answers(page) and answers(page).count("<li ") == 10 * len(FIRST)
    choose_sample(page, "5")
    assert "may not be" not in answers(page) and "All four say 5" in answers(page)


def test_a_photo_is_answered_and_cleared_away(page):
    page.session_state["board"].put_photo(photo(4))
    page.run()
    assert "All four say 4" in answers(page) and not page.exception
    click(page, "Clear")
    assert "Draw a digit from 0 to 9" in answers(page) and page.session_state["board"].number == 2
