"""Open files bound how many visitors fit: the limit is raised and told, and whoever does not fit is told, too."""

from __future__ import annotations

import contextlib
import os
import sys
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus

from benchmark.client import visit
from server import limits
from tests.drawings import placed
from tests.page_server import run_async, running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts a process's files in /proc")
FEW = 128  # files
FIT = (FEW - limits.OF_THE_SERVER) // limits.OF_A_VISIT  # visitors


def test_the_soft_limit_is_raised_and_told(tmp_path):
    with running(files=(256, 4096), log=tmp_path / "log"):
        pass
    assert "At most 4,096 open files: room for 807 visitors at once." in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("files", "words"),
    [(256, "room for 39 visitors at once. For more, start the page after: ulimit -n"), (4096, "807 visitors at once.")],
)
def test_a_low_limit_comes_with_what_to_do(monkeypatch, files, words):
    monkeypatch.setattr(limits, "limit", lambda: files)
    assert words in limits.report()
    assert ("ulimit" in limits.report()) == (files < 1000)


def test_a_full_page_turns_the_next_away_and_answers_the_others(tmp_path):
    async def fill(address: str, process: int) -> None:
        async with contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(visit(address)) for _ in range(FIT)]
            for _ in range(20):
                with pytest.raises(InvalidStatus) as caught:
                    async with visit(address):
                        pass
                assert caught.value.response.status_code == 503
            assert await clients[0].draw(placed(7)) < 5
            assert len(os.listdir(f"/proc/{process}/fd")) < FEW
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as response:
                assert response.status == 200
        async with visit(address) as client:
            await client.draw(placed(7))

    with running(files=(FEW, FEW), log=tmp_path / "log") as server:
        run_async(fill(server.address, server.process.pid))
    text = (tmp_path / "log").read_text()
    assert "a visitor was turned away" in text and "Traceback" not in text and len(text) < 20_000, text[-3000:]
