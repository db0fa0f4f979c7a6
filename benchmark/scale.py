"""What a visitor costs the server: processor time, messages and requests, on Draw, on Play and in a room.

docs/hosting.md has a table for many visitors, computed from this (benchmark.hosting).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable

import numpy as np

from benchmark.client import Client, visit
from benchmark.load import STROKE_SECONDS, cpu_seconds
from benchmark.phones import Lesson, phone
from rooms import database, hosting
from tests.drawings import placed
from tests.page_server import running
from ui.room.store import URL

VISITORS = 10  # at the same time
ARRIVED_SECONDS = 10.0  # after which measuring begins
ROUND_SECONDS = 10.0  # of Play
STROKES = 4  # on the canvas before it is cleared


def scale(minutes: float) -> str:
    """The report, in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/rooms.sqlite"
        with running(environment=os.environ | {URL: url}) as server:
            rows = [asyncio.run(_row(name, server, url, 60 * minutes)) for name in ("Draw", "Play", "room")]
    lines = [
        f"{VISITORS} visitors at a time, who send what browsers send, for {minutes:g} minutes each: on Draw a stroke",
        f"every {STROKE_SECONDS[0]:g} to {STROKE_SECONDS[1]:g} s and Clear after {STROKES}; on Play a digit every",
        f"{ROUND_SECONDS:g} s; in a room a drawing, sent, every 6 to 15 s, and polling. A visitor's minute:",
        "",
        "| | ms of a core | messages and requests |",
        "|---|---:|---:|",
        *rows,
    ]
    return "\n".join(lines) + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


async def _row(name: str, server, url: str, seconds: float) -> str:
    end = time.monotonic() + ARRIVED_SECONDS + seconds
    if name == "room":
        found = database.opened(url)
        room = hosting.open_room(found)
        lesson = Lesson()
        link = f"room={room.code}&invited={room.key}"
        jobs: list[Awaitable] = [
            phone(server.address, link, lesson, 0.3 * seed, end, seed, False) for seed in range(VISITORS)
        ]
    else:
        act = _draw if name == "Draw" else _play
        jobs = [_visitor(server.address, name, act, end, seed) for seed in range(VISITORS)]
    running_jobs = asyncio.gather(*jobs)
    await asyncio.sleep(ARRIVED_SECONDS)
    used, sent, begin = cpu_seconds(server.process.pid), Client.sent, time.monotonic()
    await asyncio.sleep(seconds)
    share = 60 / (time.monotonic() - begin) / VISITORS
    cost = 1000 * (cpu_seconds(server.process.pid) - used) * share
    row = f"| {name} | {cost:.0f} | {(Client.sent - sent) * share:.0f} |"
    await running_jobs
    if name == "room" and lesson.failures:
        raise RuntimeError(lesson.failures[0])
    print(row, flush=True)
    return row


async def _visitor(address: str, page: str, act: Callable, end: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    await asyncio.sleep(0.3 * seed)
    async with visit(address, page="play" if page == "Play" else "") as client:
        while time.monotonic() < end:
            await act(client, random)


async def _draw(client: Client, random: np.random.Generator) -> None:
    strokes: list[np.ndarray] = []
    for _ in range(STROKES):
        await asyncio.sleep(random.uniform(*STROKE_SECONDS))
        strokes += placed(int(random.integers(10)), *random.uniform(80, 180, 1))[:1]
        await client.draw(strokes)
    await client.press_clear()


async def _play(client: Client, random: np.random.Generator) -> None:
    await asyncio.sleep(ROUND_SECONDS)
    await client.draw(placed(int(random.integers(10))))
    await client.draw([])  # its browser empties the canvas for the next round
