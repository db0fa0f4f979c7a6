"""A visitor without a browser, who uses Streamlit's websocket protocol as browsers do.

The message types come from the installed Streamlit; this fails if the protocol changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import time
import urllib.request
from collections.abc import AsyncIterator

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from tests.ui.page import message

TIMEOUT_SECONDS = 30.0  # seconds after which an answer counts as failed
ANSWERED = b'"digits": [{"pixels"'


@contextlib.asynccontextmanager
async def visit(address: str, affinity: str = "", query: str = "", page: str = "") -> AsyncIterator[Client]:
    """A visitor of the page at an address, until the block ends.

    affinity: a cookie for the load balancer. query: the query string of the visitor's link. page: another than Draw.
    """
    async with connect(
        address.replace("http", "ws") + "/_stcore/stream",
        subprotocols=["streamlit"],
        origin=address,
        max_size=None,
        additional_headers={"Cookie": affinity} if affinity else None,
    ) as socket:
        client = Client(socket, query, address, affinity)
        await client.open(page)
        yield client


class Client:
    """A visit: the identifiers of the page and its widgets, and when the last answer came.

    buttons, disabled: their ids, and whether they can be pressed, by their labels. strip: the HTML of a room's strip.
    polled: the fragment that the page asks to be run again and again. widgets: the kind of each widget, by its id.
    room: of a phone in a room, the address that it polls, and the ETag that it had when the page ran.
    """

    sent = 0  # messages and requests of all visitors

    def __init__(self, socket, query: str = "", address: str = "", affinity: str = ""):
        self.socket, self.query = socket, query
        self.canvas = self.fragment = self.page = self.strip = self.polled = self.session = ""
        self.buttons: dict[str, str] = {}
        self.disabled: dict[str, bool] = {}
        self.widgets: dict[str, str] = {}
        self.answered: float | None = None
        self.error = ""  # what the run in progress has shown as an error
        self.room: tuple[str, str] = ("", "")
        self.address, self.affinity = address, affinity

    async def open(self, page: str = "") -> None:
        back = BackMsg()
        back.rerun_script.page_name = page
        await self._send(back)

    async def draw(self, strokes: list[np.ndarray]) -> float:
        """Sends all strokes on the canvas, as it does after each stroke; returns the seconds to the answer."""
        back = BackMsg()
        widget = back.rerun_script.widget_states.widgets.add()
        widget.id, widget.json_value = self.canvas, json.dumps(message(strokes))
        return await self._send(back)

    async def press_clear(self) -> None:
        """As a browser does it, which empties its canvas first."""
        await self.press("Clear", json.dumps(message([])))

    async def press(self, label: str, drawing: str = "") -> float:
        """Presses a button, with a new drawing in JSON where there is one; returns the seconds until it is done."""
        back = BackMsg()
        if drawing:
            widget = back.rerun_script.widget_states.widgets.add()
            widget.id, widget.json_value = self.canvas, drawing
        widget = back.rerun_script.widget_states.widgets.add()
        widget.id, widget.trigger_value = self.buttons[label], True
        return await self._send(back)

    async def poll(self) -> None:
        """Runs the fragment that the page wants to be run now and then, as a browser's timer does."""
        back = BackMsg()
        back.rerun_script.is_auto_rerun = True
        await self._send(back, self.polled)

    async def poll_room(self) -> bool:
        """Poll the room like a phone's browser, and run the page's strip if it has changed; return whether it has."""
        path, etag = self.room
        if await asyncio.to_thread(self._etag, path) in (etag, None):
            return False
        await self.poll()
        return True

    def _etag(self, path: str) -> str | None:
        Client.sent += 1
        request = urllib.request.Request(f"{self.address}/{path}", headers={"Cookie": self.affinity})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)["etag"]
        except (OSError, http.client.HTTPException):  # a server that is gone, or an answer that is none
            return None

    async def put(self, data: bytes) -> None:
        """Sends bytes as they are, and waits for nothing."""
        await self.socket.send(data)

    async def ask(self, back: BackMsg) -> float:
        """Sends a message that runs the page; returns the seconds to the answers, or else to the run's end."""
        return await self._send(back)

    async def _send(self, back: BackMsg, fragment: str | None = None) -> float:
        """Sends a message and receives until the run ends; returns the seconds to the answers, or else to the end.

        Raises RuntimeError, once the run has ended, if it showed an error.
        """
        back.rerun_script.page_script_hash = self.page
        back.rerun_script.fragment_id = self.fragment if fragment is None else fragment
        back.rerun_script.query_string = self.query
        back.rerun_script.context_info.locale = "en-US"
        begin, self.answered, self.error = time.monotonic(), None, ""
        Client.sent += 1
        await self.socket.send(back.SerializeToString())
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not await self._receive():
                pass
        if self.error:
            raise RuntimeError(self.error)
        return (self.answered or time.monotonic()) - begin

    async def _receive(self) -> bool:
        """Receives a message; returns whether it ends a run of the script."""
        data = await self.socket.recv()
        if ANSWERED in data:
            self.answered = time.monotonic()
        forward = ForwardMsg()
        forward.ParseFromString(data)
        kind = forward.WhichOneof("type")
        if kind == "new_session":
            self.page, self.session = forward.new_session.page_script_hash, forward.new_session.initialize.session_id
        elif kind == "navigation":
            self.page = forward.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = forward.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.polled = forward.auto_rerun.fragment_id
        elif kind == "delta" and forward.delta.WhichOneof("type") == "new_element":
            self._show(forward.delta.new_element, forward.delta.fragment_id)
        return kind == "script_finished" and forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _show(self, element, fragment: str) -> None:
        """Takes in one element of the page."""
        kind = element.WhichOneof("type")
        if kind and (name := getattr(getattr(element, kind), "id", "")):
            self.widgets[name] = kind
        if kind == "bidi_component" and "canvas" in element.bidi_component.component_name:
            self.canvas, self.fragment = element.bidi_component.id, fragment
        elif kind == "bidi_component" and "draw_a_digit_room" in element.bidi_component.component_name:
            data = json.loads(element.bidi_component.json)
            self.room = data["address"], data["etag"]
        elif kind == "button":
            self.buttons[element.button.label] = element.button.id
            self.disabled[element.button.label] = element.button.disabled
        elif kind == "html" and 'class="room-strip"' in element.html.body:
            self.strip = element.html.body
        elif kind == "exception":
            self.error = f"the page shows {element.exception.type}: {element.exception.message}"
