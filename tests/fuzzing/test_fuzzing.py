"""A short round of tests.fuzzing, and what the fuzzer itself must do."""

from __future__ import annotations

import numpy as np
import pytest

from recognition import store
from tests.fuzzing import __main__ as fuzzing
from tests.fuzzing.targets import Target, prepared, targets

CASES = {"photo": 60, "link": 40}  # these take longer


@pytest.mark.parametrize("name", targets())
def test_damaged_and_forged_data_is_answered_or_refused(name, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "WEIGHTS", tmp_path)  # put back after prepared() has set it
    cases = CASES.get(name, 300)
    found = fuzzing.fuzz(name, targets()[name], cases, seed=0, folder=prepared(tmp_path))
    assert found["answered"] + found["refused"] == cases and (found["refused"] > 0 or name == "link")


def test_a_crash_is_noticed_and_its_case_named(tmp_path):
    def crash(data, folder):
        raise KeyError("x")

    with pytest.raises(AssertionError, match="glass, seed 3, case 0: KeyError"):
        fuzzing.fuzz("glass", Target((b"abc",), crash, ValueError), 1, 3, tmp_path)


def test_the_same_seed_makes_the_same_case():
    once, again = (fuzzing.mutated(b"0123456789" * 20, np.random.default_rng([1, 2])) for _ in range(2))
    assert once == again != b"0123456789" * 20
