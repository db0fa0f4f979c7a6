"""The requests of a browser while the pen is still down, as ui/drawing/stroke.js does it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import urllib.request
from collections import Counter

import numpy as np

from models import DEFAULT_NETWORKS
from tests.ui.page import message

PERIOD_SECONDS, REST_SECONDS = 0.25, 5.0  # seconds from picture to picture, and after the server was busy


class Pen:
    """One visitor's pen. answers: of all visitors, by HTTP status."""

    def __init__(self, address: str, answers: Counter):
        self.address = f"{address}/api/stroke?" + "&".join(f"network={key}" for key in DEFAULT_NETWORKS)
        self.answers, self.rest_until = answers, 0.0

    async def down(self, strokes: list[np.ndarray], seconds: float) -> None:
        """Holds the pen down for some seconds over a drawing of these strokes."""
        end = time.monotonic() + seconds
        picture = base64.b64decode(json.loads(json.dumps(message(strokes)))["drawing"]["data"].split(",")[1])
        while time.monotonic() + PERIOD_SECONDS < end:
            await asyncio.sleep(PERIOD_SECONDS)
            if time.monotonic() > self.rest_until:
                status = await asyncio.to_thread(self._ask, picture)
                self.answers[status] += 1
                if status != 200:
                    self.rest_until = time.monotonic() + REST_SECONDS

    def _ask(self, picture: bytes) -> int:
        with urllib.request.urlopen(urllib.request.Request(self.address, picture), timeout=10) as response:
            return response.status
