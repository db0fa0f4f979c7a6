"""The first load is light: scripts travel compressed, and the page can be read before they have come."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import time
import urllib.error
import urllib.request

import pytest

from benchmark.client import visit
from benchmark.load import status
from server.compression import STATIC, Compressed
from tests.drawings import placed
from tests.page_server import run_async

MAX_MEMORY_MB = 50  # more, after a burst
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
    assert "replaceState(null" not in page
    renaming = fetched(f"{server.address}{path}?panel=Inside")[0].decode()
    assert 'Object.entries({"panel": "Journey"})' in renaming


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
    scripts = sorted((STATIC / "js").glob("b*.js"))
    for script in scripts:
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            head = f"GET /static/js/{script.name} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
            line.sendall(head.encode())
    for script in scripts:
        assert gzip.decompress(fetched(f"{server.address}/static/js/{script.name}")[0]) == script.read_bytes()


def test_a_file_is_compressed_once_for_everybody_who_asks_and_one_at_a_time():
    reading, most, read = 0, 0, []

    def file(name: str) -> bytes:
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        time.sleep(0.02)
        read.append(name)
        reading -= 1
        return name.encode()

    async def ask() -> list[bytes]:
        kept = Compressed()
        names = ["a.js", "b.js", "c.js"] * 50
        return await asyncio.gather(*(kept.get(name, lambda name=name: file(name)) for name in names))

    assert [gzip.decompress(body) for body in run_async(ask())] == [b"a.js", b"b.js", b"c.js"] * 50
    assert most == 1 and sorted(read) == ["a.js", "b.js", "c.js"]


ALIASES = ["/static/./{}", "/./static/{}", "//static/{}", "/static//{}", "/static/x/../{}", "/static/{}/."]


def test_a_script_has_one_address_and_a_burst_for_others_costs_neither_memory_nor_anybodys_time(server):
    name = max((STATIC / "js").glob("*.js"), key=lambda path: path.stat().st_size).name
    largest = f"js/{name}"
    head = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"

    def burst() -> None:
        for number in range(150):
            address = ALIASES[number % len(ALIASES)].format("./" * (number // len(ALIASES)) + largest)
            with socket.create_connection(("127.0.0.1", server.port)) as line:
                line.sendall(head.format(address).encode())

    async def bystander() -> float:
        async with visit(server.address) as client:
            attack = asyncio.create_task(asyncio.to_thread(burst))
            await asyncio.sleep(0.1)
            waited = max([await client.draw(placed(number)) for number in range(5)])
            await attack
            return waited

    for alias in ALIASES:
        with pytest.raises(urllib.error.HTTPError) as caught:
            fetched(server.address + alias.format(largest))
        assert caught.value.code in (400, 404)
    before = status(server.process.pid)[0]
    assert run_async(bystander()) < 2
    assert status(server.process.pid)[0] - before < MAX_MEMORY_MB
