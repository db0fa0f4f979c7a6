"""Behind nginx, lines that never finish their request take nothing from the visitors."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import time

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from benchmark import copies
from benchmark.client import visit
from tests.drawings import placed
from tests.page_server import run_async, running

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(copies.nginx_path() is None, reason="needs nginx, for example from apt-get install nginx"),
]
LINES = 1_000  # half-open
VISITORS = 30
STROKES = 3  # of each visitor
SLOWER = 2.5  # times as long as without these lines, in the median; the machine may be busy with something else
PATIENCE = 5.0  # seconds; none takes longer
HEADER_TIMEOUT = 10  # seconds, in deploy/nginx.conf


@pytest.fixture(scope="module")
def address():
    with running() as server, copies.behind_nginx([server.port]) as found:
        run_async(draw(found))  # loads the networks
        yield found


async def draw(address: str, strokes: int = 1) -> list[float]:
    async with visit(address) as client:
        times = []
        for number in range(strokes):
            times.append(await client.draw(placed(number)))
            await asyncio.sleep(3.0)
        return times


@contextlib.contextmanager
def half_open(address: str, number: int):
    """Lines that have sent half a request."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * number), hard), hard))
    host, port = address.removeprefix("http://").split(":")
    lines = []
    try:
        for _ in range(number):
            lines.append(socket.create_connection((host, int(port)), timeout=5))
            lines[-1].send(b"GET /_stcore/health HTTP/1.1\r\nHost: ")
        yield lines
    finally:
        for line in lines:
            line.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_closed(line: socket.socket) -> bool:
    """Whether the other end has closed a line."""
    line.settimeout(0.05)
    try:
        return b"408" in (data := line.recv(1000)) or not data
    except ConnectionError:
        return True
    except TimeoutError:
        return False


async def room(address: str) -> list[float]:
    """Seconds to each answer of some visitors at a time."""
    return [
        seconds
        for times in await asyncio.gather(*(draw(address, STROKES) for _ in range(VISITORS)))
        for seconds in times
    ]


def test_thirty_visitors_notice_nothing_of_a_thousand_half_open_lines(address):
    before = sorted(run_async(room(address)))
    with half_open(address, LINES) as lines:
        begin = time.monotonic()
        during = sorted(run_async(room(address)))
        time.sleep(max(0.0, HEADER_TIMEOUT + 5 - (time.monotonic() - begin)))
        closed = sum(is_closed(line) for line in lines)
    for name, times in (("before", before), ("during", during)):
        print(f"{name}: median {np.median(times):.3f} s, slowest {times[-1]:.3f} s of {len(times)}")
    assert len(during) == VISITORS * STROKES
    assert np.median(during) < max(0.2, SLOWER * np.median(before)) and during[-1] < PATIENCE
    assert closed == LINES, "nginx has closed them all"


def test_one_address_gets_a_bounded_number_of_visits(address):
    async def line() -> ClientConnection:
        return await connect(f"{address.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"])

    async def crowd() -> list:
        lines = []
        for _ in range(12):  # fifty at a time
            lines += await asyncio.gather(*(line() for _ in range(51)), return_exceptions=True)
        for one in lines:
            if isinstance(one, ClientConnection):
                one.transport.abort()
        return lines

    lines = run_async(crowd())
    refused = [one for one in lines if isinstance(one, InvalidStatus) and one.response.status_code == 429]
    assert len(lines) - len(refused) <= 600 and len(refused) >= 12
