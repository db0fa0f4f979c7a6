"""A short round of tests.fuzzing, and tests of the fuzzer itself."""

from __future__ import annotations

import numpy as np
import pytest

from recognition import store
from tests.fuzzing import __main__ as fuzzing
from tests.fuzzing.mutations import mutated
from tests.fuzzing.targets import Target, prepared, targets
from tests.fuzzing.visits import fuzz_visits
from ui.room import store as room_store

CASES = {"photo": 30, "link": 4}  # slow targets


@pytest.mark.slow
@pytest.mark.parametrize("name", targets())
def test_damaged_and_forged_data_is_answered_or_refused(name, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)  # restored after prepared() has set it
    monkeypatch.setattr(room_store, "FOLDER", tmp_path)
    cases = CASES.get(name, 300)
    outcomes = fuzzing.fuzz(name, targets()[name], cases, seed=0, folder=prepared(tmp_path))
    assert outcomes["answered"] + outcomes["refused"] == cases and (outcomes["refused"] > 0 or name == "link")


def test_an_unexpected_error_is_reported_with_its_case(tmp_path):
    def crash(data, folder):
        raise KeyError("x")

    with pytest.raises(AssertionError, match="a target, seed 3, case 0: KeyError"):
        fuzzing.fuzz("a target", Target((b"abc",), crash, ValueError), 1, 3, tmp_path)


def test_the_same_seed_gives_the_same_case():
    first, second = (mutated(b"0123456789" * 20, np.random.default_rng([1, 2])) for _ in range(2))
    assert first == second != b"0123456789" * 20


@pytest.mark.slow
def test_forged_messages_are_answered_dropped_or_end_the_visit_and_a_bystander_does_not_notice():
    found = fuzz_visits(60, seed=0, patience=2.0)  # seconds; the machine may be busy with something else
    assert found.outcomes.total() == 60 and {"answered", "ended"} <= set(found.outcomes) <= {
        "answered",
        "dropped",
        "ended",
    }
    assert len(found.bystander) > 5
