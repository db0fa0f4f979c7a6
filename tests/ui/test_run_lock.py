"""Runs take turns: one after the other, those of quiet visits first, and nobody waits for one that takes very long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from ui.shared import run_lock
from ui.shared.run_lock import FIRST_RUN_SECONDS, RunLock, Turns, one_at_a_time


@pytest.fixture(autouse=True)
def turns(monkeypatch) -> Turns:
    monkeypatch.setattr(run_lock, "_turns", Turns())
    return run_lock._turns


def use(turns: Turns, visit: str, seconds: float) -> None:
    """Let a visit use processor time, one that arrived long ago."""
    turns._used.setdefault(visit, (0.0, time.monotonic()))
    turn = turns.begin(visit)
    turn.cpu -= seconds
    turns.end(turn)


def order_after(turns: Turns, *visits: str, meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    """The order in which visits get their turn that ask for it one after the other while it is taken.

    meanwhile: what happens while they wait.
    """
    order: list[str] = []

    def run(visit: str) -> None:
        turn = turns.begin(visit)
        order.append(visit)
        turns.end(turn)

    holder = turns.begin("holder")
    threads = [threading.Thread(target=run, args=(visit,)) for visit in visits]
    for asking, thread in enumerate(threads, 1):
        thread.start()
        while len(turns._waiting) < asking:
            time.sleep(0.001)
    meanwhile()
    turns.end(holder)
    for thread in threads:
        thread.join()
    return order


def test_who_used_little_lately_comes_first_then_who_has_just_arrived_then_who_used_much(turns):
    use(turns, "busy", 2.0)
    use(turns, "quiet", FIRST_RUN_SECONDS / 4)
    use(turns, "quieter", FIRST_RUN_SECONDS / 8)
    asked = ["busy", "new", "quiet", "another new", "quieter"]
    assert order_after(turns, *asked) == ["quieter", "quiet", "new", "another new", "busy"]


def test_who_waits_does_not_fall_behind_who_uses_more_meanwhile(turns):
    use(turns, "waits", 0.5)
    use(turns, "draws on", 0.4)
    more = {"meanwhile": lambda: turns._used.update({"draws on": (0.8, time.monotonic())})}
    assert order_after(turns, "waits", "draws on", **more) == ["waits", "draws on"]


def test_who_has_waited_for_long_comes_before_who_used_less(turns):
    def pass_time() -> None:
        turns._waiting[0].since -= 1.5 / run_lock.AGING

    use(turns, "busy", 0.5)
    use(turns, "quiet", 0.1)
    assert order_after(turns, "busy", "quiet") == ["quiet", "busy"]
    use(turns, "busy", 0.5)
    assert order_after(turns, "busy", "quiet", meanwhile=pass_time) == ["busy", "quiet"]


def test_what_a_visit_used_is_forgotten_with_time(turns, monkeypatch):
    use(turns, "busy before", 2.0)
    later = time.monotonic() + 6 * run_lock.HALF_LIFE_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    use(turns, "busy now", 0.1)
    assert order_after(turns, "busy now", "busy before") == ["busy before", "busy now"]


def test_one_runs_at_a_time(turns):
    inside, most = 0, 0

    @one_at_a_time
    def run() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.01)
        inside -= 1

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def free(turns: Turns) -> bool:
    return turns._holder is None


def test_a_turn_within_a_turn_waits_for_nothing(turns):
    with RunLock():
        with RunLock() as inner:
            inner.end()
        assert not free(turns), "the outer one still holds"
    assert free(turns)


def test_what_takes_long_lets_others_go_on_before_it_ends(turns):
    with RunLock() as turn:
        turn.end()
        assert free(turns)
        other = turns.begin("other")
    assert turns._holder is other, "given back once"


def test_an_error_gives_the_turn_back(turns):
    with pytest.raises(ValueError), RunLock():
        raise ValueError
    assert free(turns)


def test_nobody_waits_for_a_run_that_takes_very_long(turns, monkeypatch):
    monkeypatch.setattr(run_lock, "MAX_HOLD_SECONDS", 0.05)
    lost = turns.begin("never ends")
    with RunLock():
        assert turns._holder is not lost
        turns.end(lost)
        assert not free(turns), "what it does not hold any more it does not give back"
    assert free(turns)
