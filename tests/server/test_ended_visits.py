"""Nothing of a visit is left when its time is over: objects are counted in a real server, not megabytes."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import time
import urllib.request
from pathlib import Path

import pytest

from benchmark.client import visit
from server import maintenance
from tests.drawings import photo, placed
from tests.page_server import run_async, running
from tests.server.uploading import token, upload

VISITS = 8  # of each kind
SESSION_TTL_SECONDS = 3  # seconds that the server keeps a visit whose line was cut, in this test
MAX_SECONDS = 20  # seconds


@pytest.fixture(scope="module")
def server():
    environment = os.environ | {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(SESSION_TTL_SECONDS)}
    with running(Path(__file__).with_name("counted_page.py"), environment=environment) as found:
        yield found


def counts(server) -> dict[str, int]:
    with urllib.request.urlopen(f"{server.address}/counts", timeout=10) as response:
        return json.load(response)


async def ordinary(address: str) -> None:
    """Draws, clears, draws, and closes the page."""
    async with visit(address) as client:
        await client.draw(placed(7))
        await client.press_clear()
        await client.draw(placed(3))


async def closed_in_the_middle(address: str) -> None:
    """Closes the page while it answers."""
    async with visit(address) as client:
        drawing = asyncio.create_task(client.draw(placed(7)))
        await asyncio.sleep(0.02)
        await client.socket.close()
        await asyncio.gather(drawing, return_exceptions=True)


async def cut_off(address: str) -> None:
    """Draws, and is gone without a word, as a phone that loses its network."""
    never_left = visit(address)
    client = await never_left.__aenter__()
    await client.draw(placed(7))
    client.socket.transport.abort()


async def with_a_photo(address: str) -> None:
    """Uploads a photo, and closes the page."""
    async with visit(address) as client:
        cookie = await asyncio.to_thread(token, address)
        assert await asyncio.to_thread(upload, address, client.session, photo(7), cookie) == 204


@pytest.mark.parametrize(
    "one",
    [ordinary, *(pytest.param(kind, marks=pytest.mark.slow) for kind in (with_a_photo, closed_in_the_middle, cut_off))],
)
def test_nothing_is_left_of_visits_that_ended(server, one):
    async def several() -> None:
        await asyncio.gather(*(one(server.address) for _ in range(VISITS)))

    run_async(several())
    assert counts(server)["Board"] > 0, "they are kept for a while, for whoever comes back"
    end = time.monotonic() + MAX_SECONDS
    while sum(counts(server).values()) > 1 and time.monotonic() < end:
        time.sleep(0.5)
    left = counts(server)
    assert left.pop("AppSession") <= 1, "Streamlit's loop keeps the one that it served last, empty"
    assert left == {"Board": 0, "History": 0, "files": 0}


def test_nothing_is_frozen_while_visitors_are_there():
    """Otherwise a visit that ends later would stay, as long as others keep coming."""
    before = gc.get_freeze_count()
    maintenance.collect(before, idle=False)
    assert gc.get_freeze_count() <= before
