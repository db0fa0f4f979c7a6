"""Two copies of the page behind HAProxy, with the configuration in deploy/, each killed once while visitors draw.

They draw as often as in benchmark.load.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from websockets.exceptions import WebSocketException

from benchmark.client import visit
from benchmark.load import STROKE_SECONDS, status
from tests.drawings import DIGITS, placed
from tests.page_server import ROOT, Server, free_port, running, wait_for

SAMPLE_SECONDS = 2.0  # seconds from one look at the memory to the next


@dataclass
class Room:
    """Measurements of all visitors.

    answers: seconds from a drawing to its answer. gaps: seconds without a copy for visitors whose copy was killed.
    copies: the cookie of each visitor's first copy. failures: other errors, as text.
    memory: MB of both copies together, every few seconds.
    """

    answers: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def haproxy_path() -> str | None:
    """The path of HAProxy, or None."""
    return shutil.which("haproxy") or shutil.which("/usr/sbin/haproxy")


def copies(visitors: int, minutes: float) -> str:
    """The report, in Markdown."""
    room = measure(visitors, 60 * minutes)
    p50, p95 = np.percentile(room.answers, (50, 95)) * 1000
    lines = [
        f"Two copies behind HAProxy, {visitors} visitors for {minutes:g} minutes. The first copy was killed and "
        "restarted after a quarter of the time, the second one another quarter after the first was back.",
        "",
        f"- {len(room.answers):,} answers: p50 {p50:.0f} ms, p95 {p95:.0f} ms",
        f"- {len(room.gaps)} times a visitor lost the copy and continued on the other one, after "
        f"{np.median(room.gaps):.1f} s in the median and at most {max(room.gaps):.1f} s, when the other one was just "
        "starting",
        f"- {len(room.failures)} failures",
        f"- memory of both copies: {min(room.memory):.0f} to {max(room.memory):.0f} MB",
        *(f"  - {failure}" for failure in room.failures[:5]),
    ]
    return "\n".join(lines) + "\n"


def measure(visitors: int, seconds: float) -> Room:
    """Runs the measurement; each copy loads its networks before the visitors arrive."""
    room = Room()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running()) for _ in range(2)]
        address = stack.enter_context(behind_haproxy([server.port for server in servers]))
        asyncio.run(_fill(address, servers, room, visitors, seconds))
    return room


@contextlib.contextmanager
def behind_haproxy(ports: list[int]) -> Iterator[str]:
    """Runs HAProxy for servers on these ports, whose cookies are digits_1 and so on; yields its address."""
    own, program = free_port(), haproxy_path()
    assert program is not None
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "haproxy.cfg"
        file.write_text(configuration(ports, own), encoding="utf-8")
        process = subprocess.Popen([program, "-f", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{own}/_stcore/health", process)
            yield f"http://127.0.0.1:{own}"
        finally:
            process.kill()
            process.wait()


def configuration(ports: list[int], own: int) -> str:
    """deploy/haproxy.cfg with servers on this machine in place of containers."""
    text = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
    servers = [f"  server digits_{place} 127.0.0.1:{port} cookie digits_{place}" for place, port in enumerate(ports, 1)]
    text, replaced = re.subn(r"^  server-template .*$", "\n".join(servers), text, flags=re.MULTILINE)
    text, bound = re.subn(r"^  bind :8080$", f"  bind 127.0.0.1:{own}", text, flags=re.MULTILINE)
    assert replaced == bound == 1
    return text


def copy_of(address: str, cookie: str = "") -> str:
    """The cookie with which HAProxy assigns a browser to a copy, from the response with the page."""
    request = urllib.request.Request(address, headers={"Cookie": cookie} if cookie else {})
    with urllib.request.urlopen(request, timeout=10) as response:
        cookies = [value.split(";")[0] for value in response.headers.get_all("Set-Cookie", [])]
        return next((found for found in cookies if found.startswith("digits_copy=")), cookie)


async def _fill(address: str, servers: list[Server], room: Room, visitors: int, seconds: float) -> None:
    for server in servers:
        async with visit(server.address) as host:
            await host.draw(placed(7))
    end = time.monotonic() + seconds
    jobs = [_visitor(address, room, end, seed) for seed in range(visitors)]
    await asyncio.gather(_kill(servers, seconds), _watch(servers, room, end), *jobs)


async def _watch(servers: list[Server], room: Room, end: float) -> None:
    """Writes down the memory of both copies together, while both run."""
    while time.monotonic() < end:
        await asyncio.sleep(SAMPLE_SECONDS)
        with contextlib.suppress(OSError, KeyError):
            room.memory.append(sum(status(server.process.pid)[0] for server in servers))


async def _kill(servers: list[Server], seconds: float) -> None:
    """Kills and restarts each copy once."""
    await asyncio.sleep(seconds / 4)
    servers[0].kill()
    await asyncio.sleep(1)
    await asyncio.to_thread(servers[0].start)
    async with visit(servers[0].address) as host:  # loads the networks
        await host.draw(placed(7))
    await asyncio.sleep(seconds / 4)
    servers[1].kill()
    await asyncio.sleep(1)
    await asyncio.to_thread(servers[1].start)


async def _visitor(address: str, room: Room, end: float, seed: int) -> None:
    """A visitor who reconnects when the connection is lost, as the page in a browser does."""
    random = np.random.default_rng(seed)
    cookie = await asyncio.to_thread(copy_of, address)
    room.copies.append(cookie)
    lost: float | None = None
    while time.monotonic() < end:
        try:
            async with visit(address, cookie) as client:
                while time.monotonic() < end:
                    taken = await client.draw(placed(int(random.choice(list(DIGITS))), float(random.uniform(80, 180))))
                    if lost is not None:
                        room.gaps.append(time.monotonic() - lost)
                        lost = None
                    room.answers.append(taken)
                    await asyncio.sleep(random.uniform(*STROKE_SECONDS))
                    await client.press_clear()
        except (WebSocketException, ConnectionError):
            lost = lost or time.monotonic()
            await asyncio.sleep(0.5)
        except Exception as error:  # every other error is a failure
            room.failures.append(f"visitor {seed}: {type(error).__name__} {error}")
            return
    if lost is not None:
        room.failures.append(f"visitor {seed}: no copy for the last {time.monotonic() - lost:.1f} s")
