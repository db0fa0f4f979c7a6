"""HAProxy as it is configured in deploy/: slow connections take nothing from visitors, and a class is never refused."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import resource
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from benchmark import copies
from benchmark.client import visit
from tests.browser import driver
from tests.drawings import placed
from tests.page_server import ROOT, run_async, running

pytestmark = pytest.mark.skipif(
    copies.haproxy_path() is None, reason="needs HAProxy, for example from apt-get install haproxy"
)
HALF_OPEN = 1_000
VISITORS, STROKES = 30, 3
SLOWER = 2.5  # times as long as without these connections, in the median; the machine may be busy with something else
CLOSED_SECONDS = 30.0  # HAProxy waits 10 for a request
PHONES = 100  # of a class behind one address, which all open the page at once
LINES = 6  # of a browser


@pytest.fixture(scope="module")
def address():
    with running() as server, copies.behind_haproxy([server.port]) as found:
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


@pytest.mark.nightly
def test_thirty_visitors_notice_nothing_of_a_thousand_half_open_connections_which_are_closed(address):
    before = np.median(run_async(visitors(address)))
    with half_open(address) as lines:
        during = np.median(run_async(visitors(address)))
        end = time.monotonic() + CLOSED_SECONDS
        while any([is_open(line) for line in lines]) and time.monotonic() < end:
            time.sleep(1)
        assert not any([is_open(line) for line in lines])
    assert during < max(0.2, SLOWER * before)


@pytest.mark.slow
@pytest.mark.parametrize("file", ["as it is", "for processes"])
def test_the_configuration_is_valid_without_a_warning(tmp_path, file):
    text = (ROOT / "deploy" / "haproxy.cfg").read_text("utf-8")
    (tmp_path / "haproxy.cfg").write_text(text if file == "as it is" else copies.configuration([9001, 9002], 9000))
    command = [copies.haproxy_path(), "-c", "-f", tmp_path / "haproxy.cfg"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr


@pytest.mark.nightly
def test_a_hundred_phones_behind_one_address_open_the_page_at_once_and_none_is_refused(chromium, address):
    page = chromium.new_page()
    files: list[str] = []
    page.on("request", lambda request: files.append(request.url))
    page.goto(address)
    page.locator(driver.READY).wait_for()
    page.wait_for_timeout(5000)
    page.close()
    files = [file for file in files if file.startswith(address)]
    assert len(files) > 50
    refused: list[int] = []

    def load(part: list[str]) -> None:
        line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=120)
        for file in part:
            line.request("GET", file.removeprefix(address), headers={"Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            if answer.status in (429, 503):
                refused.append(answer.status)
        line.close()

    parts = [files[line::LINES] for line in range(LINES)] * PHONES
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(load, parts))
    assert refused == []


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact", "/%5Fstcore/metrics"])
def test_what_is_for_operators_is_hidden(address, path):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address + path, timeout=30)
    assert caught.value.code == 404
