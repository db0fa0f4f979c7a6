"""POST /api/predict: predictions for other programs.

    curl --data-binary @digit.png http://localhost:8501/api/predict
    curl --data-binary @digit.png 'http://localhost:8501/api/predict?network=cnn&network=resnet&recipe=book'
    curl -F file=@digit.png http://localhost:8501/api/predict

The body is a photo, by itself or in a form, a picture of 28x28 pixels, or, as application/json, 28 rows of 28 numbers
from 0 to 255. A photo of several lines gives "lines"; ink that was not read, and digits that may be no whole ones, give
a "warning". The endpoint shares its process with the page, so it has a budget of processor time; requests beyond it are
refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from importlib.metadata import version

import numpy as np
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digits.photo import Reading, read_photo
from digits.picture import MAX_PHOTO_BYTES
from models import DEFAULT_NETWORKS, find
from recognition import ensemble, outlier
from recognition.ensemble import Selection
from recognition.recipes import check_recipe
from recognition.report import JSON_BYTES, digit_from_json, number_report, photo_report
from recognition.store import WeightsError, default_recipe
from rooms.limits import TokenBucket
from server.bodies import GONE, BodyError, Memory, file_in_form, is_form, read_body
from server.maintenance import return_free_memory

PREDICT_BUDGET = (0.5, 2.0)  # cores on average, and seconds of a core at once, of all requests together
PREDICT_MIN_SECONDS = 0.02  # of a core, that every request counts at least
PREDICT_TIMEOUT_SECONDS = 30.0  # for a body to arrive
MAX_BODY_BYTES = 45_000_000  # of all bodies that arrive or wait at once; slow ones hold no more than they have sent
FORM_BYTES = 2000  # of a form's envelope around a photo
MAX_WAIT_SECONDS = 2.0  # for the budget; who would have to wait longer is asked to come back

PARAMETERS = ("network", "recipe", "raw")

VERSIONS = {"litert": version("ai-edge-litert"), "streamlit": version("streamlit")}


class Predict:
    """The endpoint for other programs; one for a server, because all requests share its budget."""

    def __init__(self) -> None:
        self.budget = TokenBucket(*PREDICT_BUDGET)
        self.memory = Memory(MAX_BODY_BYTES)
        self.turn = asyncio.Lock()  # one request is computed at a time, so that others keep the event loop's threads

    async def answer(self, request: Request) -> Response:
        """Answer a request; every error is a JSON object with a sentence."""
        kind = request.headers.get("content-type", "")
        is_json = kind.partition(";")[0].strip() == "application/json"
        most = JSON_BYTES if is_json else MAX_PHOTO_BYTES + FORM_BYTES * is_form(kind)
        try:
            with self.memory.counted() as take:
                body = await read_body(request.receive, most, take, total=PREDICT_TIMEOUT_SECONDS)
                wait = self.budget.use(PREDICT_MIN_SECONDS)
                if wait > MAX_WAIT_SECONDS:
                    self.budget.use(-PREDICT_MIN_SECONDS)  # a refusal costs nothing
                    return _error(429, "Too many requests at the moment.", {"Retry-After": str(max(1, round(wait)))})
                await asyncio.sleep(wait)
                selection = _selection(request.query_params)
                async with self.turn:
                    if await request.is_disconnected():  # others wait, and a server that stops
                        raise BodyError(GONE, "The line was closed.")
                    if is_json:
                        answer = await asyncio.to_thread(_report, selection, [digit_from_json(body)])
                    else:
                        photo = file_in_form(body, kind) if is_form(kind) else body
                        reading = await asyncio.to_thread(self._read, photo)
                        answer = await asyncio.to_thread(_photo_report, selection, reading)
                    return JSONResponse(answer | {"versions": VERSIONS})
        except BodyError as error:
            return _error(error.status, error.sentence)
        except ValueError as error:
            return _error(400, str(error))

    def _read(self, photo: bytes) -> Reading:
        """Read a photo; its CPU time counts, not the wait for other photos (digits.picture)."""
        begin = time.thread_time()
        try:
            return read_photo(photo)
        finally:
            return_free_memory()
            self.budget.use(time.thread_time() - begin)


def _selection(query: QueryParams) -> Selection:
    """Return the selection that a query asks for: network, recipe, and raw=1 for the softmax before it is calibrated.

    Raises ValueError, with the known names, for an unknown network or recipe.
    """
    if unknown := sorted(set(query) - set(PARAMETERS)):
        raise ValueError(f"Expected no parameter but {', '.join(PARAMETERS)}, got {unknown[0][:40]!r}.")
    keys = tuple(dict.fromkeys(query.getlist("network"))) or DEFAULT_NETWORKS
    for key in keys:
        find(key)
    return Selection(check_recipe(query.get("recipe") or default_recipe()), keys, calibrated=query.get("raw") != "1")


def _report(selection: Selection, digits: list[np.ndarray]) -> dict:
    scores: list[float | None] = [None] * len(digits)
    with contextlib.suppress(WeightsError):
        scores = outlier.score(np.stack(digits)).tolist()
    predictions = ensemble.predict_all(selection, digits)
    return number_report(predictions.by_digit, scores, predictions.failures)


def _photo_report(selection: Selection, photo: Reading) -> dict:
    return photo_report([_report(selection, [*line.digits]) for line in photo.lines], photo)


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": sentence}, status, headers)
