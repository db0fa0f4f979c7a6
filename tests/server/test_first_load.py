"""The first load is light: files travel compressed, and the page can be read before its scripts have come."""

from __future__ import annotations

import gzip
import json
import re
import socket
import urllib.request
from pathlib import Path

import pytest
import streamlit

from models import DEFAULT_NETWORKS, NETWORKS
from server.compression import PAGES, StaticGzipMiddleware
from tests.page_server import run_async, serve

MOST = 1_100_000  # bytes of the scripts and styles that the page names, together


@pytest.fixture(scope="module")
def server():
    with serve() as address:
        yield address


def fetched(address: str, encoding: str = "gzip") -> tuple[bytes, dict[str, str]]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("path", ["/", "/play", "/book"])
def test_the_page_can_be_read_before_its_scripts_have_come(server, path):
    page = fetched(server + path)[0].decode()
    assert "<h1" in page and "The canvas is on its way" in page
    for key in DEFAULT_NETWORKS:
        assert f"{NETWORKS[key].title}: {NETWORKS[key].idea}" in " ".join(page.split())


def test_scripts_travel_compressed_and_are_the_same_as_uncompressed_ones(server):
    page = fetched(server + "/")[0].decode()
    scripts = re.findall(r'(?:src|href)="\./(static/[^"]+\.(?:js|css))"', page)
    assert len(scripts) > 20
    total = 0
    for script in scripts:
        data, headers = fetched(f"{server}/{script}")
        assert headers["content-encoding"] == "gzip" and int(headers["content-length"]) == len(data)
        total += len(data)
    assert total < MOST
    largest, _ = fetched(f"{server}/{scripts[0]}")
    assert gzip.decompress(largest) == fetched(f"{server}/{scripts[0]}", "identity")[0]


def test_below_the_address_of_a_page_no_server_is_asked_for(server):
    page = fetched(server + "/book")[0].decode()
    assert json.dumps(list(PAGES)).replace('"', "'") in page and "BACKEND_BASE_URL" in page


def test_visitors_who_leave_at_once_leave_whole_files_for_others(server):
    scripts = sorted((Path(streamlit.__file__).parent / "static" / "static" / "js").glob("b*.js"))
    port = int(server.rsplit(":", 1)[1])
    for script in scripts:
        with socket.create_connection(("127.0.0.1", port)) as line:
            head = f"GET /static/js/{script.name} HTTP/1.1\r\nHost: {server[7:]}\r\nAccept-Encoding: gzip\r\n\r\n"
            line.sendall(head.encode())
    for script in scripts:
        assert gzip.decompress(fetched(f"{server}/static/js/{script.name}")[0]) == script.read_bytes()


def loaded(path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[StaticGzipMiddleware, list[dict]]:
    """What is sent, and what is kept, where Streamlit answers with these headers and this body."""

    async def inner(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    sent = []

    async def send(message):
        sent.append(message)

    load = StaticGzipMiddleware(inner)
    asked = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", b"gzip")]}
    run_async(load(asked, None, send))
    return load, sent


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-type", b"text/html"), (b"content-length", b"8")],
        [(b"content-type", b"text/javascript"), (b"content-length", b"9")],
        [(b"content-type", b"text/javascript"), (b"content-length", b"8"), (b"content-encoding", b"gzip")],
    ],
    ids=["the page in place of a missing file", "half a file", "a file compressed already"],
)
def test_what_is_no_whole_plain_file_goes_as_it_is_and_is_not_kept(headers):
    load, sent = loaded("/static/js/some.js", headers, b"the body")
    assert load.files == {} and sent[1]["body"] == b"the body"


def test_a_file_is_kept_compressed():
    load, sent = loaded(
        "/static/js/some.js", [(b"content-type", b"text/javascript"), (b"content-length", b"4")], b"body"
    )
    assert gzip.decompress(sent[1]["body"]) == b"body" and list(load.files) == ["/static/js/some.js"]
