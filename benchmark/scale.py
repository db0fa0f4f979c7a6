"""What a visitor costs the server: processor time, requests and messages, on Draw, on Play and in a room, in browsers.

docs/hosting.md has a table for many visitors, computed from this (benchmark.hosting).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmark.load import cpu_seconds
from tests.browser import driver
from tests.browser.lesson import LATE, join, send
from tests.drawings import placed
from tests.page_server import Server, running
from ui.room.store import URL

ARRIVALS, STROKES, ROUNDS, DRAWINGS = 5, 40, 12, 5  # that are measured; drawings of each of PHONES
PHONES = 3
QUIET_SECONDS = 30.0
STROKES_A_MINUTE, ROUNDS_A_MINUTE, DRAWINGS_A_MINUTE = 20, 6, 6  # what a visitor is taken to do


@dataclass
class Cost:
    """What something cost: processor seconds of the server, requests of HTTP, and messages over the websocket."""

    seconds: float = 0.0
    requests: int = 0
    messages: int = 0

    def row(self, name: str, times: int, unit: str) -> str:
        cells = (f"{1000 * self.seconds / times:.1f}", f"{self.requests / times:.1f}", f"{self.messages / times:.1f}")
        return f"| {name} | {times} {unit} | {' | '.join(cells)} |"


class _Meter:
    """Counts what browsers send to a server, and the processor time that it takes."""

    def __init__(self, server: Server):
        self.server, self.total = server, Cost()

    def watch(self, context: Any) -> None:
        """Count everything that a browser's context sends from now on."""
        context.on("request", lambda request: self._count("requests", request.url.startswith("http")))
        context.on("page", lambda page: page.on("websocket", self._listen))

    def _listen(self, socket: Any) -> None:
        socket.on("framesent", lambda data: self._count("messages", True))

    def _count(self, what: str, counts: bool) -> None:
        setattr(self.total, what, getattr(self.total, what) + counts)

    @contextmanager
    def measured(self) -> Iterator[Cost]:
        """Yield a cost that is filled in at the end of the block."""
        found, begin, used = Cost(), Cost(**vars(self.total)), cpu_seconds(self.server.process.pid)
        yield found
        found.seconds = cpu_seconds(self.server.process.pid) - used
        found.requests = self.total.requests - begin.requests
        found.messages = self.total.messages - begin.messages


def scale() -> str:
    """The report, in Markdown."""
    with (
        tempfile.TemporaryDirectory() as rooms,
        running(environment=os.environ | {URL: f"sqlite:///{rooms}/rooms.sqlite"}) as server,
        driver.chromium() as chromium,
    ):
        meter = _Meter(server)

        def visit(
            viewport: dict = driver.DESKTOP, phone: bool = False, path: str = "", **options: Any
        ) -> driver.Visitor:
            context = chromium.new_context(viewport=viewport, has_touch=phone, is_mobile=phone)
            meter.watch(context)
            return driver.Visitor(context.new_page(), server.address + path, **options)

        first = visit()
        first.draw(placed(7))
        first.wait_for_answer()
        first.page.context.close()
        rows = [*_visitors(meter, visit), *_room(meter, visit)]
    lines = [
        "Processor time is that of the server's process. A stroke is one of a digit, with Clear after each; a round of "
        f"Play is one digit; a drawing in a room is drawn, sent and shown on a wall, by one of {PHONES} phones.",
        "",
        "| | measured | ms of a core, each | requests | messages |",
        "|---|---|---:|---:|---:|",
        *rows,
    ]
    return "\n".join(lines) + f"\n\nLoad average at the end, other work included: {os.getloadavg()[0]:.1f}.\n"


def _visitors(meter: _Meter, visit: Callable[..., driver.Visitor]) -> Iterator[str]:
    with meter.measured() as cost:
        for _ in range(ARRIVALS):
            visitor = visit()
            visitor.page.wait_for_load_state("networkidle")
            visitor.page.context.close()
    yield cost.row("arriving", ARRIVALS, "visitors")
    visitor = visit()
    with meter.measured() as cost:
        visitor.page.wait_for_timeout(1000 * QUIET_SECONDS)
    yield cost.row("being there", round(QUIET_SECONDS / 60 * 2), "half minutes")
    strokes = 0
    with meter.measured() as cost:
        while strokes < STROKES:
            digit = placed(strokes % 10)
            visitor.draw(digit)
            visitor.wait_for_answer()
            strokes += len(digit)
            visitor.click("Clear")
            visitor.wait_for_invitation()
    yield cost.row("Draw", strokes, "strokes")
    visitor.page.context.close()
    visitor = visit(path="/play")
    go = visitor.page.locator(".play .go")
    with meter.measured() as cost:
        for _ in range(ROUNDS):
            go.filter(visible=True).click(timeout=LATE)
            visitor.draw(placed(int(visitor.page.locator(".play .task b").inner_text())))
            go.filter(visible=True).wait_for(timeout=LATE)
    yield cost.row("Play", ROUNDS, "rounds")
    visitor.page.context.close()


def _room(meter: _Meter, visit: Callable[..., driver.Visitor]) -> Iterator[str]:
    host = visit(path="/room", ready="[data-testid=stMain] h1").page
    host.get_by_role("button", name="Open a room").click()
    host.locator(".room-code b").wait_for(timeout=LATE)
    phones = [join(visit, host) for _ in range(PHONES)]
    with meter.measured() as cost:
        host.wait_for_timeout(1000 * QUIET_SECONDS)
    yield cost.row(f"a room of {PHONES} phones and a wall", round(QUIET_SECONDS / 60 * 2), "half minutes")
    with meter.measured() as cost:
        begin = time.monotonic()
        for number in range(DRAWINGS):
            for phone in phones:
                send(phone, number)
        took = time.monotonic() - begin
    yield cost.row(f"its drawings, within {took:.0f} s", PHONES * DRAWINGS, "drawings")
