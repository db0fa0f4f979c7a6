"""Forged messages and damaged weights lead to clear messages, never to an exception on the page."""

from __future__ import annotations

import base64
import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from digits.strokes import draw_strokes
from models import DEFAULT_NETWORKS
from recognition import outlier, store
from tests.drawings import placed
from tests.ui.page import BRUSH, START_SECONDS, data_url, message, read, record, send, visit
from ui.book import tables as retrained

RECIPE = store.trained_recipes()[0]  # the page's default

FORGED = {
    "no base64": message(placed(7), data="data:image/png;base64,%%%"),
    "no PNG": message(placed(7), data="data:image/png;base64," + base64.b64encode(b"hello").decode()),
    "a JPEG": message(placed(7), data=data_url(draw_strokes(placed(7), BRUSH, 280, 280), "JPEG")),
    "half a PNG": message(placed(7), data=message(placed(7))["drawing"]["data"][:2001]),
    "a list for a picture": message(placed(7), data=["picture"]),
    "no strokes": message(placed(7), raw=None),
    "strokes in a list": message(placed(7), raw=[1]),
    "text for a drawing": {"drawing": "forged"},
    "a list for a drawing": {"drawing": [1]},
}


def test_a_forged_drawing_gets_a_warning(page):
    for number, (kind, sent) in enumerate(FORGED.items()):
        send(page, sent)
        assert not page.exception, kind
        warnings = [warning.value for warning in page.warning]
        assert warnings == ["The drawing could not be read; please draw it again."], kind
        digit = (7, 1)[number % 2]
        send(page, message(placed(digit)))
        assert not page.warning and set(read(page).values()) == {str(digit)}, f"the drawing after {kind} is read"


UNREADABLE = {
    "words": "forged",
    "nothing": [None, None],
    "too many": [{"path": [["M", 1, 2]] * 5001, "strokeWidth": BRUSH}],
    "a huge brush": [{"path": [["M", 1, 2]], "strokeWidth": 999}],
}


def test_beside_a_sound_picture_forged_strokes_are_refused_and_the_drawing_before_stays(page):
    send(page, message(placed(7)))
    before = page.session_state["board"].strokes
    for kind, strokes in UNREADABLE.items():
        send(page, message(placed(1), raw={"objects": strokes}))
        assert len(page.warning) == 1 and not page.exception, kind
        assert page.session_state["board"].strokes == before and set(read(page).values()) == {"7"}, kind


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Copies of all weights, with a flipped bit in the CNN's."""
    shutil.copytree(store.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    path = store.serving_path("cnn", RECIPE)
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    outlier.detector.cache_clear()
    yield path
    outlier.detector.cache_clear()


def test_a_network_with_damaged_weights_shows_an_error_and_the_others_answer(broken, page):
    send(page, message(placed(7)))
    assert not page.exception
    assert read(page) == {key: "7" for key in DEFAULT_NETWORKS if key != "cnn"}
    ((key, reason),) = record(page)["failures"].items()
    assert key == "cnn" and f"weights/{RECIPE}/cnn.tflite" in reason
    assert f"python -m training.train cnn --recipe {RECIPE}" in reason


def test_a_repaired_network_answers_at_the_next_stroke(broken, page):
    send(page, message(placed(7)))
    data = bytearray(broken.read_bytes())
    data[5000] ^= 1
    broken.write_bytes(data)
    send(page, message(placed(1)))
    assert set(read(page)) == set(DEFAULT_NETWORKS) and not record(page)["failures"]


def _replaced(path):
    """Replaces the CNN and its card by those of recipe "book"."""
    for kind in (store.serving_path, store.card_path):
        shutil.copy(kind("cnn", "book"), kind("cnn", RECIPE))


CHANGES = {
    "replaced": _replaced,
    "deleted with its card": lambda path: [path.unlink(), store.card_path("cnn", RECIPE).unlink()],
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_running_server_keeps_the_weights_it_has_loaded(tmp_path, monkeypatch, change):
    shutil.copytree(store.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(store, "WEIGHTS", tmp_path / "weights")
    page = send(visit(), message(placed(7)))
    before = record(page)["digits"]
    change(store.serving_path("cnn", RECIPE))
    for again in (page, visit()):  # for present and for new visitors
        send(again, message(placed(1)))
        assert not again.exception and list(read(again)) == list(DEFAULT_NETWORKS)
        send(again, message(placed(7)))
        assert record(again)["digits"] == before


def test_without_any_weights_the_page_still_opens(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)
    page = send(visit(), message(placed(7)))
    assert not page.exception and read(page) == {}
    assert set(record(page)["failures"]) == set(DEFAULT_NETWORKS)


def test_the_evidence_names_a_damaged_card_and_shows_the_others(broken):
    store.card_path("mlp", "book").write_text("{}")
    page = AppTest.from_string("from ui.evidence import page\n\npage.page()", default_timeout=START_SECONDS).run()
    assert not page.exception
    assert any("weights/book/mlp.json is not a card" in error.value for error in page.error) and page.table


def test_a_detector_that_cannot_be_read_is_mentioned_and_the_networks_answer(broken, page):
    store.card_path("outlier", "drawn").write_text("{}")
    send(page, message(placed(7)))
    assert not page.exception and set(read(page).values()) == {"7"}
    assert any(
        "outlier detector is not available: weights/drawn/outlier.json is not a card" in text.value
        for text in page.caption
    )


EDITED = {
    "no training": {"training": {}},
    "no history": {"history": []},
    "another score": {"tests": {"mnist": {"n": 10, "correct": 11}}},
    "an unknown test": {"tests": {"glass": {"n": 10, "correct": 9, "confusion": [], "reliability": []}}},
}


@pytest.mark.parametrize("changes", EDITED.values(), ids=EDITED.keys())
def test_an_edited_card_is_a_sentence_on_every_page_that_shows_it(broken, changes):
    for key in ("mlp", "outlier"):
        path = store.card_path(key, "drawn")
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    for script in ("from ui.evidence import page as one", "from ui.book import page as one"):
        page = AppTest.from_string(f"{script}\n\none.page()", default_timeout=START_SECONDS).run()
        assert not page.exception
        if "evidence" in script and "glass" not in str(changes):
            for key in ("mlp", "outlier"):
                assert any(f"weights/drawn/{key}.json is not a card" in error.value for error in page.error)


def test_damaged_tables_are_a_sentence_on_the_book(broken, monkeypatch):
    monkeypatch.setattr(retrained, "TABLES", broken.parent.parent / "tables.json")
    retrained.TABLES.write_text("hello")
    page = AppTest.from_string(
        "from ui.book import tables as one\n\none.retrained()", default_timeout=START_SECONDS
    ).run()
    assert not page.exception and "python -m training.tables" in page.markdown[0].value
