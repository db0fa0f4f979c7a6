"""POST /api/predict: predictions for other programs, by the same networks, beside the page and bounded like it.

    curl --data-binary @digit.png http://localhost:8501/api/predict
    curl --data-binary @digit.png 'http://localhost:8501/api/predict?network=cnn&network=resnet&recipe=book'

The body is a photo, a picture of 28x28 pixels, or, as application/json, 28 rows of 28 numbers from 0 to 255.

MERGED: POST /api/stroke: what the networks make of a drawing while the pen is still down, for the page's own bars.

Only what costs nobody else anything: one picture at a time, a bounded share of a core, and beyond it the answer 204,
upon which the browser lets the bars rest for a while.
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

from digits import number_from_canvas
from digits.normalization import decode_canvas_png
from digits.photo import number_from_photo
from digits.picture import LARGEST_FILE
from models import DEFAULT_NETWORKS, find
from recognition import ensemble, outlier
from recognition.ensemble import Selection
from recognition.recipes import check_recipe
from recognition.report import JSON_BYTES, digit_from_json, number_report
from recognition.store import WeightsError, default_recipe
from rooms.limits import TokenBucket

SHARE, BURST = 0.5, 2.0  # cores for all requests together, on average, and seconds of a core that may be used at once
LEAST = 0.02  # seconds of a core that every request counts at least
PICTURES = 4  # bodies of up to 10 MB that may arrive or wait at once
MAX_WAIT = 2.0  # seconds; who would have to wait longer is asked to come back
MAX_SECONDS = 30.0  # for a body to arrive
VERSIONS = {"litert": version("ai-edge-litert"), "streamlit": version("streamlit")}


class Api:
    """The endpoint; one for a server, as all requests share its quota."""

    def __init__(self) -> None:
        self.quota = TokenBucket(SHARE, BURST)
        self.pictures = 0  # that arrive or wait now
        self.looking = asyncio.Lock()  # one photo at a time, as it keeps a core busy and takes 250 MB

    async def predict(self, request: Request) -> JSONResponse:
        """Answers a request; every error is a JSON object with a sentence."""
        is_json = request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
        wait = self.quota.use(LEAST)
        if wait > MAX_WAIT or (not is_json and self.pictures >= PICTURES):
            self.quota.use(-LEAST)  # what is refused costs nothing
            return _error(429, "Too many requests at the moment.", {"Retry-After": str(max(1, round(wait)))})
        self.pictures += not is_json
        try:
            await asyncio.sleep(wait)
            return await self._answer(request, is_json)
        finally:
            self.pictures -= not is_json

    async def _answer(self, request: Request, is_json: bool) -> JSONResponse:
        limit = JSON_BYTES if is_json else LARGEST_FILE
        try:
            async with asyncio.timeout(MAX_SECONDS):
                body = await read(request, limit)
        except TimeoutError:
            return _error(408, f"Expected the whole body within {MAX_SECONDS:.0f} seconds.")
        if body is None:
            return _error(413, f"Expected at most {limit:,} bytes.")
        try:
            selection = selected(request.query_params)
            digits = [digit_from_json(body)] if is_json else await self._look(body)
        except ValueError as error:
            return _error(400, str(error))
        return JSONResponse(await asyncio.to_thread(_predicted, selection, digits))

    async def _look(self, photo: bytes) -> list[np.ndarray]:
        """The digits in a photo; its time counts, so that photos alone cannot take more than the requests' share."""
        async with self.looking:
            begin = time.perf_counter()
            try:
                return await asyncio.to_thread(number_from_photo, photo)
            finally:
                self.quota.use(time.perf_counter() - begin)


def selected(query: QueryParams) -> Selection:
    """The selection that a query asks for: network, recipe, and raw=1 for the softmax before it is calibrated.

    Raises ValueError, with the known names, for an unknown network or recipe.
    """
    keys = tuple(dict.fromkeys(query.getlist("network"))) or DEFAULT_NETWORKS
    for key in keys:
        find(key)
    return Selection(check_recipe(query.get("recipe") or default_recipe()), keys, calibrated=query.get("raw") != "1")


async def read(request: Request, limit: int) -> bytes | None:
    """The body, or None once it is longer than the limit."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            return None
    return bytes(body)


def _predicted(selection: Selection, digits: list[np.ndarray]) -> dict:
    scores: list[float | None] = [None] * len(digits)
    with contextlib.suppress(WeightsError):
        scores = outlier.score(np.stack(digits)).tolist()
    predictions = ensemble.predict_all(selection, digits)
    return number_report(predictions.by_digit, scores, predictions.failures) | {"versions": VERSIONS}


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": sentence}, status, headers)


STROKE_SHARE, STROKE_BURST = (
    0.1,
    0.3,
)  # cores for all strokes together, on average, and seconds of a core that may be used at once
STROKE_LEAST = 0.004  # seconds of a core that every picture counts at least, with its way through the server
LARGEST = 100_000  # bytes; a drawing has some kilobytes
STROKE_MAX_SECONDS = 2.0  # for a picture to arrive
DECIMALS = 3  # of a probability; a bar is some hundred pixels long


class MidStroke:
    """The endpoint; one for a server, as all visits share its quota."""

    def __init__(self) -> None:
        self.quota = TokenBucket(STROKE_SHARE, STROKE_BURST)
        self.busy = False

    async def answer(self, request: Request) -> Response:
        """Answers with ten probabilities for each network, {} where there is not one digit, or 204 when busy."""
        if self.busy:
            return Response(status_code=204)
        if self.quota.use(STROKE_LEAST) > 0:
            self.quota.use(-STROKE_LEAST)  # what is refused costs nothing
            return Response(status_code=204)
        self.busy = True
        try:
            return await self._answer(request)
        finally:
            self.busy = False

    async def _answer(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(STROKE_MAX_SECONDS):
                body = await read(request, LARGEST)
            if body is None:
                raise ValueError(f"Expected at most {LARGEST:,} bytes.")
            selection = selected(request.query_params)
            begin = time.perf_counter()
            answers = await asyncio.to_thread(_answers, selection, body)
            self.quota.use(max(0.0, time.perf_counter() - begin - STROKE_LEAST))
        except TimeoutError:
            return JSONResponse({"error": f"Expected the picture within {STROKE_MAX_SECONDS:.0f} seconds."}, 408)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(answers)


def _answers(selection: Selection, png: bytes) -> dict[str, list[float]]:
    digits = number_from_canvas(decode_canvas_png(png))
    if len(digits) != 1:
        return {}
    (predictions,) = ensemble.predict_all(selection, digits).by_digit
    return {each.network: np.round(each.probabilities.astype(float), DECIMALS).tolist() for each in predictions}
