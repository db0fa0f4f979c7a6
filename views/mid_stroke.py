"""POST /api/stroke: what the networks make of a drawing while the pen is still down, for the page's own bars.

Only what costs nobody else anything: one picture at a time, a bounded share of a core, and beyond it the answer 204,
upon which the browser lets the bars rest for a while.
"""

from __future__ import annotations

import asyncio
import time

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digits import number_from_canvas
from digits.normalization import decode_canvas_png
from views import serving
from views.api import read, selected
from views.guard.quota import Quota
from views.session import Selection

SHARE, BURST = 0.1, 0.3  # cores for all strokes together, on average, and seconds of a core that may be used at once
LEAST = 0.004  # seconds of a core that every picture counts at least, with its way through the server
LARGEST = 100_000  # bytes; a drawing has some kilobytes
MAX_SECONDS = 2.0  # for a picture to arrive
DECIMALS = 3  # of a probability; a bar is some hundred pixels long


class MidStroke:
    """The endpoint; one for a server, as all visits share its quota."""

    def __init__(self) -> None:
        self.quota = Quota(SHARE, BURST)
        self.busy = False

    async def answer(self, request: Request) -> Response:
        """Answers with ten probabilities for each network, {} where there is not one digit, or 204 when busy."""
        if self.busy:
            return Response(status_code=204)
        if self.quota.use(LEAST) > 0:
            self.quota.use(-LEAST)  # what is refused costs nothing
            return Response(status_code=204)
        self.busy = True
        try:
            return await self._answer(request)
        finally:
            self.busy = False

    async def _answer(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(MAX_SECONDS):
                body = await read(request, LARGEST)
            if body is None:
                raise ValueError(f"Expected at most {LARGEST:,} bytes.")
            selection = selected(request.query_params)
            begin = time.perf_counter()
            answers = await asyncio.to_thread(_answers, selection, body)
            self.quota.use(max(0.0, time.perf_counter() - begin - LEAST))
        except TimeoutError:
            return JSONResponse({"error": f"Expected the picture within {MAX_SECONDS:.0f} seconds."}, 408)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(answers)


def _answers(selection: Selection, png: bytes) -> dict[str, list[float]]:
    digits = number_from_canvas(decode_canvas_png(png))
    if len(digits) != 1:
        return {}
    answers = [answer for answer in serving.ask(selection, digits[0]) if not answer.error]
    return {answer.network: np.round(answer.shares.astype(float), DECIMALS).tolist() for answer in answers}
