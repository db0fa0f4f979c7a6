"""Gzips static files, and completes index.html (server/index_page.py).

Streamlit sends its scripts uncompressed, and the browser shows a blank page until they run.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import index_page

MAX_KEPT_BYTES = 30_000_000  # of compressed files in memory; Streamlit has fewer
SCRIPT = re.compile(r"/(static|_stcore/bidi-components)/[\w./-]+\.(js|css)")
PAGE = re.compile(rf"/([\w/-]+/)?({'|'.join(index_page.SUBPAGES)})?/?")
OF_THE_FILE = (b"content-length", b"etag", b"last-modified")  # headers that do not hold for the changed page


class StaticGzipMiddleware:
    """ASGI middleware that compresses each script once and serves it from memory."""

    def __init__(self, app: ASGIApp):
        self.app, self.gzip = app, GZipMiddleware(app)
        self.kept: dict[str, list[Message]] = {}
        self.kept_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
        elif PAGE.fullmatch(path):
            await self._send_page(scope, receive, send)
        elif SCRIPT.search(path) and _wants_whole_gzip(scope):
            for message in self.kept.get(path) or await self._compress(path, scope, receive):
                await send(message)
        else:
            await self.app(scope, receive, send)

    async def _send_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        start, *rest = await _messages(self.app, {**scope, "headers": request}, receive)
        page = Response(index_page.completed(_body(rest)), start["status"])
        page.raw_headers += [header for header in start["headers"] if header[0] not in OF_THE_FILE]
        await page(scope, receive, send)

    async def _compress(self, path: str, scope: Scope, receive: Receive) -> list[Message]:
        start, *rest = messages = await _messages(self.gzip, scope, receive)
        is_file = (
            start["status"] == 200 and Headers(raw=start["headers"])["content-type"].partition(";")[0] != "text/html"
        )
        size = len(_body(rest))
        if is_file and path not in self.kept and self.kept_bytes + size <= MAX_KEPT_BYTES:  # else it is the page
            self.kept[path] = messages
            self.kept_bytes += size
        return messages


def _wants_whole_gzip(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    partial = any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return "gzip" in headers.get("accept-encoding", "") and not partial


async def _messages(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    """Return an app's whole response, whether or not the visitor waits for it."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages


def _body(messages: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages)
