"""One real server for all of these tests, and uploads to it."""

from __future__ import annotations

import pytest

from benchmark.client import visit
from tests.drawings import placed
from tests.page_server import run_async, running


@pytest.fixture(scope="session")
def server():
    """The page, with its networks loaded."""

    async def draw(address):
        async with visit(address) as client:
            await client.draw(placed(7))

    with running() as found:
        run_async(draw(found.address))
        yield found
