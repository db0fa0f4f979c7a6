"""Programs get the predictions of the page, everything else an error in a sentence."""

from __future__ import annotations

import asyncio
import io
import json
import urllib.request

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request

from digits.picture import MAX_PHOTO_BYTES
from digits.samples import sample_digit
from recognition import load
from recognition.report import JSON_BYTES
from server import predict
from server.bodies import GONE
from server.predict import PREDICT_MIN_SECONDS, Predict
from tests.drawings import photo
from tests.page_server import run_async

FIVE = sample_digit("5")
JSON = {"content-type": "application/json"}


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def whole(body: bytes):
    """The receiving side of a request whose body comes at once."""

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def ask(endpoint: Predict, body: bytes, query: str = "", headers: dict[str, str] | None = None):
    """The status and the JSON that the endpoint answers with."""

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": "POST", "headers": raw, "query_string": query.encode()}
    response = run_async(endpoint.answer(Request(scope, whole(body))))
    return response.status_code, json.loads(response.body)


@pytest.mark.parametrize("as_json", [False, True], ids=["PNG", "JSON"])
def test_a_digit_gets_the_calibrated_probabilities_of_the_first_four(as_json):
    content = json.dumps(FIVE.tolist()).encode() if as_json else png(FIVE)
    status, data = ask(Predict(), content, headers=JSON if as_json else None)
    assert status == 200 and data["not_a_digit"] is False and data["versions"] == predict.VERSIONS
    assert list(data["networks"]) == ["mlp", "cnn", "rnn", "resnet"]
    for key, entry in data["networks"].items():
        np.testing.assert_allclose(entry["probabilities"], load(key, "drawn").predict(FIVE[None])[0], atol=1e-6)
        assert entry["digit"] == 5 and entry["calibrated"] is True


def test_the_query_chooses_networks_the_recipe_and_the_raw_softmax():
    _, data = ask(Predict(), png(FIVE), "network=gru&network=mlp&recipe=book&raw=1")
    chosen = [(key, entry["recipe"], entry["calibrated"]) for key, entry in data["networks"].items()]
    assert chosen == [("gru", "book", False), ("mlp", "book", False)]


def test_a_running_server_answers(server):
    request = urllib.request.Request(f"{server.address}/api/predict", photo(5))
    with urllib.request.urlopen(request, timeout=30) as response:
        assert {entry["digit"] for entry in json.load(response)["networks"].values()} == {5}


@pytest.mark.parametrize(
    ("content", "query", "headers", "status", "sentence"),
    [
        (b"", "", {}, 400, "Expected a photo"),
        (b"no picture", "", {}, 400, "Expected a photo"),
        (b"[]", "", JSON, 400, "Expected 28 rows"),
        (b"[" * 10_000, "", JSON, 400, "Expected 28 rows"),
        (b" " * (JSON_BYTES + 1), "", JSON, 413, "Expected at most"),
        (b" " * (MAX_PHOTO_BYTES + 1), "", {}, 413, "Expected at most"),
        (png(FIVE), "network=vgg", {}, 400, "unknown network 'vgg'"),
        (png(FIVE), "recipe=cake", {}, 400, "unknown recipe 'cake'"),
    ],
    ids=["empty", "text", "no rows", "nested", "long JSON", "large file", "network", "recipe"],
)
def test_what_cannot_be_answered_gets_a_sentence(content, query, headers, status, sentence):
    answered, data = ask(Predict(), content, query, headers)
    assert answered == status and sentence in data["error"]


def test_beyond_their_budget_programs_are_asked_to_come_back_and_a_refusal_costs_nothing():
    endpoint = Predict()
    rate, most = predict.PREDICT_BUDGET
    endpoint.budget.clock = lambda: endpoint.budget.at  # time stands still
    endpoint.budget.use(most + rate * (predict.MAX_WAIT_SECONDS + 1))
    left = endpoint.budget.left
    assert ask(endpoint, png(FIVE))[0] == 429 and endpoint.budget.left == pytest.approx(left)


async def trickle():
    """A body that never ends, a byte at a time."""
    await asyncio.sleep(0.01)
    return {"type": "http.request", "body": b"\xff", "more_body": True}


def test_slow_bodies_keep_nobody_from_asking():
    endpoint = Predict()

    async def beside_slow_ones() -> int:
        scope = {"type": "http", "method": "POST", "headers": [], "query_string": b""}
        slow = [asyncio.create_task(endpoint.answer(Request(scope, trickle))) for _ in range(50)]
        await asyncio.sleep(0.05)
        status = (await endpoint.answer(Request(scope, whole(png(FIVE))))).status_code
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return status

    assert run_async(beside_slow_ones()) == 200 and endpoint.memory.used == 0


def test_nothing_is_computed_for_one_who_has_left(monkeypatch):
    endpoint = Predict()
    monkeypatch.setattr(endpoint, "_read", lambda photo: pytest.fail("it was read"))
    messages = iter([{"type": "http.request", "body": png(FIVE), "more_body": False}])

    async def receive() -> dict:
        return next(messages, {"type": "http.disconnect"})

    scope = {"type": "http", "method": "POST", "headers": [], "query_string": b""}
    assert run_async(endpoint.answer(Request(scope, receive))).status_code == GONE


def test_a_body_that_stands_still_or_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(predict, "PREDICT_TIMEOUT_SECONDS", 0.05)
    scope = {"type": "http", "method": "POST", "headers": [], "query_string": b""}
    assert run_async(Predict().answer(Request(scope, trickle))).status_code == 408


def test_no_more_bytes_arrive_at_once_than_memory_allows():
    endpoint = Predict()
    endpoint.memory.used = predict.MAX_BODY_BYTES - 10
    assert ask(endpoint, png(FIVE))[0] == 503 and endpoint.memory.used == predict.MAX_BODY_BYTES - 10


def test_the_time_that_photos_take_counts():
    endpoint = Predict()
    endpoint.budget.clock = lambda: endpoint.budget.at
    ask(endpoint, photo(5))
    assert endpoint.budget.left < predict.PREDICT_BUDGET[1] - PREDICT_MIN_SECONDS


def test_a_form_upload_is_answered_whatever_its_field_is_called_and_an_empty_form_gets_a_sentence():
    form = {"content-type": "multipart/form-data; boundary=xyz"}
    head = b'--xyz\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
    _, data = ask(Predict(), head + png(FIVE) + b"\r\n--xyz--\r\n", headers=form)
    assert data["networks"]["cnn"]["digit"] == 5
    status, data = ask(
        Predict(), b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xyz--\r\n', "", form
    )
    assert status == 400 and "one file in it" in data["error"]


def test_nearly_nothing_as_json_and_an_unknown_parameter_get_a_sentence():
    for rows in (np.zeros((28, 28), int), (FIVE > 100).astype(int)):
        status, data = ask(Predict(), json.dumps(rows.tolist()).encode(), headers=JSON)
        assert status == 400 and "nearly nothing" in data["error"]
    status, data = ask(Predict(), png(FIVE), "networks=cnn")
    assert status == 400 and "networks" in data["error"]
