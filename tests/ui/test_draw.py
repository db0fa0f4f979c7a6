"""The page without a browser: the predictions, the switches and the panels."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest

from digits import from_canvas
from digits.strokes import draw_strokes
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import load, store
from tests.drawings import photo, placed
from tests.ui.page import BRUSH, answers, choose_sample, clear, message, opened, read, record, say, send, undo


def test_the_empty_page_has_a_place_for_each_network_and_no_answers(page):
    assert not page.exception and not page.warning and not page.error
    assert [answers(page)[part]["networks"] for part in ("heads", "bars")] == [list(DEFAULT_NETWORKS)] * 2
    assert record(page)["ink"] is None and record(page)["message"] == "" and read(page) == {}


@pytest.mark.parametrize("digit", [2, 7])
def test_a_drawing_gets_its_picture_and_every_networks_probabilities(page, classifiers, digit):
    send(page, message(placed(digit)))
    assert not page.exception and not page.warning
    picture = from_canvas(draw_strokes(placed(digit), BRUSH, 280, 280))
    np.testing.assert_array_equal(page.session_state["board"].digit, picture)
    (shown,) = record(page)["digits"]
    assert base64.b64decode(shown["pixels"]) == picture.tobytes() and not shown["outlier"]
    assert list(shown["probabilities"]) == list(DEFAULT_NETWORKS)
    for key, probabilities in shown["probabilities"].items():
        np.testing.assert_allclose(probabilities, classifiers[key].predict(picture[None])[0], atol=1e-6)
    assert answers(page)["bars"]["record"] == record(page), "the bars are about the same"


def test_a_record_names_the_ink_on_the_canvas_as_the_browser_counts_it_and_is_told_from_others(page):
    ids = {record(page)["id"]}
    for digit in (2, 7):
        send(page, message(placed(digit)))
        ink = np.ascontiguousarray(draw_strokes(placed(digit), BRUSH, 280, 280)[..., 3])
        assert record(page)["ink"] == zlib.crc32(ink.tobytes()) and not record(page)["foreign"]
        ids.add(record(page)["id"])
    assert len(ids) == 3
    choose_sample(page, "5")
    assert record(page)["ink"] is None and record(page)["foreign"], "a sample lies under the canvas"


def test_undo_takes_back_one_stroke_and_clear_all(page):
    one, two = placed(4)
    first = from_canvas(draw_strokes([one], BRUSH, 280, 280))
    send(page, message([one, two]))
    undo(page)
    assert not page.exception and len(read(page)) == len(DEFAULT_NETWORKS)
    np.testing.assert_array_equal(page.session_state["board"].digit, first)
    clear(page)
    assert read(page) == {} and record(page)["ink"] is None and page.session_state["board"].strokes == []


def test_a_dot_gets_no_predictions(page):
    send(page, message([np.array([(140.0, 140.0), (141.0, 140.0)])]))
    assert read(page) == {} and record(page)["ink"] is not None and not page.exception


def test_the_toggle_shows_the_raw_softmax_instead_of_calibrated_probabilities(page, classifiers):
    strokes = [np.array([(60.0, 60.0), (200.0, 80.0), (180.0, 200.0)])]  # a drawing with low confidence
    send(page, message(strokes))
    picture = from_canvas(draw_strokes(strokes, BRUSH, 280, 280))[None]
    for raw in (False, True):
        page.toggle(key="raw").set_value(raw).run()
        assert answers(page)["heads"]["calibrated"] != raw, "so that what the browser reads is raw too"
        for key, probabilities in record(page)["digits"][0]["probabilities"].items():
            classifier = classifiers[key]
            expected = (classifier.raw if raw else classifier.predict)(picture)[0]
            np.testing.assert_allclose(probabilities, expected, atol=1e-6)


@pytest.mark.parametrize("recipe", store.trained_recipes())
def test_the_recipe_switch_chooses_the_weights(page, recipe):
    page.segmented_control(key="recipe").set_value(recipe).run()
    assert answers(page)["heads"]["recipe"] == recipe, "for what the browser reads"
    send(page, message(placed(3)))
    picture = from_canvas(draw_strokes(placed(3), BRUSH, 280, 280))[None]
    for key, probabilities in record(page)["digits"][0]["probabilities"].items():
        np.testing.assert_allclose(probabilities, load(key, recipe).predict(picture)[0], atol=1e-6)


def test_a_link_to_a_panel_that_does_not_exist_opens_the_bars():
    page = opened({"panel": ["Nothing"]})
    assert not page.exception and page.session_state["panel"] == "Bars" and "bars" in answers(page)


def test_the_other_recipe_stands_beside_the_chosen_one(page):
    page.toggle(key="both").set_value(True).run()
    send(page, message(placed(3)))
    assert answers(page)["heads"]["beside"] == "book", "for what the browser reads"
    picture = from_canvas(draw_strokes(placed(3), BRUSH, 280, 280))[None]
    shown = record(page)["digits"][0]["probabilities"]
    for key in DEFAULT_NETWORKS:
        for name, recipe in ((key, "drawn"), (f"{key}:book", "book")):
            np.testing.assert_allclose(shown[name], load(key, recipe).predict(picture)[0], atol=1e-6)


def strip(page) -> list[str]:
    """The words below the thumbnails of the drawings so far, the newest first."""
    buttons = [button for button in page.button if (button.key or "").startswith("drawing-")]
    return [button.label.split(") ")[1] for button in buttons]


def test_earlier_drawings_stand_in_a_strip_and_can_be_looked_at_again_and_labelled(page):
    send(page, message(placed(7)))
    assert strip(page) == [], "the one on the canvas is not an earlier one"
    clear(page)
    send(page, message(placed(3)))
    assert strip(page) == ["7"]
    page.button(key="drawing-0").click().run()
    assert set(read(page).values()) == {"7"} and record(page)["foreign"] and strip(page) == ["3", "7"]
    say(page, [1])
    assert strip(page) == ["3", ":red[~~7~~] 1"] and record(page)["labels"] == [1]
    clear(page)
    send(page, message(placed(2)))
    assert [drawing[0].label for drawing in page.session_state["history"].drawings.values()] == [1, None, None]


def suggestion(page) -> str:
    (button,) = [each for each in page.button if str(each.key).startswith(("suggestion", "grab_"))]
    return button.label


def test_what_was_meant_decides_what_the_page_suggests(page):
    send(page, message(placed(7)))
    assert suggestion(page).startswith("All sure?")
    say(page, [1])
    assert suggestion(page).startswith("Why does the ") and suggestion(page).endswith(" say 7?")
    page.button(key="suggestion").click().run()
    assert page.session_state["panel"] == "Journey" and page.session_state["network"] in {
        NETWORKS[key].title for key in NETWORKS
    }
    page.session_state["panel"] = "Bars"
    page.run()
    say(page, [7])
    assert suggestion(page).startswith("All sure?")


def test_a_forged_label_is_not_taken(page):
    send(page, message(placed(7)))
    for forged in ([12], ["1"], [True], [1, 2], "1", None, {"0": 1}):
        say(page, forged)
        page.session_state["answers_heads"] = {"meant": forged}
        page.run()
        assert not page.exception and record(page)["labels"] == [None], forged


@pytest.mark.parametrize("drawn", [False, True], ids=["before drawing", "after drawing"])
def test_each_panel_opens(page, drawn):
    if drawn:
        send(page, message(placed(6)))
    page.session_state["panel"] = "Journey"
    page.run()
    assert not page.exception and not page.error
    assert "bidi_component" in {element.type for element in page.main}
    page.session_state["panel"] = "How it is built"
    page.run()
    assert not page.exception and not page.error
    assert (
        "784 × 256 + 256 = 200,960" in page.table[0].value.to_string() and "Total params: 269,322" in page.code[0].value
    )


def test_a_non_digit_is_flagged_and_has_its_predictions_all_the_same(page):
    choose_sample(page, "the letter A")
    assert record(page)["digits"][0]["outlier"] and len(read(page)) == len(DEFAULT_NETWORKS)
    choose_sample(page, "5")
    assert not record(page)["digits"][0]["outlier"] and set(read(page).values()) == {"5"}


def test_a_photo_is_classified_and_can_be_cleared(page):
    page.session_state["board"].put_photo(photo(4))
    page.run()
    assert set(read(page).values()) == {"4"} and record(page)["foreign"] and not page.exception
    clear(page)
    assert read(page) == {} and not record(page)["foreign"] and page.session_state["board"].number == 1


def test_a_photo_without_a_digit_takes_the_answers_place_until_something_is_drawn(page):
    send(page, message(placed(7)))
    page.session_state["board"].problem = "Expected a photo of one digit, found no ink."
    page.run()
    assert "found no ink" in record(page)["message"] and read(page) == {}
    send(page, message(placed(1)))
    assert set(read(page).values()) == {"1"} and record(page)["message"] == ""
