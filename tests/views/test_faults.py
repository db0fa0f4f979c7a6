"""The page without a browser stays friendly whatever it is sent and whatever is broken."""

from __future__ import annotations

import base64
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from digits.strokes import draw_strokes
from models import FIRST
from recognition import store
from tests.drawings import placed
from tests.views.page import BRUSH, START_SECONDS, answers, click, data_url, message, send, visit
from views import serving

RECIPE = store.trained_recipes()[0]  # that the page begins with

FORGED = {
    "no base64": message(placed(7), data="data:image/png;base64,%%%"),
    "no data URL": message(placed(7), data="hello"),
    "no PNG": message(placed(7), data="data:image/png;base64," + base64.b64encode(b"hello").decode()),
    "a JPEG": message(placed(7), data=data_url(draw_strokes(placed(7), BRUSH, 280, 280), "JPEG")),
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
    shutil.copytree(store.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    path = store.weights_path("cnn", RECIPE)
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    serving.unload()
    yield path
    serving.unload()


def test_a_network_with_broken_weights_says_so_while_the_others_answer(broken, page):
    send(page, message(placed(7)))
    found = answers(page)
    assert not page.exception
    assert found.count('class="card ready"') == len(FIRST) - 1 and found.count('class="card broken"') == 1
    card = found.split('data-network="cnn"')[1].split("</article>")[0]
    assert f"weights/{RECIPE}/cnn.weights.h5" in card and f"python -m training.train cnn --recipe {RECIPE}" in card
    assert "All three say 7" in found


def test_a_mended_network_answers_at_the_next_stroke(broken, page):
    send(page, message(placed(7)))
    data = bytearray(broken.read_bytes())
    data[5000] ^= 1
    broken.write_bytes(data)
    send(page, message(placed(1)))
    assert answers(page).count('class="card ready"') == len(FIRST)


def _replaced(path):
    """The book's CNN, sound with its card, in the place of the one that was there."""
    for kind in (store.weights_path, store.card_path):
        shutil.copy(kind("cnn", "book"), kind("cnn", RECIPE))


UNDER_WAY = {
    "deleted": lambda path: path.unlink(),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:1000]),
    "replaced": _replaced,
    "deleted with its card": lambda path: [path.unlink(), store.card_path("cnn", RECIPE).unlink()],
}


@pytest.mark.parametrize("change", UNDER_WAY.values(), ids=UNDER_WAY.keys())
def test_a_server_under_way_goes_on_with_the_weights_it_has_loaded(tmp_path, monkeypatch, change):
    shutil.copytree(store.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    serving.unload()
    page = send(visit(), message(placed(7)))
    before = answers(page)
    change(store.weights_path("cnn", RECIPE))
    for again in (page, visit()):  # for those who are there and for those who come
        send(again, message(placed(1)))
        assert not again.exception and answers(again).count('class="card ready"') == len(FIRST)
        send(again, message(placed(7)))
        assert answers(again) == before
    serving.unload()


def test_without_any_weights_the_page_still_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    serving.unload()
    page = send(visit(), message(placed(7)))
    assert not page.exception and "No network can answer" in answers(page)
    assert answers(page).count('class="card broken"') == len(FIRST)


def test_the_evidence_names_a_broken_card_and_shows_the_others(broken):
    store.card_path("mlp", "book").write_text("{}")
    page = AppTest.from_string(
        "from views.pages import evidence\n\nevidence.page()", default_timeout=START_SECONDS
    ).run()
    assert not page.exception
    assert any("weights/book/mlp.json is not a card" in error.value for error in page.error) and page.table
