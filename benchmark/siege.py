"""A server under ordinary visitors, attackers and dropped connections together, for as long as you like."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field

import numpy as np

from benchmark.client import visit
from benchmark.load import status
from tests.drawings import placed
from tests.fuzzing.visits import Findings, attack
from tests.page_server import Server, running

ORDINARY, ATTACKERS, DROPPED = 8, 2, 2  # visitors at a time
DRAWINGS = 20  # of an ordinary visitor, before the next comes
DRAWING_SECONDS = (2.0, 4.0)  # seconds from one drawing to the next
WARM_UP_SHARE = 0.25  # share of the time after which memory should be flat
SESSION_TTL_SECONDS = 10  # seconds that the server keeps a visit whose line was dropped, in this measurement
SAMPLE_SECONDS = 10.0  # seconds from one look at the server's memory to the next


@dataclass
class Siege:
    """Seconds to each ordinary answer; failures in words; (seconds, MB) of the server; what the attackers did."""

    answers: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    attacks: Findings = field(default_factory=Findings)
    dropped: int = 0


def siege(minutes: float) -> str:
    """The report, in Markdown."""
    with tempfile.TemporaryDirectory() as rooms:
        environment = os.environ | {"DIGIT_ROOMS": f"sqlite:///{rooms}/rooms.sqlite"}
        environment |= {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(SESSION_TTL_SECONDS)}
        with running(environment=environment) as server:
            found = asyncio.run(_besiege(server, 60 * minutes))
    at, memory = np.array(found.memory).T
    late = at >= WARM_UP_SHARE * at[-1]
    slope = np.polyfit(at[late], memory[late], 1)[0] * 600 if late.sum() > 1 else float("nan")
    p50, p95, p99 = np.percentile(found.answers, (50, 95, 99))
    lines = [
        f"{minutes:g} minutes, {ORDINARY} ordinary visitors, {ATTACKERS} attackers and {DROPPED} who drop their lines.",
        "",
        f"- {len(found.answers):,} ordinary answers: {p50:.2f} s in the median, {p95:.2f} s at the 95th percentile, "
        f"{p99:.2f} s at the 99th, {max(found.answers):.2f} s at most",
        f"- {found.attacks.outcomes.total():,} forged messages, {found.dropped:,} dropped lines, "
        f"{len(found.failures)} failures",
        f"- memory {memory[0]:.0f} MB at first, {memory[-1]:.0f} MB at last, {memory.max():.0f} MB at most; after the "
        f"first quarter {slope:+.1f} MB in ten minutes",
        *(f"  - {failure}" for failure in found.failures[:5]),
    ]
    return "\n".join(lines) + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


async def _besiege(server: Server, seconds: float) -> Siege:
    found = Siege()
    async with visit(server.address) as host:
        for number in range(10):
            await host.draw(placed(number))
    begin = time.monotonic()
    end = begin + seconds
    ordinary = [_ordinary(server, found, end, seed) for seed in range(ORDINARY)]
    drop = [_drop(server, found, end) for _ in range(DROPPED)]
    cases = list(range(10**6))
    attacks = [asyncio.create_task(attack(server, 1, cases, found.attacks, float("inf"))) for _ in range(ATTACKERS)]
    await asyncio.gather(_watch(server, found, begin, end), *ordinary, *drop)
    for job in attacks:
        if job.done():
            found.failures.append(f"an attacker: {job.exception()}")
        job.cancel()
    await asyncio.gather(*attacks, return_exceptions=True)
    return found


async def _ordinary(server: Server, found: Siege, end: float, seed: int) -> None:
    """Visitors one after another, who draw, clear and leave."""
    random = np.random.default_rng(seed)
    while time.monotonic() < end:
        try:
            async with visit(server.address) as client:
                for _ in range(DRAWINGS):
                    if time.monotonic() >= end:
                        return
                    found.answers.append(await client.draw(placed(int(random.integers(10)))))
                    await asyncio.sleep(random.uniform(*DRAWING_SECONDS))
                    await client.press_clear()
        except Exception as error:  # whatever it is, it is a failure of the page
            found.failures.append(f"visitor {seed}: {type(error).__name__} {error}")


async def _drop(server: Server, found: Siege, end: float) -> None:
    """Visitors one after another who draw, and are gone without closing their line."""
    never_left = []  # so that nothing says good-bye
    while time.monotonic() < end:
        never_left.append(visit(server.address))
        client = await never_left[-1].__aenter__()
        await client.draw(placed(7))
        client.socket.transport.abort()
        found.dropped += 1
        await asyncio.sleep(2)


async def _watch(server: Server, found: Siege, begin: float, end: float) -> None:
    while time.monotonic() < end:
        found.memory.append((time.monotonic() - begin, status(server.process.pid)[0]))
        await asyncio.sleep(SAMPLE_SECONDS)
