"""The first load is light: scripts travel compressed, and the page can be read before they have come."""

from __future__ import annotations

import gzip
import re
import socket
import urllib.request
from pathlib import Path

import pytest
import streamlit

from server.compression import StaticGzipMiddleware
from tests.page_server import run_async

MAX_BYTES = 1_100_000  # of the scripts and styles that the page names, together


def fetched(address: str, encoding: str = "gzip") -> tuple[bytes, dict[str, str]]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("path", ["/", "/play", "/book"])
def test_the_page_can_be_read_before_its_scripts_have_come_and_knows_where_its_server_is(server, path):
    page = fetched(server.address + path)[0].decode()
    assert "<h1>Draw a digit</h1>" in page
    assert "['play', 'room', 'learn', 'evidence', 'book'].includes" in page and "BACKEND_BASE_URL" in page


def test_the_first_html_names_the_pages_own_styles_script_and_catalog_which_browsers_keep(server):
    page = fetched(server.address + "/")[0].decode()
    assert page.index("<h1>Draw a digit") < page.index('<div id="root">') < page.index("./browser/")
    addresses = re.findall(r'(?:src|href|data-catalog)="(?:\./)?(browser/[^"]+)"', page)
    assert [address.rpartition(".")[2] for address in addresses] == ["css", "js", "json"]
    for address in addresses:
        data, headers = fetched(f"{server.address}/{address}")
        assert "immutable" in headers["cache-control"] and len(gzip.decompress(data)) > 1000


def test_scripts_travel_compressed_and_are_the_same_as_uncompressed_ones(server):
    page = fetched(server.address + "/")[0].decode()
    scripts = re.findall(r'(?:src|href)="\./(static/[^"]+\.(?:js|css))"', page)
    assert len(scripts) > 20
    total = 0
    for script in scripts:
        data, headers = fetched(f"{server.address}/{script}")
        assert headers.get("content-encoding") == "gzip" or len(data) < 500
        total += len(data)
    assert total < MAX_BYTES
    for _ in range(2):  # the second time from memory
        compressed, _ = fetched(f"{server.address}/{scripts[0]}")
        assert gzip.decompress(compressed) == fetched(f"{server.address}/{scripts[0]}", "identity")[0]


def test_visitors_who_leave_at_once_leave_whole_files_for_others(server):
    scripts = sorted((Path(streamlit.__file__).parent / "static" / "static" / "js").glob("b*.js"))
    for script in scripts:
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            head = f"GET /static/js/{script.name} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
            line.sendall(head.encode())
    for script in scripts:
        assert gzip.decompress(fetched(f"{server.address}/static/js/{script.name}")[0]) == script.read_bytes()


@pytest.mark.parametrize(("kind", "kept"), [("text/javascript", 1), ("text/html; charset=utf-8", 0)])
def test_only_scripts_are_kept_and_not_the_page_in_place_of_a_missing_one(kind, kept):
    asked = []

    async def inner(scope, receive, send):
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]})
        await send({"type": "http.response.body", "body": b"x" * 1000})

    async def send(message):
        pass

    load = StaticGzipMiddleware(inner)
    scope = {"type": "http", "method": "GET", "path": "/static/js/a.js", "headers": [(b"accept-encoding", b"gzip")]}
    for _ in range(3):
        run_async(load(scope, None, send))
    assert len(asked) == 3 - 2 * kept
