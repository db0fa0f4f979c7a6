"""A server under all attackers at once, beside honest visitors who also drew in quiet: for as long as you like."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.exceptions import WebSocketException

from benchmark import attackers
from benchmark.client import visit
from benchmark.load import status
from tests.drawings import placed
from tests.fuzzing.visits import Findings, attack
from tests.page_server import Server, running

HONEST = 4  # visitors at a time, each in a process of their own
ARRIVAL_SECONDS = 10.0  # of honest visitors, before the attackers: who is there comes before who arrives
QUIET_SHARE = 0.25  # of the time, without attackers, at the start
SESSION_TTL_SECONDS = 10  # seconds that the server keeps a visit whose line was dropped, in this measurement
SAMPLE_SECONDS = 5.0  # seconds from one look at the server's memory to the next
STOP_SECONDS = 30  # that supervisors usually leave a server to stop


@dataclass
class Phase:
    """Seconds to each honest answer; MB of the server over time; its processor time a second; failures, in words."""

    answers: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    cores: float = 0.0
    failures: list[str] = field(default_factory=list)


def siege(minutes: float) -> str:
    """The report, in Markdown."""
    with tempfile.TemporaryDirectory() as rooms, attackers.processes(HONEST) as pool:
        environment = os.environ | {"DIGIT_ROOMS": f"sqlite:///{rooms}/rooms.sqlite"}
        environment |= {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(SESSION_TTL_SECONDS)}
        with running(environment=environment) as server:
            quiet, besieged, forged = asyncio.run(_besiege(server, pool, 60 * minutes))
            stopped = _stop(server)
    rows = [_row("in quiet", quiet), _row("besieged", besieged)]
    failures = quiet.failures + besieged.failures
    lines = [
        f"{minutes:g} minutes, {HONEST} honest visitors, each in a process of their own; after a quarter of the time "
        f"{len(attackers.ATTACKS) + 2} attackers at once.",
        "",
        "| | answers | p50, s | p95, s | worst, s | cores of the server | MB, most |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows,
        "",
        f"The attackers: {', '.join(attackers.ATTACKS)}, drop lines, and {forged.outcomes.total():,} forged messages.",
        "",
        f"{len(failures)} failures. {stopped}",
        *(f"- {failure}" for failure in failures[:5]),
    ]
    return "\n".join(lines) + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


def _stop(server: Server) -> str:
    """Stop the server as a supervisor does; return what came of it, in words."""
    begin = time.monotonic()
    server.process.terminate()
    try:
        server.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        return f"Told to stop, the server was still there after {STOP_SECONDS} s, and was killed."
    return f"Told to stop, the server stopped after {time.monotonic() - begin:.0f} s."


def _row(name: str, phase: Phase) -> str:
    seconds = phase.answers or [float("nan")]
    p50, p95 = np.percentile(seconds, (50, 95))
    cells = [name, f"{len(phase.answers):,}", f"{p50:.2f}", f"{p95:.2f}", f"{max(seconds):.2f}"]
    return f"| {' | '.join([*cells, f'{phase.cores:.2f}', f'{max(phase.memory):.0f}'])} |"


async def _besiege(server: Server, pool: Executor, seconds: float) -> tuple[Phase, Phase, Findings]:
    async with visit(server.address) as host:  # loads the networks
        for number in range(10):
            await host.draw(placed(number))
    quiet = await _phase(server, pool, QUIET_SHARE * seconds)
    forged = Findings()
    hostile = [attackers.repeat(wave, server.address) for wave in attackers.ATTACKS.values()]
    hostile += [attack(server, 1, list(range(10**6)), forged, float("inf")), _drop(server)]
    jobs = [asyncio.create_task(_later(job)) for job in hostile]
    besieged = await _phase(server, pool, (1 - QUIET_SHARE) * seconds)
    for job in jobs:
        if job.done() and job.exception():
            besieged.failures.append(f"an attacker: {job.exception()}")
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    return quiet, besieged, forged


async def _later(job: Coroutine[Any, Any, None]) -> None:
    """Attack once honest visitors are there; an attacker whom the server turns away or keeps waiting is no failure."""
    await asyncio.sleep(ARRIVAL_SECONDS)
    with contextlib.suppress(TimeoutError, OSError, WebSocketException):
        await job


async def _phase(server: Server, pool: Executor, seconds: float) -> Phase:
    phase, begin, used = Phase(), time.monotonic(), attackers.cpu_seconds(server.process.pid)
    watch = asyncio.create_task(_watch(server, phase))
    await asyncio.gather(*(_honest(server, pool, phase, begin + seconds, seed) for seed in range(HONEST)))
    watch.cancel()
    phase.cores = (attackers.cpu_seconds(server.process.pid) - used) / (time.monotonic() - begin)
    return phase


async def _honest(server: Server, pool: Executor, phase: Phase, end: float, seed: int) -> None:
    """An honest visitor, who comes again where the page fails."""
    while (left := end - time.monotonic()) > 0:
        try:
            phase.answers += await asyncio.get_running_loop().run_in_executor(
                pool, attackers.honest_visit, server.address, left, seed
            )
        except Exception as error:  # whatever it is, it is a failure of the page
            phase.failures.append(f"visitor {seed}: {type(error).__name__} {error}")


async def _drop(server: Server) -> None:
    """Visitors one after another who draw, and are gone without closing their line."""
    never_left = []  # so that nothing says good-bye
    while True:
        never_left.append(visit(server.address))
        client = await never_left[-1].__aenter__()
        await client.draw(placed(7))
        client.socket.transport.abort()
        await asyncio.sleep(2)


async def _watch(server: Server, phase: Phase) -> None:
    while True:
        phase.memory.append(status(server.process.pid)[0])
        await asyncio.sleep(SAMPLE_SECONDS)
