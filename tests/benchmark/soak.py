"""Whether anything piles up in a server: thousands of drawings, and visitors who go without a word."""

from __future__ import annotations

import asyncio
import os

import numpy as np

from tests.benchmark.client import visit
from tests.benchmark.load import status
from tests.drawings import DIGITS, placed
from tests.server import running

SETTLED = 1000  # drawings after which memory should be flat
STEP = 100  # drawings from one look at the server to the next
VISITORS = 5  # at once; each stays for a hundred drawings, so that fresh ones come all the time
ROOMS = 5  # of visitors who come, draw and are gone
LEAVERS = 60  # in each
KEPT = 10  # seconds that the server keeps such a visit, in this measurement


def soak(drawings: int) -> str:
    """Both measurements, as a report in Markdown."""
    with running(environment=os.environ | {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(KEPT)}) as server:
        seen = asyncio.run(draw_many(server.address, server.process.pid, drawings))
        rooms = asyncio.run(leave(server.address, server.process.pid))
    counts, memory = np.array(seen).T
    late = counts >= SETTLED
    slope = np.polyfit(counts[late], memory[late], 1)[0] * 1000 if late.sum() > 1 else float("nan")
    lines = [f"{drawings:,} drawings by {VISITORS} visitors at a time, through one server.", ""]
    lines += ["| drawings | MB |", "|---:|---:|"]
    lines += [f"| {count:,} | {megabytes:.1f} |" for count, megabytes in seen[:: max(1, len(seen) // 10)]]
    lines += ["", f"After the first {SETTLED:,}: {slope:+.2f} MB per 1,000 drawings."]
    lines += [
        "",
        f"Then {ROOMS} rooms of {LEAVERS} visitors each, who drew and were gone without a word, one after another;",
    ]
    lines += [f"MB before them and after each: {', '.join(f'{megabytes:.1f}' for megabytes in rooms)}."]
    return "\n".join(lines) + "\n"


async def draw_many(address: str, process: int, drawings: int) -> list[tuple[int, float]]:
    """(drawings, MB) from the first drawing on."""
    random = np.random.default_rng(0)
    seen: list[tuple[int, float]] = []
    done = 0
    while done < drawings:
        share = min(STEP, drawings - done)
        await asyncio.gather(*(_draw(address, share // VISITORS, random) for _ in range(VISITORS)))
        done += share
        seen.append((done, status(process)[0]))
    return seen


async def leave(address: str, process: int) -> list[float]:
    """The server's memory in MB before any room of visitors whose lines were cut without a word, and after each."""
    random = np.random.default_rng(1)
    seen = [status(process)[0]]
    for _ in range(ROOMS):
        visits = [visit(address) for _ in range(LEAVERS)]  # never left, so that nothing says good-bye
        clients = [await one.__aenter__() for one in visits]
        for client in clients:
            await client.draw(_drawing(random))
        for client in clients:
            client.socket.transport.abort()
        await asyncio.sleep(1.5 * KEPT)
        await _draw(address, 1, random)  # the server looks at old visits when others come and go
        seen.append(status(process)[0])
    return seen


async def _draw(address: str, drawings: int, random: np.random.Generator) -> None:
    async with visit(address) as client:
        for _ in range(drawings):
            await client.press_clear()
            await client.draw(_drawing(random))


def _drawing(random: np.random.Generator) -> list[np.ndarray]:
    return placed(int(random.choice(list(DIGITS))), float(random.uniform(80, 180)))
