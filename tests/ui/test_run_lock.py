"""Runs take turns: one after the other, in order, but nobody waits for one that takes very long."""

from __future__ import annotations

import threading
import time

import pytest

from ui.shared import run_lock
from ui.shared.run_lock import RunLock


@pytest.fixture(autouse=True)
def free(monkeypatch):
    monkeypatch.setattr(run_lock, "_free", threading.Semaphore(1))


def runs(number: int, body) -> list[threading.Thread]:
    """Threads that begin one after the other, each with its number."""
    threads = [threading.Thread(target=body, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    return threads


def test_one_runs_at_a_time_in_the_order_in_which_they_came():
    inside, seen, order = [], [], []

    def run(number: int) -> None:
        with RunLock():
            inside.append(number)
            time.sleep(0.1)
            seen.append(len(inside))
            order.append(number)
            inside.remove(number)

    for thread in runs(4, run):
        thread.join()
    assert seen == [1, 1, 1, 1] and order == [0, 1, 2, 3]


def test_a_turn_within_a_turn_waits_for_nothing(monkeypatch):
    monkeypatch.setattr(run_lock, "MAX_WAIT_SECONDS", 60.0)
    begin = time.monotonic()
    with RunLock():
        with RunLock() as inner:
            inner.end()
        assert not run_lock._free.acquire(blocking=False), "the outer one still holds"
    assert time.monotonic() - begin < 5 and run_lock._free.acquire(blocking=False)


def test_what_takes_long_lets_others_go_on_before_it_ends():
    with RunLock() as turn:
        turn.end()
        assert run_lock._free.acquire(blocking=False)
        run_lock._free.release()
    assert run_lock._free.acquire(blocking=False) and not run_lock._free.acquire(blocking=False), "given back once"


def test_an_error_gives_the_turn_back():
    with pytest.raises(ValueError), RunLock():
        raise ValueError
    assert run_lock._free.acquire(blocking=False)


def test_nobody_waits_longer_than_their_patience(monkeypatch):
    monkeypatch.setattr(run_lock, "MAX_WAIT_SECONDS", 0.05)
    assert run_lock._free.acquire(blocking=False)  # somebody who never ends
    with RunLock():
        pass
    assert not run_lock._free.acquire(blocking=False), "it gives back no turn that it did not have"
