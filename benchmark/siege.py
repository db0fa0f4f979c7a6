"""A server in quiet, under all attackers at once and under each alone, beside honest visitors who draw all along."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
from websockets.exceptions import WebSocketException

from benchmark import attackers
from benchmark.client import visit
from benchmark.load import cpu_seconds, status
from tests.drawings import placed
from tests.fuzzing.visits import Findings, attack
from tests.page_server import Server, running

HONEST = 4  # visitors at a time, each in a process of their own
ARRIVAL_SECONDS = 5.0  # of honest visitors, before the attackers: who is there comes before who arrives
QUIET_SHARE = 0.25  # of the time, without attackers; the rest with all of them
ALONE_SECONDS = 20.0  # of each attack alone
SAMPLE_SECONDS = 0.5  # seconds from one look at the server's memory to the next
STOP_SECONDS = 30  # that supervisors usually leave a server to stop
FORGED = "send forged messages"
ATTACKS = [*attackers.ATTACKS, FORGED]


@dataclass
class Phase:
    """Seconds to each honest answer; MB of the server, and how many more; its cores; failures; seconds to its stop."""

    answers: list[float] = field(default_factory=list)
    memory: float = 0.0
    more: float = 0.0
    cores: float = 0.0
    failures: list[str] = field(default_factory=list)
    stopped: float = 0.0


def siege(minutes: float) -> str:
    """The report, in Markdown; each row is of a new server."""
    quiet = minutes * QUIET_SHARE
    measured = {"in quiet": ([], 60 * quiet), "all at once": (ATTACKS, 60 * (minutes - quiet))}
    measured |= {name: ([name], ALONE_SECONDS) for name in ATTACKS}
    rows: list[str] = []
    failures: list[str] = []
    stops: list[float] = []
    with attackers.processes(HONEST) as pool:
        for name, (hostile, seconds) in measured.items():
            phase = measure(pool, hostile, seconds)
            rows.append(_row(name, phase))
            failures += [f"- {name}: {failure}" for failure in phase.failures]
            stops.append(phase.stopped)
            print(rows[-1], flush=True)
    lines = [
        f"{HONEST} honest visitors, each in a process of their own: {quiet:g} minutes in quiet, "
        f"{minutes - quiet:g} beside all attackers, {ALONE_SECONDS:g} seconds beside each alone. "
        "Seconds from a stroke to its answer; MB of the server at most, and beyond what it had before the attack.",
        "",
        "| | answers | p50, s | p95, s | worst, s | cores of the server | MB | MB more |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *rows,
        "",
        f"{len(failures)} failures. Told to stop, each server stopped after {max(stops):.0f} s or less.",
        *failures[:5],
    ]
    return "\n".join(lines) + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


def measure(pool: Executor, hostile: Iterable[str], seconds: float) -> Phase:
    """Run a new server beside these attackers, honest visitors and, at the end, a supervisor that stops it."""
    with tempfile.TemporaryDirectory() as rooms:
        environment = os.environ | {"DIGIT_ROOMS": f"sqlite:///{rooms}/rooms.sqlite"}
        with running(environment=environment) as server:
            phase = asyncio.run(_besiege(server, pool, hostile, seconds))
            _stop(server, phase)
    return phase


def _stop(server: Server, phase: Phase) -> None:
    """Stop the server as a supervisor does."""
    begin = time.monotonic()
    server.process.terminate()
    try:
        server.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        phase.failures.append(f"told to stop, the server was still there after {STOP_SECONDS} s, and was killed")
    phase.stopped = time.monotonic() - begin


def _row(name: str, phase: Phase) -> str:
    seconds = phase.answers or [float("nan")]
    p50, p95 = np.percentile(seconds, (50, 95))
    cells = [name, f"{len(phase.answers):,}", f"{p50:.2f}", f"{p95:.2f}", f"{max(seconds):.2f}", f"{phase.cores:.2f}"]
    return f"| {' | '.join([*cells, f'{phase.memory:.0f}', f'{phase.more:.0f}'])} |"


async def _besiege(server: Server, pool: Executor, hostile: Iterable[str], seconds: float) -> Phase:
    async with visit(server.address) as host:  # loads the networks
        for number in range(10):
            await host.draw(placed(number))
    phase, begin = Phase(), time.monotonic() + ARRIVAL_SECONDS
    visitors = [_honest(server, pool, phase, begin, begin + seconds, seed) for seed in range(HONEST)]
    honest = asyncio.gather(*visitors)
    await asyncio.sleep(ARRIVAL_SECONDS)
    watch = asyncio.create_task(_watch(server, phase))
    used = cpu_seconds(server.process.pid)
    jobs = [asyncio.create_task(_attack(name, server)) for name in hostile]
    await honest
    phase.cores = (cpu_seconds(server.process.pid) - used) / (time.monotonic() - begin)
    phase.failures += [f"an attacker: {job.exception()}" for job in jobs if job.done() and job.exception()]
    watch.cancel()
    while left := [job for job in jobs if not job.done()]:
        for job in left:
            job.cancel()
        await asyncio.wait(left, timeout=1)  # again: wait_for of Python 3.11 drops a cancellation as a message comes
    await asyncio.gather(*jobs, return_exceptions=True)
    return phase


async def _attack(name: str, server: Server) -> None:
    """Attack until cancelled; an attacker whom the server turns away or keeps waiting is no failure."""
    with contextlib.suppress(TimeoutError, OSError, WebSocketException):
        if name == FORGED:
            await attack(server, 1, list(range(10**6)), Findings(), float("inf"))
        else:
            await attackers.repeat(attackers.ATTACKS[name], server.address)


async def _honest(server: Server, pool: Executor, phase: Phase, begin: float, end: float, seed: int) -> None:
    """An honest visitor, who comes again where the page fails."""
    while time.monotonic() < end:
        try:
            phase.answers += await asyncio.get_running_loop().run_in_executor(
                pool, attackers.honest_visit, server.address, begin, end, seed
            )
        except Exception as error:  # whatever it is, it is a failure of the page
            phase.failures.append(f"visitor {seed}: {type(error).__name__} {error}")


async def _watch(server: Server, phase: Phase) -> None:
    first = status(server.process.pid)[0]
    while True:
        phase.memory = max(phase.memory, status(server.process.pid)[0])
        phase.more = phase.memory - first
        await asyncio.sleep(SAMPLE_SECONDS)
