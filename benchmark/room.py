"""A lesson: a hundred phones draw, send and follow the prompts, and a projector shows the wall.

What the phones sent is compared with what the host exports: nothing may be lost or doubled.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmark import copies
from benchmark.client import TIMEOUT_SECONDS, visit
from benchmark.load import cpu_seconds, status
from benchmark.phones import Lesson, Points, phone
from benchmark.projector import watch_wall
from rooms import database, exports, hosting
from rooms.hosting import Hosted
from rooms.prompts import Prompt
from rooms.state import state
from tests import postgres
from tests.drawings import placed
from tests.page_server import Server, running
from ui.room.store import URL

PROMPT_SECONDS = 30.0  # seconds from one prompt to the next
PROMPTS = (Prompt("turn"), Prompt("digit", 7), Prompt("digit", 4), Prompt("fool", 1))


@dataclass
class Outcome:
    """A lesson and what was found afterwards.

    tiles: seconds from Send to the tile on the wall. lost, doubled: drawings that were sent and are not in the export,
    or are there twice; strange: those that nobody sent. memory: MB of each server over time.
    """

    lesson: Lesson = field(default_factory=Lesson)
    tiles: list[float] = field(default_factory=list)
    exported: int = 0
    lost: int = 0
    doubled: int = 0
    strange: int = 0
    rounds: int = 0
    memory: list[list[float]] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def room(phones: int, minutes: float) -> str:
    """The report, in Markdown: one server with SQLite, then two copies with PostgreSQL of which one is killed."""
    others = os.getloadavg()[0]
    lines = [
        f"{phones} phones that draw, send and follow the prompts, and one wall in a real browser, for {minutes:g} "
        "minutes each. Milliseconds: from a stroke to its answer, from Send to the page's word that it is stored, from "
        "Send to the tile on the wall. CPU: of all servers together, in cores. Lost and doubled: what the phones sent "
        f"against the host's export. The machine's load average before it began was {others:.1f}.",
        "",
        "| | drawings | lost | doubled | failures | answer p50 | p95 | stored p95 | wall p50 | p95 "
        "| CPU | MB, over time |",
        "|---" * 12 + "|",
    ]
    notes = []
    for name, kill in (("SQLite, one server", False), ("PostgreSQL, two copies, one killed", True)):
        if kill and (postgres.binaries() is None or copies.haproxy_path() is None):
            notes.append(f"- {name}: not run, {postgres.MISSING}")
            continue
        outcome = measure(phones, 60 * minutes, kill)
        lines.append(row(name, outcome))
        print(lines[-1], flush=True)
        lesson = outcome.lesson
        if lesson.timeouts:
            notes.append(
                f"- {name}: {lesson.timeouts} times a phone waited {TIMEOUT_SECONDS:g} s in vain and was reloaded."
            )
        notes += [f"- {name}: {failure}" for failure in (lesson.failures + outcome.failures)[:5]]
        if kill:
            gaps = lesson.gaps
            notes.append(
                f"- The killed copy's phones went on at the other one after {np.median(gaps):.1f} s in the median, "
                f"{max(gaps):.1f} s at most; of what they sent again, {lesson.again} had come already."
                if gaps
                else "- No phone lost its connection."
            )
    return "\n".join([*lines, "", *notes]).rstrip() + "\n"


def row(name: str, outcome: Outcome) -> str:
    lesson = outcome.lesson
    answers, sends, tiles = (
        np.array(times or [np.nan]) * 1000 for times in (lesson.answers, lesson.sends, outcome.tiles)
    )
    memory = [sum(values) for values in zip(*outcome.memory, strict=False)] or [float("nan")]
    cells = [name, f"{outcome.exported:,}", outcome.lost, outcome.doubled + outcome.strange]
    cells += [len(lesson.failures) + len(outcome.failures)]
    cells += [
        f"{np.percentile(answers, 50):.0f}",
        f"{np.percentile(answers, 95):.0f}",
        f"{np.percentile(sends, 95):.0f}",
    ]
    cells += [f"{np.percentile(tiles, 50):.0f}", f"{np.percentile(tiles, 95):.0f}"]
    cells += [f"{sum(outcome.busy):.2f}", " ".join(f"{value:.0f}" for value in memory[:: max(1, len(memory) // 5)])]
    return f"| {' | '.join(map(str, cells))} |"


def measure(phones: int, seconds: float, two: bool) -> Outcome:
    """Runs a lesson; two: with two copies of the page, PostgreSQL and HAProxy, of which one copy is killed."""
    outcome = Outcome()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgres.running()).url if two else f"sqlite:///{folder / 'rooms.sqlite'}"
        servers = [stack.enter_context(running(environment={**os.environ, URL: url})) for _ in range(1 + two)]
        address = servers[0].address
        if two:
            address = stack.enter_context(copies.behind_haproxy([server.port for server in servers]))
        asyncio.run(_teach(outcome, servers, address, url, phones, seconds))
    return outcome


async def _teach(outcome: Outcome, servers: list[Server], address: str, url: str, phones: int, seconds: float) -> None:
    for server in servers:
        async with visit(server.address) as host:  # loads the networks
            await host.draw(placed(7))
    here = database.opened(url)
    hosted = hosting.open_room(here, PROMPTS[0], hide_answers=False)
    hosting.change(here, hosted, approve_outliers=False)
    begin = time.monotonic()
    end = begin + seconds
    link = f"room={hosted.code}&invited={hosted.key}"
    wall = servers[-1].address + f"/room?room={hosted.code}&host={hosted.token}"
    arrivals = np.linspace(0, min(20.0, seconds / 6), phones)
    jobs = [
        phone(address, link, outcome.lesson, float(arrival), end, seed, len(servers) > 1)
        for seed, arrival in enumerate(arrivals)
    ]
    seen: dict[str, tuple[float, str]] = {}
    others = [
        asyncio.to_thread(watch_wall, wall, end, seen, outcome.failures),
        _host(here, hosted, end),
        _watch(servers, end, outcome),
    ]
    if len(servers) > 1:
        others.append(_kill(servers[0], seconds))
    await asyncio.gather(*others, *jobs)
    await asyncio.sleep(0)
    _count(outcome, here, hosted, seen)
    outcome.rounds = state(here, hosted.room_id).round
    here.engine.dispose()


async def _host(here: database.Database, hosted: Hosted, end: float) -> None:
    """Asks for something else now and then."""
    number = 1
    while time.monotonic() + PROMPT_SECONDS < end:
        await asyncio.sleep(PROMPT_SECONDS)
        with contextlib.suppress(Exception):
            await asyncio.to_thread(hosting.next_round, here, hosted, number, PROMPTS[number % len(PROMPTS)])
            number += 1


async def _kill(server: Server, seconds: float) -> None:
    await asyncio.sleep(seconds / 2)
    server.kill()
    await asyncio.sleep(3)
    await asyncio.to_thread(server.start)
    with contextlib.suppress(TimeoutError):
        async with visit(server.address) as host:
            await host.draw(placed(7))


async def _watch(servers: list[Server], end: float, outcome: Outcome) -> None:
    """Writes down the servers' memory every five seconds, after all have come, and their CPU time over all."""
    outcome.memory = [[] for _ in servers]
    begin, used = time.monotonic(), [_cpu(server) for server in servers]
    while time.monotonic() < end:
        await asyncio.sleep(5)
        for values, server in zip(outcome.memory, servers, strict=True):
            with contextlib.suppress(OSError, KeyError):
                values.append(status(server.process.pid)[0])
    passed = time.monotonic() - begin
    outcome.busy = [max(0.0, _cpu(server) - before) / passed for server, before in zip(servers, used, strict=True)]
    settled = [values[len(values) // 4 :] for values in outcome.memory]
    outcome.memory = settled


def _cpu(server: Server) -> float:
    """Seconds of CPU time that a server has used."""
    try:
        return cpu_seconds(server.process.pid)
    except OSError:
        return 0.0


def _count(outcome: Outcome, here: database.Database, hosted: Hosted, seen: dict[str, tuple[float, str]]) -> None:
    """Compares what the phones sent with what the host exports, and with what the wall showed."""
    records = exports.records(here, hosted)
    keys: list[tuple[str, Points]] = [
        (record.name, tuple(tuple(stroke) for stroke in record.strokes)) for record in records
    ]
    stored, sent = Counter(keys), outcome.lesson.sent
    outcome.exported = len(records)
    outcome.lost = sum(key not in stored for key in sent)
    outcome.doubled = sum(count - 1 for count in stored.values())
    outcome.strange = sum(key not in sent for key in stored)
    for record, key in zip(records, keys, strict=True):
        if str(record.id) in seen and key in sent:
            outcome.tiles.append(seen[str(record.id)][0] - sent[key])
    missing = len(records) - len(seen)
    if missing > len(records) * 0.02 + 5:
        outcome.failures.append(f"{missing} of {len(records)} tiles were not seen on the wall")
