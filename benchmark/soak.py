"""The memory of a server over thousands of drawings, and with visitors who disconnect without closing."""

from __future__ import annotations

import asyncio
import os

import numpy as np

from benchmark.client import visit
from benchmark.load import status
from tests.drawings import DIGITS, placed
from tests.page_server import running

WARM_UP = 1000  # drawings after which memory should be constant
STEP = 100  # drawings between two measurements of memory
VISITORS = 5  # at once; each visit ends after 20 drawings, so that new ones begin all the time
ROUNDS = 5  # of visitors who draw and disconnect
DISCONNECTED = 60  # visitors in each round
SESSION_TTL = 10  # seconds that the server keeps a disconnected visit, in this measurement


def soak(drawings: int) -> str:
    """Both measurements, as a report in Markdown."""
    with running(environment=os.environ | {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(SESSION_TTL)}) as server:
        seen = asyncio.run(draw_many(server.address, server.process.pid, drawings))
        rounds = asyncio.run(leave(server.address, server.process.pid))
    counts, memory = np.array(seen).T
    late = counts >= WARM_UP
    slope = np.polyfit(counts[late], memory[late], 1)[0] * 1000 if late.sum() > 1 else float("nan")
    lines = [f"{drawings:,} drawings by {VISITORS} visitors at a time, through one server.", ""]
    lines += ["| drawings | MB |", "|---:|---:|"]
    lines += [f"| {count:,} | {megabytes:.1f} |" for count, megabytes in seen[:: max(1, len(seen) // 10)]]
    lines += ["", f"After the first {WARM_UP:,}: {slope:+.2f} MB per 1,000 drawings."]
    lines += [
        "",
        f"Then {ROUNDS} rounds of {DISCONNECTED} visitors each, who drew and disconnected without closing;",
    ]
    lines += [f"MB before the first and after each round: {', '.join(f'{megabytes:.1f}' for megabytes in rounds)}."]
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
    """The server's memory in MB before and after each round of visitors who disconnect without closing."""
    random = np.random.default_rng(1)
    seen = [status(process)[0]]
    for _ in range(ROUNDS):
        visits = [visit(address) for _ in range(DISCONNECTED)]  # never exited, so that nothing closes the connection
        clients = [await context.__aenter__() for context in visits]
        for client in clients:
            await client.draw(_drawing(random))
        for client in clients:
            client.socket.transport.abort()
        await asyncio.sleep(1.5 * SESSION_TTL)
        await _draw(address, 1, random)  # the server drops old visits when others begin and end
        seen.append(status(process)[0])
    return seen


async def _draw(address: str, drawings: int, random: np.random.Generator) -> None:
    async with visit(address) as client:
        for _ in range(drawings):
            await client.press_clear()
            await client.draw(_drawing(random))


def _drawing(random: np.random.Generator) -> list[np.ndarray]:
    return placed(int(random.choice(list(DIGITS))), float(random.uniform(80, 180)))
