"""Two copies of the page behind nginx, as deploy/nginx.conf sets it up, each killed once while visitors draw."""

from __future__ import annotations

import asyncio
import contextlib
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

from tests.benchmark.client import visit
from tests.drawings import DIGITS, placed
from tests.server import ROOT, Server, free_port, running, wait_for

CONFIG = ROOT / "deploy" / "nginx.conf"
PORTS = (8501, 8502, 8080)  # in CONFIG: the copies, nginx
EVERY = (1.0, 3.0)  # seconds from one drawing to the next


@dataclass
class Room:
    """answers: seconds from a drawing to its answer. gaps: seconds that a visitor whose copy died was without one.

    copies: how many visitors began on each copy. failures: what went wrong beside that, in words.
    """

    answers: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def nginx_path() -> str | None:
    """Where nginx is, or None."""
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def copies(visitors: int, minutes: float) -> str:
    """The report, in Markdown."""
    room = measure(visitors, 60 * minutes)
    p50, p95 = np.percentile(room.answers, (50, 95)) * 1000
    lines = [
        f"Two copies behind nginx, {visitors} visitors for {minutes:g} minutes. The first copy was killed after a "
        "quarter of the time and started again; the second one, when the first had answered again for as long.",
        "",
        f"- {len(room.answers):,} answers: p50 {p50:.0f} ms, p95 {p95:.0f} ms",
        f"- {len(room.gaps)} times a visitor lost the copy and went on at another one, after "
        f"{np.median(room.gaps):.1f} s in the median, {max(room.gaps):.1f} s at most, when that one was just starting",
        f"- {len(room.failures)} failures",
        *(f"  - {failure}" for failure in room.failures[:5]),
    ]
    return "\n".join(lines) + "\n"


def measure(visitors: int, seconds: float) -> Room:
    """Runs all of it; each copy has loaded its networks before the visitors come."""
    room = Room()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running()) for _ in range(2)]
        address = stack.enter_context(behind_nginx([server.port for server in servers]))
        asyncio.run(_fill(address, servers, room, visitors, seconds))
    return room


@contextlib.contextmanager
def behind_nginx(ports: list[int]) -> Iterator[str]:
    """Runs nginx with CONFIG for servers on these ports, in the foreground and as who runs this; yields its address."""
    with tempfile.TemporaryDirectory() as name:
        folder, own = Path(name), free_port()
        text = CONFIG.read_text()
        for written, used in zip(PORTS, (*ports, own), strict=True):
            text = text.replace(str(written), str(used))
        kept = "".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/errors; events {{}} "
            f"http {{ access_log off; {kept}\n{text}\n}}"
        )
        process = subprocess.Popen([nginx_path(), "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{own}/_stcore/health", process)
            yield f"http://127.0.0.1:{own}"
        finally:
            process.terminate()
            process.wait(20)


def copy_of(address: str, cookie: str = "") -> str:
    """The cookie by which nginx sends a browser to its copy, which it gets with the page."""
    request = urllib.request.Request(address, headers={"Cookie": cookie} if cookie else {})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.headers["Set-Cookie"].split(";")[0]


async def _fill(address: str, servers: list[Server], room: Room, visitors: int, seconds: float) -> None:
    for server in servers:
        async with visit(server.address) as host:
            await host.draw(placed(7))
    end = time.monotonic() + seconds
    jobs = [_visitor(address, room, end, seed) for seed in range(visitors)]
    await asyncio.gather(_kill(servers, seconds), *jobs)


async def _kill(servers: list[Server], seconds: float) -> None:
    """Kills each copy once, and starts it again."""
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
    """One visitor who comes back when the line is cut, as the page in a browser does by itself."""
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
                    await asyncio.sleep(random.uniform(*EVERY))
                    await client.press_clear()
        except (WebSocketException, ConnectionError):
            lost = lost or time.monotonic()
            await asyncio.sleep(0.5)
        except Exception as error:  # whatever else it is, it is a failure
            room.failures.append(f"visitor {seed}: {type(error).__name__} {error}")
            return
    if lost is not None:
        room.failures.append(f"visitor {seed}: no copy for the last {time.monotonic() - lost:.1f} s")
