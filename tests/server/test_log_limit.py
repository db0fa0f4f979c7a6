"""The log stays small however often something happens, and tells how often."""

from __future__ import annotations

import io
import logging

import pytest

from server.limits import MAX_RECORDS, MAX_TRACEBACKS, WINDOW, RepeatLimit


@pytest.fixture
def written():
    """A logger with the limit, what it has written, and its clock."""
    file, now = io.StringIO(), [0.0]
    logger = logging.Logger("test")
    handler = logging.StreamHandler(file)
    handler.addFilter(RepeatLimit(clock=lambda: now[0]))
    logger.addHandler(handler)
    return logger, file, now


def test_ten_thousand_tracebacks_become_a_few_and_a_number(written):
    logger, file, now = written

    def fail():
        try:
            raise OSError("too many open files")
        except OSError:
            logger.exception("accept failed")

    for _ in range(10_000):
        fail()
    assert file.getvalue().count("Traceback") == MAX_TRACEBACKS and len(file.getvalue()) < 2000
    now[0] = WINDOW
    fail()
    assert f"accept failed ({10_000 - MAX_TRACEBACKS:,} more like this since)" in file.getvalue()


def test_another_line_of_code_is_still_heard(written):
    logger, file, _ = written
    for _ in range(100):
        logger.warning("a")
    logger.warning("b")
    assert file.getvalue().split() == ["a"] * MAX_RECORDS + ["b"]
