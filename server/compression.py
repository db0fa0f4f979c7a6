"""A light first load: files travel compressed, and the page says what it is before its scripts have come.

Streamlit sends its scripts uncompressed, and until they run, the browser shows a blank page.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import navigation

COMPRESSIBLE = re.compile(r"/static/[\w./-]+\.(js|css)|/_stcore/bidi-components/[\w./-]+\.(js|css)")
MOST = 30_000_000  # bytes of compressed files in memory; Streamlit has fewer
PAGES = tuple(name for name in navigation.PAGES if name != "draw")  # there, Streamlit looks for its server in vain
PAGE = re.compile(rf"/([\w/-]+/)?({'|'.join(PAGES)})?/?")
ROOT = b'<div id="root"></div>'
WORDS = b"""<div id="root"><main style="font: 1.25rem/1.5 system-ui, sans-serif; padding: 4rem max(1rem, 50vw - 17rem);
min-height: 100vh; color-scheme: light dark; background: Canvas; color: CanvasText">
<h1 style="font-size: 2rem">Draw a digit</h1>
<p>Draw a digit with a mouse, a pen or a finger, and see at once what neural networks make of it.</p>
<p>MLP: sees 784 numbers in a row.<br>CNN: looks for edges, then shapes.<br>RNN: reads row by row.<br>ResNet: makes many
small corrections.</p><p>The canvas is on its way.</p></main></div>"""
BASE = b"""<script>{
  const path = location.pathname.replace(/\\/+$/, "").split("/");
  if (%s.includes(path.pop())) window.__streamlit = { BACKEND_BASE_URL: location.origin + path.join("/") + "/" };
}</script>"""


@dataclass(frozen=True)
class Answer:
    """What a server answers: status, headers and the whole body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class StaticGzipMiddleware:
    """An ASGI middleware that compresses each file once, and puts words into the empty page."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.files: dict[str, Answer] = {}
        self.size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
        elif PAGE.fullmatch(path):
            await self._page(scope, receive, send)
        elif COMPRESSIBLE.search(path) and _accepts_gzip(scope):
            await self._file(path, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        readable = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        answer = await _answer(self.app, {**scope, "headers": readable}, receive)
        headers = MutableHeaders(raw=list(answer.headers))
        for name in ("etag", "last-modified"):  # of the file, which is not what is sent
            del headers[name]
        body = answer.body.replace(ROOT, WORDS + BASE % str(list(PAGES)).encode(), 1)
        await _send(send, Answer(answer.status, headers.raw, body), body)

    async def _file(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """From memory, or from Streamlit; what does not fit into memory goes as it is."""
        answer = self.files.get(path)
        if answer is None:
            plain = await _answer(self.app, scope, receive)
            if plain.status != 200 or not _is_plain_file(plain):
                await _send(send, plain, plain.body)
                return
            answer = Answer(200, plain.headers, await asyncio.to_thread(gzip.compress, plain.body, 9))
            if self.size + len(answer.body) <= MOST and path not in self.files:
                self.files[path] = answer
                self.size += len(answer.body)
        await _send(send, answer, answer.body, compressed=True)


def _accepts_gzip(scope: Scope) -> bool:
    """Whether the browser wants the whole file, and takes it compressed."""
    headers = Headers(scope=scope)
    partial = any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return "gzip" in headers.get("accept-encoding", "") and not partial


def _is_plain_file(answer: Answer) -> bool:
    """Whether Streamlit has sent a whole file, not yet compressed; in the place of a missing one it sends the page."""
    headers = Headers(raw=answer.headers)
    whole = headers.get("content-length") == str(len(answer.body))
    return whole and "content-encoding" not in headers and not headers["content-type"].startswith("text/html")


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """What an app answers, held back, and whole: a visitor who leaves meanwhile does not cut it short."""
    messages: list[Message] = []

    async def stay() -> Message:
        message = await receive()
        return message if message["type"] == "http.request" else await asyncio.Future()

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, stay, keep)
    start, *rest = messages
    return Answer(start["status"], start["headers"], b"".join(message.get("body", b"") for message in rest))


async def _send(send: Send, answer: Answer, body: bytes, compressed: bool = False) -> None:
    headers = MutableHeaders(raw=list(answer.headers))
    headers["content-length"] = str(len(body))
    if compressed:
        headers["content-encoding"] = "gzip"
        headers["vary"] = "Accept-Encoding"
        del headers["accept-ranges"]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})
