"""While the pen is down the page asks for the bars; the server answers as it would afterwards, or lets it wait."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request

from digits import from_canvas
from digits.strokes import draw_strokes
from models import DEFAULT_NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from server import predict
from server.predict import STROKE_LEAST, MidStroke
from tests.drawings import placed
from tests.page_server import run_async


def png(drawing: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(drawing).save(file, "PNG")
    return file.getvalue()


def ask(endpoint: MidStroke, body: bytes, query: str = ""):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "headers": [], "query_string": query.encode()}
    return run_async(endpoint.answer(Request(scope, receive)))


SEVEN = draw_strokes(placed(7), 18, 280, 280)


SMALL = draw_strokes([np.array([(60.0, 60.0), (200.0, 80.0), (180.0, 200.0)])], 18, 280, 280)  # of low confidence


@pytest.mark.parametrize(("query", "calibrated"), [("", True), ("raw=1", False)], ids=["calibrated", "raw"])
def test_the_answer_is_the_pages_own(query, calibrated):
    answers = json.loads(ask(MidStroke(), png(SMALL), query).body)
    (asked,) = ensemble.predict_all(Selection("drawn", DEFAULT_NETWORKS, calibrated), [from_canvas(SMALL)]).by_digit
    assert list(answers) == list(DEFAULT_NETWORKS)
    for answer in asked:
        np.testing.assert_allclose(answers[answer.network], answer.probabilities, atol=0.0005001)


def test_without_ink_there_is_nothing_to_show():
    assert json.loads(ask(MidStroke(), png(np.zeros((280, 280, 4), np.uint8))).body) == {}


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (b"no picture", ""),
        (bytes(predict.LARGEST + 1), ""),
        (png(SEVEN), "network=oracle"),
        (png(SEVEN), "recipe=x"),
    ],
    ids=["no picture", "too long", "no network", "no recipe"],
)
def test_what_no_page_sends_gets_a_sentence(body, query):
    response = ask(MidStroke(), body, query)
    assert response.status_code == 400 and json.loads(response.body)["error"]


def test_beyond_its_share_it_lets_the_bars_rest_and_what_is_refused_costs_nothing():
    endpoint = MidStroke()
    endpoint.quota.clock = lambda: endpoint.quota.at  # time stands still
    assert ask(endpoint, png(SEVEN)).status_code == 200 and endpoint.quota.left < predict.STROKE_BURST
    endpoint.quota.left = STROKE_LEAST / 2
    assert ask(endpoint, png(SEVEN)).status_code == 204 and endpoint.quota.left == pytest.approx(STROKE_LEAST / 2)


def test_a_second_picture_at_the_same_time_is_not_looked_at():
    endpoint = MidStroke()
    endpoint.busy = True
    assert ask(endpoint, png(SEVEN)).status_code == 204 and endpoint.busy
