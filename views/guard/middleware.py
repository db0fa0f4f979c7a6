"""The middleware in front of Streamlit: bounds websockets, messages and uploads; hides what is for operators alone."""

from __future__ import annotations

import asyncio
import logging
import re

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from views.guard.descriptors import visitors
from views.guard.first_load import FirstLoad
from views.guard.messages import MessageError, is_allowed
from views.guard.quota import Quota
from views.guard.uploads import MAX_BYTES, Uploads

log = logging.getLogger(__name__)

MESSAGES = (10.0, 40.0)  # of a visit, in a second and at once; a hand sends one or two in a second
BYTES = (500_000.0, 3_000_000.0)  # of a visit's messages, in a second and at once
HIDDEN = ("/_stcore/metrics", "/_stcore/agent/")  # no browser asks for these
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
FULL = "The page is full; please try again in a minute."
TOO_MUCH = "You have uploaded more than one visit may; remove a photo, or wait."


class Guard:
    """An ASGI middleware; see views.guard."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.uploads = Uploads()
        self.visits = 0

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
        """One websocket, if there is room for it."""
        if self.visits >= visitors():
            log.warning(
                "a visitor was turned away: %d are on the page, as many as its limit of files bears", self.visits
            )
            await PlainTextResponse(FULL, 503)(scope, receive, send)
            return
        self.visits += 1
        try:
            await self.app(scope, _Incoming(receive, send), send)
        finally:
            self.visits -= 1

    async def _upload(self, visit: str, scope: Scope, receive: Receive, send: Send) -> None:
        announced = Headers(scope=scope).get("content-length", "")
        size = int(announced) if announced.isdecimal() else MAX_BYTES
        if not self.uploads.begin(visit, size):
            log.warning("an upload of %d bytes was refused: more than a visit, or all together, may", size)
            while size <= MAX_BYTES and (await receive()).get("more_body"):
                pass  # the browser reads no answer before it has sent everything
            await PlainTextResponse(TOO_MUCH, 413)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self.uploads.end(visit, size)


class _Incoming:
    """Receives a websocket's messages: passes on what the page needs, not faster than a visit may send."""

    def __init__(self, receive: Receive, send: Send):
        self.receive, self.send = receive, send
        self.messages, self.bytes = Quota(*MESSAGES), Quota(*BYTES)

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


def middleware() -> list[Middleware]:
    """What st.App takes as its middleware."""
    return [Middleware(Guard), Middleware(FirstLoad)]
