"""Feeds damaged and forged data to everything that takes bytes; each case must succeed or raise the expected error.

    python -m tests.fuzzing --cases 100000 --seed 1

Every case is a valid example with a few mutations, derived from a seed and so repeatable; test_fuzzing.py runs a short
round. Each target names the error it may raise; any other outcome stops the run and names the case.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from tests.fuzzing.mutations import mutated
from tests.fuzzing.targets import Target, prepared, targets
from tests.fuzzing.visits import fuzz_visits
from tests.page_server import ROOT

COLUMNS = ("answered", "refused", "slowest")
REPORT = ROOT / "docs" / "measured" / "fuzz.md"
VISITS = 0.003  # messages over the websocket for each case; each takes a second
MAX_SECONDS = 20.0  # of processor time for a case; the first link loads the networks
MAX_MEMORY_GROWTH = 700  # MB; the first link loads the networks


def fuzz(name: str, target: Target, cases: int, seed: int, folder: Path) -> Counter:
    """Runs the cases of a target; returns how many were answered and refused, and the slowest in ms (COLUMNS).

    Raises AssertionError, with the case's number, for any other outcome and for a case that takes too much time or
    memory.
    """
    outcomes: Counter = Counter()
    before = _memory()
    for case in range(cases):
        random = np.random.default_rng([seed, case])
        data = mutated(target.examples[case % len(target.examples)], random)
        begin = time.process_time()  # other work on the machine does not count
        try:
            target.take(data, folder)
            outcomes["answered"] += 1
        except target.refusal:
            outcomes["refused"] += 1
        except Exception as error:
            raise AssertionError(f"{name}, seed {seed}, case {case}: {type(error).__name__}: {error}") from error
        seconds = time.process_time() - begin
        assert seconds < MAX_SECONDS, f"{name}, seed {seed}, case {case}: {seconds:.1f} s"
        assert _memory() < before + MAX_MEMORY_GROWTH, (
            f"{name}, seed {seed}, case {case}: {_memory() - before:.0f} MB more"
        )
        outcomes["slowest"] = max(outcomes["slowest"], round(1000 * seconds))
    return outcomes


def visits_report(cases: int, seed: int, patience: float) -> str:
    """Sends forged messages to a server of its own; returns what came of them, as a sentence or two."""
    found = fuzz_visits(cases, seed, patience)
    outcomes = ", ".join(f"{number:,} {name}" for name, number in sorted(found.outcomes.items()))
    p50, p95 = np.percentile(found.bystander, (50, 95))
    return (
        f"Over the websocket {cases:,} messages, seed {seed}: {outcomes}; the slowest took {found.slowest:.1f} s. "
        f"A bystander, who had {len(found.bystander):,} answers meanwhile, waited {p50:.2f} s in the median, "
        f"{p95:.2f} s at the 95th percentile, {max(found.bystander):.2f} s at most. The server had at most "
        f"{found.memory:.0f} MB. {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}, other work included.\n"
    )


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000, help="in total, shared among the targets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=1.0, help="seconds that the bystander may wait (default: 1)")
    parser.add_argument("--write", action="store_true", help=f"write the report to {REPORT.relative_to(ROOT)}")
    options = parser.parse_args()
    rows = ["| | cases | answered | refused | slowest, ms of processor time |", "|---|---:|---:|---:|---:|"]
    total = 0
    with tempfile.TemporaryDirectory() as directory:
        folder = prepared(Path(directory))
        whole = sum(target.weight for target in targets().values())
        for name, target in targets().items():
            cases = -(-options.cases * target.weight // whole)
            outcomes = fuzz(name, target, cases, options.seed, folder)
            numbers = (cases, *(outcomes[column] for column in COLUMNS))
            rows.append(f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |")
            print(rows[-1], flush=True)
            total += cases
    report = f"{total:,} cases, seed {options.seed}, memory at most {_memory():.0f} MB.\n\n" + "\n".join(rows) + "\n"
    report += "\n" + visits_report(round(options.cases * VISITS), options.seed, options.patience)
    print(report)
    if options.write:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        heading = f"Written by `python -m tests.fuzzing --cases {options.cases} --seed {options.seed} --write` on "
        REPORT.write_text(f"{heading}{time.strftime('%Y-%m-%d')}.\n\n{report}", encoding="utf-8")
    return 0


def _memory() -> float:
    """The peak memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
