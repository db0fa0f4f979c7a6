"""The middleware in front of Streamlit: bounds websockets, their messages and uploads, and hides operators' addresses.

Messages are Streamlit's protobufs (BackMsg). Anything that no browser showing the page sends is dropped, or ends the
visit before Streamlit stores any of it.
"""

from __future__ import annotations

import asyncio
import logging
import re

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from rooms.limits import TokenBucket
from server.compression import StaticGzipMiddleware
from server.limits import MAX_UPLOAD_BYTES, Uploads, max_visitors

log = logging.getLogger(__name__)

MESSAGES = (10.0, 40.0)  # of a visit, in a second and at once; a hand sends one or two in a second
BYTES = (500_000.0, 3_000_000.0)  # of a visit's messages, in a second and at once
MAX_MESSAGE_BYTES = 600_000  # the longest drawing that digits.strokes accepts takes half of it
MAX_WIDGETS = 300  # in a message; the page has about 60
MAX_HASHES = 5_000  # in a message, of those that the browser has cached
MAX_ADDRESS = 8_000  # characters of a link or an address
MAX_FILES = 10  # that one message asks upload addresses for
KINDS = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
OPERATIONS = {"deferred_file", "dataframe_chunk"}  # for a download button and a long table

HIDDEN = ("/_stcore/metrics", "/_stcore/agent/")  # no browser asks for these
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
FULL = "The page is full; please try again in a minute."
TOO_MUCH = "You have uploaded more than one visit may; remove a photo, or wait."


def middleware() -> list[Middleware]:
    """Return the middleware for st.App."""
    return [Middleware(Guard), Middleware(StaticGzipMiddleware)]


class Guard:
    """ASGI middleware for websockets and uploads; see the module."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.uploads = Uploads()
        self.visits, self.max_visits = 0, max_visitors()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._visit(scope, receive, send)
        elif scope["type"] == "http" and any(part in scope["path"] for part in HIDDEN):
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "PUT" and (match := UPLOAD.search(scope["path"])):
            await self._upload(match[1], scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _visit(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.visits >= self.max_visits:
            log.warning("a visitor was turned away: %d are on the page, the most that may be", self.visits)
            await PlainTextResponse(FULL, 503)(scope, receive, send)
            return
        self.visits += 1
        try:
            await self.app(scope, _Incoming(receive, send), send)
        finally:
            self.visits -= 1

    async def _upload(self, visit: str, scope: Scope, receive: Receive, send: Send) -> None:
        announced = Headers(scope=scope).get("content-length", "")
        size = int(announced) if announced.isdecimal() else MAX_UPLOAD_BYTES
        if not self.uploads.begin(visit, size):
            log.warning("an upload of %d bytes was refused: more than a visit, or all together, may", size)
            while size <= MAX_UPLOAD_BYTES and (await receive()).get("more_body"):
                pass  # the browser reads no answer before it has sent everything
            await PlainTextResponse(TOO_MUCH, 413)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self.uploads.end(visit, size)


class _Incoming:
    """The receiving side of a websocket: passes on what the page needs, no faster than a visit may send."""

    def __init__(self, receive: Receive, send: Send):
        self.receive, self.send = receive, send
        self.messages, self.bytes = TokenBucket(*MESSAGES), TokenBucket(*BYTES)

    async def __call__(self) -> Message:
        while True:
            message = await self.receive()
            if message["type"] != "websocket.receive":
                return message
            data = message.get("bytes") or b""
            try:
                if message.get("bytes") is None:
                    raise MessageError("text, where Streamlit sends bytes", 1003)
                allowed = is_allowed(data)
            except MessageError as error:
                log.warning("a visit was ended for a message that cannot be taken: %s", error)
                await self.send({"type": "websocket.close", "code": error.code})
                return {"type": "websocket.disconnect", "code": error.code}
            wait = max(self.messages.use(1), self.bytes.use(len(data)))
            if wait > 0:
                await asyncio.sleep(wait)
            if allowed:
                return message


class MessageError(ValueError):
    """A message that no browser showing the page sends; code: the websocket's close code for it."""

    def __init__(self, problem: str, code: int):
        super().__init__(problem)
        self.code = code


def is_allowed(data: bytes) -> bool:
    """Return whether the page needs this kind of message; not those that clear caches, start Git or write to the disk.

    Raises MessageError if it is too large, or not a message.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise MessageError(f"{len(data):,} bytes, more than {MAX_MESSAGE_BYTES:,}", 1009)
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise MessageError("no message of Streamlit's", 1002) from None
    state = message.rerun_script
    for name, number, most in (
        ("widgets", len(state.widget_states.widgets), MAX_WIDGETS),
        ("hashes", len(state.cached_message_hashes), MAX_HASHES),
        ("files", len(message.file_urls_request.file_names), MAX_FILES),
        ("characters of a link", len(state.query_string), MAX_ADDRESS),
        ("characters of an address", len(state.context_info.url), MAX_ADDRESS),
    ):
        if number > most:
            raise MessageError(f"{number:,} {name}, more than {most:,}", 1009)
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in KINDS
