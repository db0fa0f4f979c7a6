"""A visitor without a browser, who speaks Streamlit's protocol over its websocket as browsers do.

The messages come from the installed Streamlit, so this fails where its protocol changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from tests.views.page import message

PATIENCE = 30.0  # seconds after which an answer counts as failed
ANSWERED = b'class="answers answered"'


@contextlib.asynccontextmanager
async def visit(address: str, affinity: str = "") -> AsyncIterator[Client]:
    """A visitor in front of the page at an address, until the block ends.

    affinity: a cookie to send along, for a load balancer.
    """
    async with connect(
        address.replace("http", "ws") + "/_stcore/stream",
        subprotocols=["streamlit"],
        origin=address,
        max_size=None,
        additional_headers={"Cookie": affinity} if affinity else None,
    ) as socket:
        client = Client(socket)
        await client.open()
        yield client


class Client:
    """One visit: what the page has shown last, and the widgets it can use."""

    def __init__(self, socket):
        self.socket = socket
        self.canvas = self.fragment = self.page = self.clear = ""
        self.answered: float | None = None

    async def open(self) -> None:
        await self._send(BackMsg())

    async def draw(self, strokes: list[np.ndarray]) -> float:
        """Sends all strokes on the canvas, as it does at the end of each; returns the seconds to the answer."""
        back = BackMsg()
        widget = back.rerun_script.widget_states.widgets.add()
        widget.id, widget.json_value = self.canvas, json.dumps(message(strokes))
        return await self._send(back)

    async def press_clear(self) -> None:
        back = BackMsg()
        widget = back.rerun_script.widget_states.widgets.add()
        widget.id, widget.trigger_value = self.clear, True
        await self._send(back)

    async def _send(self, back: BackMsg) -> float:
        """Sends, and receives until the run has ended; returns the seconds to the answers, or else to the end."""
        back.rerun_script.page_script_hash = self.page
        back.rerun_script.fragment_id = self.fragment
        back.rerun_script.context_info.locale = "en-US"
        begin, self.answered = time.monotonic(), None
        await self.socket.send(back.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not await self._receive():
                pass
        return (self.answered or time.monotonic()) - begin

    async def _receive(self) -> bool:
        """Takes in one message; says whether it ends a run of the script."""
        data = await self.socket.recv()
        if ANSWERED in data:
            self.answered = time.monotonic()
        forward = ForwardMsg()
        forward.ParseFromString(data)
        kind = forward.WhichOneof("type")
        if kind == "new_session":
            self.page = forward.new_session.page_script_hash
        elif kind == "delta" and forward.delta.WhichOneof("type") == "new_element":
            element = forward.delta.new_element
            if element.WhichOneof("type") == "bidi_component":
                self.canvas, self.fragment = element.bidi_component.id, forward.delta.fragment_id
            elif element.WhichOneof("type") == "button" and element.button.label == "Clear":
                self.clear = element.button.id
            elif element.WhichOneof("type") == "exception":
                raise RuntimeError(f"the page shows {element.exception.type}: {element.exception.message}")
        return kind == "script_finished"
