"""The history of a visit, its exports, and what the visitor's browser keeps of it."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from models import DEFAULT_NETWORKS
from recognition.prediction import Prediction
from tests.drawings import placed
from tests.recognition.test_prediction import CARD, distribution
from tests.ui.page import message, opened, send, visit
from ui.drawing.history import MAX_DRAWINGS, DrawnDigit, History

DIGIT = np.full((28, 28), 200, np.uint8)


def drawn(*answers: int, recipe: str = "drawn", calibrated: bool = True, own: Prediction | None = None) -> DrawnDigit:
    """A digit with the predictions of the first networks."""
    predictions = {
        key: Prediction(key, recipe, distribution(digit), CARD, calibrated)
        for key, digit in zip(DEFAULT_NETWORKS, answers, strict=False)
    }
    return DrawnDigit(DIGIT, predictions, own=own)


def rows(history: History) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(history.csv())))


def test_another_stroke_updates_the_same_drawing_and_keeps_its_label():
    history = History()
    history.record(0, [drawn(1, 1, 1, 1)])
    history.drawings[0][0].label = 7
    history.record(0, [drawn(7, 7, 1, 7, recipe="book")])
    ((digit,),) = history.drawings.values()
    assert digit.label == 7 and digit.recipe == "book" and digit.misread


def test_only_labelled_drawings_count_as_correct_or_not():
    history = History()
    for number, (label, given) in enumerate([(7, (7, 7, 1, 7)), (3, (3, 8, 3, 3)), (None, (5, 5, 5, 5))]):
        history.record(number, [drawn(*given)])
        history.drawings[number][0].label = label
    assert history.correct() == dict(zip(DEFAULT_NETWORKS, [(2, 2), (1, 2), (1, 2), (2, 2)], strict=True))


def test_the_csv_has_every_probability_and_empty_cells_for_a_network_that_could_not_answer():
    history = History()
    history.record(4, [drawn(2, 2, 2)])
    history.record(5, [drawn(3, 3, 3, 3, calibrated=False)])
    row, other = rows(history)
    assert (row["drawing"], row["recipe"], row["meant"], row["mlp_answer"]) == ("1", "drawn", "", "2")
    assert [float(row[f"cnn_p{digit}"]) for digit in range(10)] == pytest.approx(distribution(2).tolist(), abs=1e-6)
    assert row["resnet_answer"] == row["resnet_p0"] == ""
    assert (row["calibrated"], other["calibrated"]) == ("yes", "no")


def test_the_csv_has_the_visitors_own_network_where_it_has_answered_and_says_which_it_was():
    history = History()
    history.record(0, [drawn(2, 2, 2, 2)])
    assert "yours" not in history.csv()
    history.record(1, [drawn(4, 4, 4, 4, own=Prediction("cnn", "yours", distribution(9), CARD)), drawn(4, 4, 4, 4)])
    before, first, second = rows(history)
    assert (first["yours"], first["yours_answer"], first["cnn_answer"]) == ("cnn", "9", "4")
    assert [float(first[f"yours_p{digit}"]) for digit in range(10)] == pytest.approx(distribution(9).tolist(), abs=1e-6)
    assert {row[name] for row in (before, second) for name in ("yours", "yours_answer", "yours_p0")} == {""}
    assert (first["drawing"], second["drawing"]) == ("2.1", "2.2")
    assert Image.open(io.BytesIO(history.png())).height > 0


def test_the_png_shows_each_drawing():
    history = History()
    for number in range(7):
        history.record(number, [drawn(1, 2, 3, 4)])
    image = np.asarray(Image.open(io.BytesIO(history.png())).convert("L"))
    assert (image == 200).sum() >= 7 * 112 * 112 * 0.99
    assert Image.open(io.BytesIO(History().png())).size[0] == image.shape[1]


def test_the_oldest_drawings_are_dropped():
    history = History()
    for number in range(MAX_DRAWINGS + 5):
        history.record(number, [drawn()])
    assert list(history.drawings) == list(range(5, MAX_DRAWINGS + 5))


def test_a_drawing_that_a_reload_draws_again_is_one_and_keeps_its_label():
    history = History()
    history.drawings = {-2: (DrawnDigit(np.zeros((28, 28), np.uint8), {}),), -1: (drawn(7, 7, 7, 7),)}
    history.drawings[-1][0].label = 7
    history.record(0, [drawn(7, 7, 7, 7)])
    assert list(history.drawings) == [-2, 0] and history.drawings[0][0].label == 7


def test_the_browser_keeps_the_newest_drawings_and_a_new_visit_has_them_again():
    page = visit()
    page.session_state["memory_of_browser"] = {"kept": ""}
    send(page, message(placed(7)))
    (memory,) = (each.proto for each in page.get("bidi_component") if each.proto.component_name.endswith("memory"))
    latest = json.loads(json.loads(memory.json)[2])
    assert len(latest) == 1 and len(str(latest)) < 2000, "not all drawings at each run"
    (digits,) = latest.values()
    again = opened({})
    again.session_state["memory_of_browser"] = {"kept": json.dumps({"drawings": [*digits, *digits]})}
    again.run()
    (first,), (second,) = again.session_state["history"].drawings.values()
    np.testing.assert_array_equal(first.digit, page.session_state["board"].digit)
    assert set(second.predictions) == set(DEFAULT_NETWORKS)


@pytest.mark.parametrize("kept", ["nonsense", "[]", '{"drawings":[["AAAA",3]]}', "[" * 200_000], ids=len)
def test_forged_memories_are_ignored(kept):
    page = visit()
    page.session_state["memory_of_browser"] = {"kept": kept}
    page.run()
    assert not page.exception and "drawings" in vars(page.session_state["history"])
    send(page, message(placed(7)))
    assert not page.exception
