"""The page without a browser: it invites, answers, and stays friendly whatever it is sent and whatever is broken."""

from __future__ import annotations

import base64
import io
import shutil

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from models import NETWORKS, ink, weights
from models.digit import from_canvas
from tests.browser import ROOT
from tests.drawings import DIGITS, placed
from views.answers import percent

BRUSH = 18
RECIPE = weights.trained_recipes()[0]  # that the page begins with
START_SECONDS = 120  # TensorFlow comes in with the first run


@pytest.fixture
def page():
    """The page after its first run, as a visitor finds it."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=START_SECONDS).run()


def data_url(drawing: np.ndarray, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.fromarray(drawing).convert("RGBA" if kind == "PNG" else "RGB").save(file, kind)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def message(strokes: list[np.ndarray], **changes) -> dict:
    """What the canvas sends after these strokes."""
    paths = [[["M", *stroke[0].tolist()], *(["L", *point] for point in stroke[1:].tolist())] for stroke in strokes]
    objects = [{"type": "Path", "path": path, "strokeWidth": BRUSH} for path in paths]
    sent = {"raw": {"version": "7.4.0", "objects": objects}, "data": data_url(ink.draw(strokes, BRUSH, 280, 280))}
    return {"drawing": sent | changes}


def send(page: AppTest, sent) -> AppTest:
    """Lets the canvas that is mounted send something."""
    page.session_state[page.session_state["board"].key] = sent
    return page.run()


def answers(page: AppTest) -> str:
    (found,) = (html.body for html in page.html if 'class="answers' in html.body)
    return found


def click(page: AppTest, label: str) -> AppTest:
    (button,) = (button for button in page.button if button.label == label)
    return page if button.disabled else button.click().run()


def test_the_first_visit_invites_to_draw(page):
    assert not page.exception and not page.warning and not page.error
    assert "Draw a digit from 0 to 9" in answers(page)
    assert answers(page).count('class="card waiting"') == len(NETWORKS)
    assert [button.label for button in page.button if button.disabled] == ["Undo", "Clear"]


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawing_is_answered_by_a_headline_and_a_card_of_each_network(page, classifiers, digit):
    send(page, message(placed(digit)))
    found = answers(page)
    assert not page.exception and not page.warning
    assert found.count('class="card ready"') == len(NETWORKS)
    picture = from_canvas(ink.draw(placed(digit), BRUSH, 280, 280))
    np.testing.assert_array_equal(page.session_state["board"].digit, picture)
    for key, network in NETWORKS.items():
        card = found.split(f'data-network="{key}"')[1].split("</article>")[0]
        probabilities = classifiers[key].predict(picture[None])[0]
        assert f"<h3>{network.title}</h3>" in card and f"<b>{probabilities.argmax()}</b>" in card
        assert card.count("<li ") == 10 and f"{classifiers[key].card.parameters:,} parameters" in card


def test_undo_takes_back_one_stroke_and_clear_all(page):
    one, two = placed(4)
    first = from_canvas(ink.draw([one], BRUSH, 280, 280))
    send(page, message([one, two]))
    click(page, "Undo")
    assert not page.exception and "answered" in answers(page)
    np.testing.assert_array_equal(page.session_state["board"].digit, first)
    assert len(page.session_state["board"].start) == 1, "the canvas is mounted again with what is left"
    click(page, "Clear")
    assert "Draw a digit from 0 to 9" in answers(page) and page.session_state["board"].strokes == []


def test_a_dot_gets_a_friendly_word_and_no_answer(page):
    send(page, message([np.array([(140.0, 140.0), (141.0, 140.0)])]))
    assert "Only a dot so far" in answers(page) and "card ready" not in answers(page) and not page.exception


def test_the_raw_softmax_is_what_the_networks_say_themselves(page, classifiers):
    strokes = [np.array([(60.0, 60.0), (200.0, 80.0), (180.0, 200.0)])]  # nothing that anybody is sure of
    send(page, message(strokes))
    picture = from_canvas(ink.draw(strokes, BRUSH, 280, 280))[None]
    for raw in (False, True):
        page.toggle(key="raw").set_value(raw).run()
        for key, classifier in classifiers.items():
            card = answers(page).split(f'data-network="{key}"')[1].split("</article>")[0]
            shown = (classifier.raw if raw else classifier.predict)(picture)[0]
            widths = [float(bar.split("%")[0]) for bar in card.split("width:")[1:]]
            np.testing.assert_allclose(widths, 100 * shown, atol=0.06)


@pytest.mark.parametrize("recipe", weights.trained_recipes())
def test_the_switch_chooses_whose_weights_answer(page, recipe):
    page.segmented_control(key="recipe").set_value(recipe).run()
    send(page, message(placed(3)))
    picture = from_canvas(ink.draw(placed(3), BRUSH, 280, 280))[None]
    for key, network in NETWORKS.items():
        sure = network.load(recipe).predict(picture).max()
        card = answers(page).split(f'data-network="{key}"')[1].split("</article>")[0]
        assert f"<span>{percent(sure)}</span>" in card


def test_one_drawing_is_shown_through_every_recipe_and_both_ways_to_make_a_digit(page):
    page.session_state["panel"] = "Why did it fail?"
    page.run()
    assert not page.exception
    send(page, message(placed(7)))
    (table,) = (html.body for html in page.html if 'class="compare"' in html.body)
    rows = table.split("<tbody>")[1].split("</tr>")[:-1]
    assert len(rows) == len(NETWORKS)
    assert [row.count("<td") for row in rows] == [2 * len(weights.trained_recipes())] * len(NETWORKS)


@pytest.mark.parametrize("drawn", [False, True], ids=["before drawing", "after drawing"])
def test_each_panel_opens(page, drawn):
    if drawn:
        send(page, message(placed(6)))
    page.session_state["panel"] = "What went in"
    page.run()
    assert not page.exception and not page.error
    if drawn:
        (inputs,) = (html.body for html in page.html if 'class="inputs"' in html.body)
        assert inputs.count("<article>") == 1 + len(NETWORKS) and "784 values" in inputs
    else:
        assert "Draw a digit to see what goes into each network." in [text.value for text in page.markdown]
    page.session_state["panel"] = "Summaries"
    page.run()
    assert not page.exception and not page.error
    assert (
        "784 × 256 + 256 = 200,960" in page.table[0].value.to_string() and "Total params: 269,322" in page.code[0].value
    )


FORGED = {
    "no base64": message(placed(7), data="data:image/png;base64,%%%"),
    "no data URL": message(placed(7), data="hello"),
    "no PNG": message(placed(7), data="data:image/png;base64," + base64.b64encode(b"hello").decode()),
    "a JPEG": message(placed(7), data=data_url(ink.draw(placed(7), BRUSH, 280, 280), "JPEG")),
    "half a PNG": message(placed(7), data=message(placed(7))["drawing"]["data"][:2001]),
    "a number for a picture": message(placed(7), data=5),
    "a list for a picture": message(placed(7), data=["picture"]),
    "no strokes": message(placed(7), raw=None),
    "strokes in a list": message(placed(7), raw=[1]),
    "text for a drawing": {"drawing": "forged"},
    "a number for a drawing": {"drawing": 5},
    "a list for a drawing": {"drawing": [1]},
}


@pytest.mark.parametrize("sent", FORGED.values(), ids=FORGED.keys())
def test_a_forged_drawing_gets_one_friendly_warning(page, sent):
    send(page, sent)
    assert not page.exception
    assert ["The drawing could not be read; please draw it again." in warning.value for warning in page.warning] == [
        True
    ]


@pytest.mark.parametrize("label", ["Undo", "Clear"])
@pytest.mark.parametrize("strokes", ["forged", [None, None]], ids=["words", "nothing"])
def test_beside_a_sound_picture_forged_strokes_do_no_harm(page, strokes, label):
    send(page, message(placed(7), raw={"objects": strokes}))
    assert "answered" in answers(page) and not page.warning
    click(page, label)
    assert not page.exception and "Draw a digit" in answers(page)


def test_the_warning_shows_nothing_of_the_programs_inside(page):
    send(page, FORGED["no PNG"])
    assert " at 0x" not in page.warning[0].value


def test_after_a_forged_drawing_a_real_one_is_answered(page):
    send(page, FORGED["no PNG"])
    send(page, message(placed(7)))
    assert not page.warning and "answered" in answers(page)


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """One flipped byte in the CNN's weights, on a copy."""
    shutil.copytree(weights.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "weights")
    path = weights.weights_path("cnn", RECIPE)
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    st.cache_resource.clear()
    yield path
    st.cache_resource.clear()


def test_a_network_with_broken_weights_says_so_while_the_others_answer(broken, page):
    send(page, message(placed(7)))
    found = answers(page)
    assert not page.exception
    assert found.count('class="card ready"') == len(NETWORKS) - 1 and found.count('class="card broken"') == 1
    card = found.split('data-network="cnn"')[1].split("</article>")[0]
    assert f"weights/{RECIPE}/cnn.weights.h5" in card and f"python -m training.train cnn --recipe {RECIPE}" in card
    assert "All three say 7" in found


def test_a_mended_network_answers_at_the_next_stroke(broken, page):
    send(page, message(placed(7)))
    data = bytearray(broken.read_bytes())
    data[5000] ^= 1
    broken.write_bytes(data)
    send(page, message(placed(1)))
    assert answers(page).count('class="card ready"') == len(NETWORKS)


def test_without_any_weights_the_page_still_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    st.cache_resource.clear()
    page = send(AppTest.from_file(str(ROOT / "app.py"), default_timeout=START_SECONDS).run(), message(placed(7)))
    assert not page.exception and "No network can answer" in answers(page)
    assert answers(page).count('class="card broken"') == len(NETWORKS)


def test_the_evidence_names_a_broken_card_and_shows_the_others(broken):
    weights.card_path("mlp", "book").write_text("{}")
    page = AppTest.from_string("from views import evidence\n\nevidence.page()", default_timeout=START_SECONDS).run()
    assert not page.exception
    assert any("weights/book/mlp.json is not a card" in error.value for error in page.error) and page.table


def test_a_stroke_leaves_the_compiled_kernels_alone(page, monkeypatch):
    """Streamlit clears Keras's session after each run; making TensorFlow's kernels anew would cost 250 ms a stroke."""
    from tensorflow.python.eager import context

    send(page, message(placed(7)))
    cleared = []
    monkeypatch.setattr(context.Context, "clear_kernel_cache", lambda self: cleared.append(self))
    send(page, message(placed(1)))
    assert cleared == []
