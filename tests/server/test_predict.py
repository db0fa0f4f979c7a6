"""POST /api/predict gives other programs the page's predictions, and an error in a sentence for everything else."""

from __future__ import annotations

import io
import json
import time
import urllib.error
import urllib.request

import numpy as np
import pytest
from PIL import Image
from starlette.requests import Request

from digits.picture import LARGEST_FILE
from digits.samples import sample_digit
from recognition import load
from recognition.report import JSON_BYTES
from server import predict
from tests.page_server import run_async

FIVE = sample_digit("5")
JSON = {"content-type": "application/json"}


def png(digit: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(digit).save(file, "PNG")
    return file.getvalue()


def post(server, content: bytes, query: str = "", headers: dict[str, str] | None = None) -> tuple[int, dict]:
    """The status and the JSON that the server answers with."""
    request = urllib.request.Request(f"{server.address}/api/predict{query}", content, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize("as_json", [False, True], ids=["PNG", "JSON"])
def test_a_digit_gets_the_calibrated_probabilities_of_the_first_four(server, as_json):
    content = json.dumps(FIVE.tolist()).encode() if as_json else png(FIVE)
    status, data = post(server, content, headers=JSON if as_json else None)
    assert status == 200 and data["not_a_digit"] is False and data["versions"] == predict.VERSIONS
    assert list(data["networks"]) == ["mlp", "cnn", "rnn", "resnet"]
    for key, entry in data["networks"].items():
        np.testing.assert_allclose(entry["probabilities"], load(key, "drawn").predict(FIVE[None])[0], atol=1e-6)
        assert entry["digit"] == 5 and entry["calibrated"] is True


def test_the_query_chooses_networks_and_the_recipe(server):
    _, data = post(server, png(FIVE), "?network=gru&network=mlp&recipe=book")
    assert [(key, entry["recipe"]) for key, entry in data["networks"].items()] == [("gru", "book"), ("mlp", "book")]


@pytest.mark.parametrize(
    ("content", "query", "headers", "status", "sentence"),
    [
        (b"", "", {}, 400, "Expected a photo"),
        (b"no picture", "", {}, 400, "Expected a photo"),
        (b"[]", "", JSON, 400, "Expected 28 rows"),
        (b"[" * 10_000, "", JSON, 400, "Expected 28 rows"),
        (b" " * (JSON_BYTES + 1), "", JSON, 413, "Expected at most"),
        (b" " * (LARGEST_FILE + 1), "", {}, 413, "Expected at most"),
        (png(FIVE), "?network=vgg", {}, 400, "unknown network 'vgg'"),
        (png(FIVE), "?recipe=cake", {}, 400, "unknown recipe 'cake'"),
    ],
    ids=["empty", "text", "no rows", "nested", "long JSON", "large file", "network", "recipe"],
)
def test_what_cannot_be_answered_gets_a_sentence(server, content, query, headers, status, sentence):
    answered, data = post(server, content, query, headers)
    assert answered == status and sentence in data["error"]


def test_too_many_requests_are_asked_to_come_back():
    endpoint = predict.Api()
    endpoint.quota.use(predict.BURST + predict.SHARE * (predict.MAX_WAIT + 1))
    left = endpoint.quota.left
    response = run_async(endpoint.predict(Request({"type": "http", "headers": [], "query_string": b""})))
    assert response.status_code == 429 and int(response.headers["Retry-After"]) >= 1
    assert endpoint.quota.left == pytest.approx(left, abs=1), "what is refused costs nothing"


def test_no_more_pictures_arrive_at_once_than_memory_allows():
    endpoint = predict.Api()
    endpoint.pictures = predict.PICTURES
    response = run_async(endpoint.predict(Request({"type": "http", "headers": [], "query_string": b""})))
    assert (
        response.status_code == 429
        and endpoint.quota.left == pytest.approx(predict.BURST, abs=0.1)
        and endpoint.pictures == predict.PICTURES
    )


def test_the_time_that_photos_take_counts(monkeypatch):
    endpoint = predict.Api()
    monkeypatch.setattr(predict, "number_from_photo", lambda photo: time.sleep(0.3))
    run_async(endpoint._look(b""))
    assert endpoint.quota.left <= predict.BURST - 0.3 + predict.SHARE * 0.1
