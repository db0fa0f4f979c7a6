"""The middleware in front of Streamlit: bounds websockets, their messages and uploads, and hides operators' addresses.

Messages are Streamlit's protobufs (BackMsg). Anything that no browser showing the page sends is dropped, or ends the
visit before Streamlit stores any of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections import deque
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server import server_util

from rooms.limits import TokenBucket
from server.bodies import BodyError, drain, read_body
from server.compression import StaticGzipMiddleware
from server.headers import SecurityHeaders
from server.limits import MAX_UPLOAD_BYTES, Uploads, max_visitors

log = logging.getLogger(__name__)

MESSAGES = (10.0, 20.0)  # of a visit, in a second and at once; a hand sends one or two in a second
BYTES = (150_000.0, 400_000.0)  # of a visit's messages, in a second and at once; a drawing has 3 to 60 kB
LARGE_MESSAGE_BYTES = 64_000  # beyond which messages of all visits share ...
LARGE_BYTES = (100_000.0, 800_000.0)  # ... so much, in a second and at once: 8 times that stays for two minutes
MAX_WAIT_SECONDS = 4.0  # for that share; what would wait longer is dropped, and the drawing comes with its next stroke
MAX_WAITING = 100  # messages of a visit that wait for their turn
MAX_MESSAGE_BYTES = 400_000  # the longest drawing that digits.strokes accepts takes 300,000
MAX_WIDGETS = 300  # in a message; the page has about 60
MAX_LISTS = 10_000  # lists and objects in a message's JSON; the longest drawing has 5,500
MAX_VALUES = 50_000  # in them; the longest drawing has 25,000, and each takes some 60 bytes while the visit is kept
MAX_HASHES = 5_000  # in a message, of those that the browser has cached
MAX_ADDRESS = 8_000  # characters of a link or an address
MAX_FILES = 10  # that one message asks upload addresses for
KINDS = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
OPERATIONS = {"deferred_file", "dataframe_chunk"}  # for a download button and a long table

HIDDEN = ("/_stcore/metrics", "/_stcore/agent/")  # no browser asks for these
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
FULL = "The page is full; please try again in a minute."
TOO_MUCH = "You have uploaded more than one visit may, or the page is busy; remove a photo, or try again in a minute."


def middleware() -> list[Middleware]:
    """Return the middleware for st.App."""
    MultiPartParser.spool_max_size = MAX_UPLOAD_BYTES  # so that no photo is written to a temporary file
    return [Middleware(SecurityHeaders), Middleware(Guard), Middleware(StaticGzipMiddleware)]


class Guard:
    """ASGI middleware for websockets and uploads; see the module."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.uploads = Uploads()
        self.visits, self.max_visits = 0, max_visitors()
        self.large = TokenBucket(*LARGE_BYTES)

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
        if (inner := _of_this_site(scope)) is None:
            await PlainTextResponse("This page is another site's.", 403)(scope, receive, send)
            return
        self.visits += 1
        try:
            await self.app(inner, _Incoming(receive, send, self.large), send)
        finally:
            self.visits -= 1

    async def _upload(self, visit: str, scope: Scope, receive: Receive, send: Send) -> None:
        if not runtime.get_instance().is_active_session(visit):
            await PlainTextResponse("This visit has ended; reload the page.", 400)(scope, receive, send)
            return
        try:
            with self.uploads.arriving(visit) as take:
                body = await read_body(receive, MAX_UPLOAD_BYTES, take)
                messages = iter([{"type": "http.request", "body": body, "more_body": False}])

                async def replay() -> Message:
                    return next(messages, None) or await receive()

                await self.app(scope, replay, send)
        except BodyError as error:  # its bytes are forgotten by now
            log.warning("an upload was refused: %s", error)
            if error.status in (413, 503):
                await drain(receive)
                error = BodyError(413, TOO_MUCH)
            await PlainTextResponse(error.sentence, error.status)(scope, receive, send)


def _of_this_site(scope: Scope) -> Scope | None:
    """Return a websocket's scope if a page of this site opens it, or one of server.corsAllowedOrigins; else None.

    Streamlit would also allow this machine's own addresses, and ask a service on the internet for one of them, while
    everybody waits; so it is not shown an origin that differs from the host.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None or urlsplit(origin).netloc == headers.get("host"):
        return scope
    if not (server_util.allow_all_cross_origin_requests() or server_util.is_allowed_origin(origin)):
        return None
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != b"origin"]}


class _Incoming:
    """The receiving side of a websocket: passes on what the page needs, no faster than a visit may send."""

    def __init__(self, receive: Receive, send: Send, large: TokenBucket):
        self.receive, self.send, self.large = receive, send, large
        self.messages, self.bytes = TokenBucket(*MESSAGES), TokenBucket(*BYTES)
        self.waiting: deque[Message] = deque()

    async def __call__(self) -> Message:
        while True:
            message = self.waiting.popleft() if self.waiting else await self.receive()
            if message["type"] != "websocket.receive":
                return message
            data = message.get("bytes") or b""
            try:
                if message.get("bytes") is None:
                    raise MessageError("text, where Streamlit sends bytes", 1003)
                if len(data) > MAX_MESSAGE_BYTES:
                    raise MessageError(f"{len(data):,} bytes, more than {MAX_MESSAGE_BYTES:,}", 1009)
                allowed = await self._pay(len(data)) and is_allowed(data)
            except MessageError as error:
                log.warning("a visit was ended for a message that cannot be taken: %s", error)
                await self.send({"type": "websocket.close", "code": error.code})
                return {"type": "websocket.disconnect", "code": error.code}
            if allowed:
                return message

    async def _pay(self, size: int) -> bool:
        """Wait until the visit may send a message of this size, before any of it is looked at; return False to drop it.

        Streamlit itself merges the messages that come while a run is due.
        """
        wait, fits = max(self.messages.use(1), self.bytes.use(size)), True
        if size > LARGE_MESSAGE_BYTES:
            share = self.large.use(size)
            if fits := share <= MAX_WAIT_SECONDS:
                wait = max(wait, share)
            else:
                self.large.use(-size)
        return await self._stays(wait) and fits

    async def _stays(self, seconds: float) -> bool:
        """Wait; return False at once where the visit ends meanwhile, and forget what it has sent.

        To see its end, read ahead, but no more than one large message: a line that is not read bounds its sender.
        """
        if seconds <= 0:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while sum(len(message.get("bytes") or b"") for message in self.waiting) <= LARGE_MESSAGE_BYTES:
                    message = await self.receive()
                    if message["type"] != "websocket.receive":
                        self.waiting = deque([message])
                        return False
                    self.waiting.append(message)
                    if len(self.waiting) > MAX_WAITING:
                        raise MessageError(f"more than {MAX_WAITING} messages wait", 1008)
                await asyncio.Event().wait()
        return True


class MessageError(ValueError):
    """A message that no browser showing the page sends; code: the websocket's close code for it."""

    def __init__(self, problem: str, code: int):
        super().__init__(problem)
        self.code = code


def is_allowed(data: bytes) -> bool:
    """Return whether the page needs this kind of message; not those that clear caches, start Git or write to the disk.

    Raises MessageError if it is not a message, or has too many parts.
    """
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise MessageError("no message of Streamlit's", 1002) from None
    state = message.rerun_script
    for name, number, most in (
        ("lists and objects", data.count(b"[") + data.count(b"{"), MAX_LISTS),
        ("values", data.count(b","), MAX_VALUES),
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
