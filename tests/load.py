"""A room of visitors: clients that speak Streamlit's protocol over its websocket, as browsers do, and draw.

    python -m tests.load --visitors 50 --minutes 3

Starts the page, lets the visitors in over the first seconds, and lets each draw a stroke every 2 to 4 seconds and clear
the canvas after every fourth. Prints how long the answers took, what failed, and the server's memory and threads.
The messages come from the installed Streamlit, so this fails where its protocol changes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from tests import browser
from tests.drawings import DIGITS, placed
from tests.page import message

EVERY = (2.0, 4.0)  # seconds from one stroke to the next
PATIENCE = 30.0  # seconds after which an answer counts as failed
ANSWERED = b'class="answers answered"'


@dataclass
class Room:
    """What all visitors measured: seconds from a stroke to its answer, and what went wrong."""

    answers: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    memory: list[tuple[float, float, int]] = field(default_factory=list)  # seconds, MB, threads


class Client:
    """One visit: what the page has shown last, and the widgets it can use."""

    def __init__(self, socket):
        self.socket = socket
        self.canvas = self.fragment = self.page = self.clear = ""
        self.answered: float | None = None

    async def open(self) -> None:
        await self._send(BackMsg())

    async def draw(self, strokes: list[np.ndarray]) -> float:
        """Sends all strokes on the canvas, as it does at the end of each; returns the seconds to the answer."""
        back = BackMsg()
        widget = back.rerun_script.widget_states.widgets.add()
        widget.id, widget.json_value = self.canvas, json.dumps(message(strokes))
        return await self._send(back)

    async def press_clear(self) -> None:
        back = BackMsg()
        widget = back.rerun_script.widget_states.widgets.add()
        widget.id, widget.trigger_value = self.clear, True
        await self._send(back)

    async def _send(self, back: BackMsg) -> float:
        """Sends, and receives until the run has ended; returns the seconds to the answers, or else to the end."""
        back.rerun_script.page_script_hash = self.page
        back.rerun_script.fragment_id = self.fragment
        back.rerun_script.context_info.locale = "en-US"
        begin, self.answered = time.monotonic(), None
        await self.socket.send(back.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not await self._receive():
                pass
        return (self.answered or time.monotonic()) - begin

    async def _receive(self) -> bool:
        """Takes in one message; says whether it ends a run of the script."""
        data = await self.socket.recv()
        if ANSWERED in data:
            self.answered = time.monotonic()
        forward = ForwardMsg()
        forward.ParseFromString(data)
        kind = forward.WhichOneof("type")
        if kind == "new_session":
            self.page = forward.new_session.page_script_hash
        elif kind == "delta" and forward.delta.WhichOneof("type") == "new_element":
            element = forward.delta.new_element
            if element.WhichOneof("type") == "bidi_component":
                self.canvas, self.fragment = element.bidi_component.id, forward.delta.fragment_id
            elif element.WhichOneof("type") == "button" and element.button.label == "Clear":
                self.clear = element.button.id
            elif element.WhichOneof("type") == "exception":
                raise RuntimeError(f"the page shows {element.exception.type}: {element.exception.message}")
        return kind == "script_finished"


async def visitor(address: str, room: Room, start: float, end: float, seed: int) -> None:
    """One visitor from arrival to the end; what goes wrong is written down, and the visit is over."""
    random = np.random.default_rng(seed)
    try:
        await asyncio.sleep(start)
        async with connect(
            address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], origin=address, max_size=None
        ) as socket:
            client = Client(socket)
            await client.open()
            strokes: list[np.ndarray] = []
            while time.monotonic() < end:
                await asyncio.sleep(random.uniform(*EVERY))
                if len(strokes) >= 4:
                    strokes = []
                    await client.press_clear()
                strokes += placed(int(random.choice(list(DIGITS))), *random.uniform(80, 180, 1))[:1]
                room.answers.append(await client.draw(strokes))
    except Exception as error:  # whatever it is, it is a failure of the page
        room.failures.append(f"visitor {seed}: {type(error).__name__} {error}")


async def watch(process: int, room: Room, end: float) -> None:
    """Writes down the server's memory and threads, every five seconds."""
    begin = time.monotonic()
    while time.monotonic() < end:
        status = Path(f"/proc/{process}/status").read_text()
        values = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.split(":")[0] in WATCHED}
        room.memory.append((time.monotonic() - begin, int(values["VmRSS"]) / 1024, int(values["Threads"])))
        await asyncio.sleep(5)


WATCHED = ("VmRSS", "Threads")


async def fill(address: str, process: int, visitors: int, seconds: float) -> Room:
    """Lets so many visitors draw for so long."""
    room = Room()
    async with connect(
        address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], origin=address, max_size=None
    ) as socket:
        first = Client(socket)  # the host opens the page before the room does, and TensorFlow is loaded
        await first.open()
        await first.draw(placed(7))
    end = time.monotonic() + seconds
    arrivals = np.linspace(0, min(10.0, seconds / 4), visitors)
    visits = [visitor(address, room, float(start), end, seed) for seed, start in enumerate(arrivals)]
    await asyncio.gather(watch(process, room, end), *visits)
    return room


def report(room: Room, visitors: int, seconds: float) -> str:
    """The measurements in words."""
    lines = [f"{visitors} visitors for {seconds:.0f} s: {len(room.answers)} answers, {len(room.failures)} failures"]
    if room.answers:
        p50, p95, p99 = np.percentile(room.answers, (50, 95, 99)) * 1000
        lines.append(f"stroke to answer: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms")
    (_, first, _), (_, last, threads) = room.memory[0], room.memory[-1]
    lines.append(f"server: {first:.0f} MB at first, {last:.0f} MB at last, {threads} threads")
    return "\n".join(lines + room.failures[:5])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.split("\n")[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 10, 50, 100])
    parser.add_argument("--minutes", type=float, default=3)
    options = parser.parse_args()
    for visitors in options.visitors:
        with browser.serving() as (address, process):
            room = asyncio.run(fill(address, process, visitors, 60 * options.minutes))
        print(report(room, visitors, 60 * options.minutes), flush=True)


if __name__ == "__main__":
    main()
