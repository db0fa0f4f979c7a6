"""Throws damaged and forged data at everything that takes bytes; each must be answered or refused by its own error.

    python -m tests.fuzzing --cases 100000 --seed 1

Every case is made from a valid one by a few mutations, from a seed, so that it can be repeated; test_fuzzing.py runs
a short round. What may come out is written beside each target; anything else stops the run and names the case.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from tests.fuzzing.targets import Target, prepared, targets
from tests.server import ROOT

KINDS = ("answered", "refused", "slowest")
REPORT = ROOT / "docs" / "measured" / "fuzz.md"
SLOWEST = 20.0  # seconds for one case; the first link waits for TensorFlow
MOST = 700  # MB of memory more than before; the first link brings in TensorFlow and the networks


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """A few changes: bytes flipped, set, cut out, doubled, numbers made large, the end cut off."""
    found = bytearray(data)
    for _ in range(random.integers(1, 6)):
        if not found:
            break
        place, length = int(random.integers(len(found))), int(random.integers(1, 9))
        kind = random.integers(6)
        if kind == 0:
            found[place] ^= 1 << int(random.integers(8))
        elif kind == 1:
            found[place : place + length] = bytes([int(random.choice([0, 255, 127, 128]))]) * length
        elif kind == 2:
            del found[place : place + length]
        elif kind == 3:
            found[place:place] = found[place : place + 8 * length]
        elif kind == 4:
            found[place:place] = random.choice([b"-1", b"1e999", b"NaN", b"99999999999999999999", b"[[", b'"', b"null"])
        elif random.random() < 0.2:
            del found[place:]
    return bytes(found)


def fuzz(name: str, target: Target, cases: int, seed: int, folder: Path) -> Counter:
    """Runs the cases of one target; returns how many were answered and refused, and the slowest in ms (KINDS).

    Raises AssertionError, with the case's number, for any other outcome and for one that takes too much time or memory.
    """
    outcomes: Counter = Counter()
    before = _memory()
    for case in range(cases):
        random = np.random.default_rng([seed, case])
        data = mutated(target.examples[case % len(target.examples)], random)
        begin = time.perf_counter()
        try:
            target.take(data, folder)
            outcomes["answered"] += 1
        except target.refusal:
            outcomes["refused"] += 1
        except Exception as error:
            raise AssertionError(f"{name}, seed {seed}, case {case}: {type(error).__name__}: {error}") from error
        seconds = time.perf_counter() - begin
        assert seconds < SLOWEST, f"{name}, seed {seed}, case {case}: {seconds:.1f} s"
        assert _memory() < before + MOST, f"{name}, seed {seed}, case {case}: {_memory() - before:.0f} MB more"
        outcomes["slowest"] = max(outcomes["slowest"], round(1000 * seconds))
    return outcomes


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000, help="in all, shared among the targets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"keep the report in {REPORT.relative_to(ROOT)}")
    options = parser.parse_args()
    rows = ["| | cases | answered | refused | slowest, ms |", "|---|---:|---:|---:|---:|"]
    total = 0
    with tempfile.TemporaryDirectory() as name:
        folder = prepared(Path(name))
        whole = sum(target.weight for target in targets().values())
        for target, what in targets().items():
            cases = -(-options.cases * what.weight // whole)
            found = fuzz(target, what, cases, options.seed, folder)
            rows.append(f"| {target} | {' | '.join(f'{n:,}' for n in (cases, *(found[kind] for kind in KINDS)))} |")
            print(rows[-1], flush=True)
            total += cases
    report = f"{total:,} cases, seed {options.seed}, memory at most {_memory():.0f} MB.\n\n" + "\n".join(rows) + "\n"
    print(report)
    if options.write:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        heading = f"Written by `python -m tests.fuzzing --cases {options.cases} --seed {options.seed} --write` on "
        REPORT.write_text(f"{heading}{time.strftime('%Y-%m-%d')}.\n\n{report}", encoding="utf-8")
    return 0


def _memory() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
