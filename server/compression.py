"""Compresses scripts once and serves them from memory, and completes index.html (server/index_page.py).

Streamlit sends its scripts uncompressed, and the browser shows a blank page until they run. Only the names of existing
files are known here, so that other spellings of an address, which would lead to the same file, cost nothing.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
import posixpath
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from server import index_page
from ui.shared.visitor_language import of_request

STATIC = Path(st.__file__).parent / "static" / "static"  # Streamlit's scripts, whose names contain a hash
COMPONENT = "/_stcore/bidi-components/"
COMPRESSIBLE = (".js", ".css")
FOR_GOOD = "public, max-age=31536000, immutable"
OF_THE_FILE = (b"content-length", b"etag", b"last-modified")  # headers that do not hold for the changed page


class Compressed:
    """Contents compressed once and kept; one at a time, and never the same one twice.

    Keys have to name what exists: nothing that is kept is ever dropped.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._one_at_a_time = asyncio.Lock()

    async def get(self, key: str, read: Callable[[], bytes]) -> bytes:
        """Return the compressed content of a key, which read() supplies the first time."""
        if key not in self._kept:
            async with self._one_at_a_time:
                if key not in self._kept:
                    self._kept[key] = await asyncio.to_thread(lambda: gzip.compress(read(), 9))
        return self._kept[key]


class StaticGzipMiddleware:
    """ASGI middleware for the page itself and for Streamlit's and its components' scripts."""

    def __init__(self, app: ASGIApp):
        self.app, self.compressed = app, Compressed()
        self.base = (st.get_option("server.baseUrlPath") or "").strip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(f"/{self.base}" if self.base else "")
        is_get = scope["method"] == "GET"
        if is_alias(scope["path"]):
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
        elif is_get and _is_page(path):
            await self._send_page(scope, receive, send)
        elif is_get and _wants_whole_gzip(scope) and (file := _script(path)):
            await (await self._response(file))(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _send_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        request = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        await self.app({**scope, "headers": request}, receive, keep)
        start, *rest = messages
        html, visitor = b"".join(part.get("body", b"") for part in rest), HTTPConnection(scope)
        spoken, query = of_request(visitor), visitor.query_params
        page = Response(await asyncio.to_thread(index_page.completed, html, spoken, query), start["status"])
        page.raw_headers += [header for header in start["headers"] if header[0] not in OF_THE_FILE]
        await page(scope, receive, send)

    async def _response(self, file: Path) -> Response:
        content = await self.compressed.get(str(file), file.read_bytes)
        headers = {"content-encoding": "gzip", "vary": "accept-encoding"}
        headers["cache-control"] = FOR_GOOD if file.is_relative_to(STATIC) else "public"
        return Response(content, headers=headers, media_type=mimetypes.guess_type(file.name)[0])


def is_alias(path: str) -> bool:
    """Return whether a path is another spelling of a shorter one, with empty, "." or ".." segments."""
    return "//" in path or posixpath.normpath(path) != (path.rstrip("/") or "/")


def _is_page(path: str) -> bool:
    """Return whether Streamlit answers a path with index.html: any last segment that names a page, or none."""
    last = path.rstrip("/").rpartition("/")[2]
    return not last or last in index_page.SUBPAGES


def _script(path: str) -> Path | None:
    """Return the script that has this address, below the prefix that the page is served under; None for others."""
    if path.startswith("/static/"):
        return _static_files().get(path.removeprefix("/static/"))
    if path.startswith(COMPONENT) and runtime.exists():
        component, _, name = path.removeprefix(COMPONENT).partition("/")
        folder = runtime.get_instance().bidi_component_registry.get_component_path(component)
        return _scripts_below(folder).get(name) if folder else None
    return None


@cache
def _static_files() -> dict[str, Path]:
    return _scripts_below(str(STATIC))


@cache
def _scripts_below(folder: str) -> dict[str, Path]:
    """Return the scripts in a folder by their path in it, as the file system spells it."""
    files = (path for path in Path(folder).rglob("*") if path.suffix in COMPRESSIBLE)
    return {path.relative_to(folder).as_posix(): path for path in files}


def _wants_whole_gzip(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    partial = any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return "gzip" in headers.get("accept-encoding", "") and not partial
