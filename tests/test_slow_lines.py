"""Behind nginx, connections that never finish their request, or too many of one address, take nothing from visitors."""

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
HALF_OPEN = 1_000
VISITORS, STROKES = 30, 3
SLOWER = 2.5  # times as long as without these connections, in the median; the machine may be busy with something else
CLOSED_SECONDS = 30.0  # nginx waits 10 for a request
MAX_VISITS = 600  # of one address, in deploy/nginx.conf


@pytest.fixture(scope="module")
def address():
    with running() as server, copies.behind_nginx([server.port]) as found:
        run_async(draw(found, 1))  # loads the networks
        yield found


async def draw(address: str, strokes: int = STROKES) -> list[float]:
    """A visitor's seconds to each answer."""
    async with visit(address) as client:
        times = []
        for number in range(strokes):
            times.append(await client.draw(placed(number)))
            await asyncio.sleep(3.0)
        return times


async def visitors(address: str) -> list[float]:
    return np.concatenate(await asyncio.gather(*(draw(address) for _ in range(VISITORS)))).tolist()


@contextlib.contextmanager
def half_open(address: str):
    """Connections that have sent half a request."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * HALF_OPEN), hard), hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        lines = []
        for _ in range(HALF_OPEN):
            host, port = address.removeprefix("http://").split(":")
            lines.append(stack.enter_context(socket.create_connection((host, int(port)), timeout=5)))
            lines[-1].send(b"GET /_stcore/health HTTP/1.1\r\nHost: ")
        yield lines


def is_open(line: socket.socket) -> bool:
    """Return whether the other end has not closed a connection."""
    line.settimeout(0.01)
    try:
        return line.recv(1000) != b""  # it may say why first
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def test_thirty_visitors_notice_nothing_of_a_thousand_half_open_connections_which_nginx_closes(address):
    before = np.median(run_async(visitors(address)))
    with half_open(address) as lines:
        during = np.median(run_async(visitors(address)))
        end = time.monotonic() + CLOSED_SECONDS
        while any([is_open(line) for line in lines]) and time.monotonic() < end:
            time.sleep(1)
        assert not any([is_open(line) for line in lines])
    assert during < max(0.2, SLOWER * before)


def test_one_address_gets_a_bounded_number_of_visits(address):
    async def line() -> ClientConnection:
        return await connect(f"{address.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"])

    async def crowd() -> list:
        lines = []
        for _ in range(MAX_VISITS // 50):
            lines += await asyncio.gather(*(line() for _ in range(51)), return_exceptions=True)
        for one in lines:
            if isinstance(one, ClientConnection):
                one.transport.abort()
        return lines

    lines = run_async(crowd())
    refused = [one for one in lines if isinstance(one, InvalidStatus) and one.response.status_code == 429]
    assert len(lines) - len(refused) <= MAX_VISITS and len(refused) >= MAX_VISITS // 50
