"""Trainings whose threads end with the test."""

from __future__ import annotations

import threading

import pytest


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """A test's threads end with it: what one raised later would be another test's failure."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive(), f"{thread} goes on after the test"
