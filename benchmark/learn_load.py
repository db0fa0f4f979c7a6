"""The time the page takes to answer ordinary visitors who draw while a network learns on the same server.

The visitors are those of benchmark.load. Another visitor has the page Learn open, polls it as a browser does, and
starts the next training as soon as one has ended, so that one is always running.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import tempfile
from dataclasses import dataclass

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect

from benchmark.client import Client
from benchmark.load import Room, fill
from learning.job import State
from models import NETWORKS
from tests.page_server import running
from ui.learn.page import POLL_SECONDS

VISITORS = 20
TARGET = 300  # milliseconds, p95
NETWORK = "cnn"  # computes most in each step
START_SECONDS = 120.0  # within which a training has to start learning


class Learner(Client):
    """A visitor of the page Learn.

    state: of the training, as the page shows it. examples: how many it says the network has seen, of each training.
    """

    def __init__(self, socket):
        super().__init__(socket, f"learner={NETWORKS[NETWORK].title}")
        self.state = ""
        self.examples: list[int] = []

    async def open(self) -> None:
        back = BackMsg()
        back.rerun_script.page_name = "learn"
        await self.ask(back)

    def _show(self, element, fragment: str) -> None:
        super()._show(element, fragment)
        if element.WhichOneof("type") == "html" and 'class="learn-status' in element.html.body:
            self.state = re.search(r'learn-status (\w+)"', element.html.body)[1]
            if seen := re.search(r"([\d,]+) examples seen", element.html.body):
                self.examples[-1] = int(seen[1].replace(",", ""))

    async def train(self) -> None:
        """Starts one training after another, and looks on."""
        while True:
            if self.state in ("", State.DONE):
                self.examples.append(0)
                await self.press("Train")
            elif self.state == State.FAILED:
                raise RuntimeError("a training failed")
            await asyncio.sleep(POLL_SECONDS)
            await self.poll()


@dataclass(frozen=True)
class Measured:
    """What the visitors measured, and how many examples each training had seen, of those that ran meanwhile."""

    room: Room
    examples: tuple[int, ...] = ()

    @property
    def percentiles(self) -> tuple[float, float]:
        """p50 and p95 in milliseconds."""
        p50, p95 = np.percentile(self.room.answers, (50, 95)) * 1000
        return float(p50), float(p95)


def beside_learning(minutes: float) -> str:
    """The report, in Markdown: the same visitors without a training and with one."""
    alone, beside = (_measure(60 * minutes, learning) for learning in (False, True))
    rows = [_row("no training", alone), _row(f"a {NETWORKS[NETWORK].title} learns all the time", beside)]
    notes = [f"- {failure}" for measured in (alone, beside) for failure in measured.room.failures[:5]]
    ratio = beside.percentiles[1] / alone.percentiles[1]
    text = (
        f"{VISITORS} visitors who draw, without a browser, for {minutes:g} minutes each time. Milliseconds from a "
        f"stroke to its answer; target: a p95 below {TARGET}. With the training, it is {ratio:.1f} times as long. "
        f"Meanwhile {' and '.join(f'{examples:,}' for examples in beside.examples)} examples were learned from, a "
        f"number for each training. Load average at the end, other work included: {os.getloadavg()[0]:.1f}."
    )
    heading = ["| on the same server | answers | failures | p50 | p95 |", "|---|---:|---:|---:|---:|"]
    return "\n".join([text, "", *heading, *rows, "", *notes]).rstrip() + "\n"


def _row(name: str, measured: Measured) -> str:
    p50, p95 = measured.percentiles
    return f"| {name} | {len(measured.room.answers)} | {len(measured.room.failures)} | {p50:.0f} | {p95:.0f} |"


def _measure(seconds: float, learning: bool) -> Measured:
    """Starts the page, and a training on it where one is wanted, and lets the visitors draw."""
    with tempfile.TemporaryDirectory() as queue, running(environment=os.environ | {"DIGIT_QUEUE": queue}) as server:
        there = fill(server.address, server.process.pid, VISITORS, seconds)
        return asyncio.run(_beside(server.address, there) if learning else _alone(there))


async def _alone(visitors) -> Measured:
    return Measured(await visitors)


async def _beside(address: str, visitors) -> Measured:
    async with connect(
        address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], origin=address, max_size=None
    ) as socket:
        learner = Learner(socket)
        await learner.open()
        trainings = asyncio.create_task(learner.train())
        async with asyncio.timeout(START_SECONDS):
            while learner.state != State.LEARNING and not trainings.done():
                await asyncio.sleep(0.1)
        room = await visitors
        if trainings.done():
            room.failures.append(f"the training: {trainings.exception()}")
        trainings.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await trainings
    return Measured(room, tuple(learner.examples))
