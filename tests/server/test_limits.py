"""Open files bound how many visitors fit; who does not fit is told; the log stays small."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import urllib.request

import pytest
from streamlit.error_util import handle_uncaught_app_exception
from websockets.exceptions import InvalidStatus

from benchmark.client import visit
from server import limits
from tests.drawings import placed
from tests.page_server import run_async, running

FEW = 128  # files
FIT = (FEW - limits.FILES_OF_SERVER) // limits.FILES_PER_VISITOR  # visitors


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="sets a process's limits")
@pytest.mark.parametrize(
    ("files", "printed"),
    [((256, 4096), "Room for 807 visitors at once."), ((256, 256), "Room for 39 visitors at once; for more, ")],
)
def test_the_limit_on_open_files_is_raised_and_printed(tmp_path, files, printed):
    with running(files=files, log=tmp_path / "log"):
        pass
    assert printed in (tmp_path / "log").read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts a process's files in /proc")
def test_a_full_page_turns_the_next_away_and_answers_the_others(tmp_path):
    async def fill(address: str, process: int) -> None:
        async with contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(visit(address)) for _ in range(FIT)]
            for _ in range(5):
                with pytest.raises(InvalidStatus) as caught:
                    async with visit(address):
                        pass
                assert caught.value.response.status_code == 503
            await clients[0].draw(placed(7))
            assert len(os.listdir(f"/proc/{process}/fd")) < FEW
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=30) as response:
                assert response.status == 200
        async with visit(address) as client:
            await client.draw(placed(7))

    with running(files=(FEW, FEW), log=tmp_path / "log") as server:
        run_async(fill(server.address, server.process.pid))
    text = (tmp_path / "log").read_text()
    assert "a visitor was turned away" in text and "Traceback" not in text, text[-3000:]


def limited(file: io.StringIO) -> logging.Handler:
    handler = logging.StreamHandler(file)
    handler.addFilter(limits.LogLimit())
    return handler


def test_a_long_record_is_cut_and_so_is_the_error_that_repeats_what_a_visitor_sent():
    file, logger = io.StringIO(), logging.Logger("test")
    logger.addHandler(limited(file))
    logger.warning("a visitor sent %s", "A" * 900_000)
    try:
        float("A" * 900_000)
    except ValueError:
        logger.exception("a drawing that cannot be read")
    assert len(file.getvalue()) < 4 * limits.MAX_RECORD
    assert "900,015 characters" in file.getvalue() and "ValueError: could not convert" in file.getvalue()


def test_an_error_of_the_page_is_written_by_the_log_and_nowhere_else(capsys):
    """Streamlit's own way, in colours, costs a third of a second of a core and knows no bounds."""
    handle_uncaught_app_exception(ValueError("a value that no page sends"))
    assert capsys.readouterr().out == ""


def test_what_happens_often_is_written_a_few_times_a_minute_and_the_rest_as_ever():
    file, logger = io.StringIO(), logging.Logger("test")
    handler = limited(file)
    logger.addHandler(handler)

    def write(minute: int, text: str) -> None:
        record = logger.makeRecord("test", logging.ERROR, "a.py", len(text), text, (), None)
        record.created = 60.0 * minute
        logger.handle(record)

    for _ in range(10_000):
        write(1, "again")
    write(1, "something else")
    write(2, "again")
    assert file.getvalue().split("\n") == ["again"] * limits.MAX_RECORDS_PER_MINUTE + ["something else", "again", ""]
