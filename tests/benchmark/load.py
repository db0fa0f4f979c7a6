"""A room of visitors who draw a stroke every 2 to 4 seconds and clear the canvas after every fourth.

Most speak Streamlit's protocol without a browser (tests.benchmark.client); two are real browsers. The host opens the
page before the room does, so TensorFlow is loaded when the first visitor comes.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.benchmark import timing
from tests.benchmark.client import visit
from tests.browser import driver
from tests.drawings import DIGITS, placed
from tests.server import running

PAGE = Path(__file__).with_name("timed_page.py")
EVERY = (2.0, 4.0)  # seconds from one stroke to the next
STROKES = 4  # on the canvas, before it is cleared
LATE = 5.0  # seconds that a browser may take to paint an answer
BROWSERS = 2
COLLECTING = "STREAMLIT_RUNNER_POST_SCRIPT_GC"
WATCHED = ("VmRSS", "Threads")


@dataclass
class Room:
    """What all visitors measured.

    answers: seconds from a stroke to its answer; painted: the same in a browser, to the frame that shows it.
    failures: what went wrong, in words. server: (seconds, MB, threads) over time. parts: see tests.benchmark.timing.
    """

    answers: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    server: list[tuple[float, float, int]] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)


def load(visitors: list[int], minutes: float, before: bool = False) -> str:
    """Fills a new server's room with so many visitors for so long, each number in turn; the report, in Markdown.

    before: the fullest room once more with Streamlit's own setting, a full garbage collection after each run.
    """
    rows, notes = [], []
    for number in visitors:
        for collecting in (True, False) if before and number == max(visitors) else (False,):
            name = f"{number}, collecting" if collecting else str(number)
            room = measure(number, 60 * minutes, {COLLECTING: "true"} if collecting else {})
            rows.append(row(name, room))
            notes += [f"- {name}: {failure}" for failure in room.failures[:5]]
            print(rows[-1], flush=True)
    text = (
        f"{BROWSERS} real browsers and so many other visitors for {minutes:g} minutes each. Milliseconds from a stroke "
    )
    text += (
        "to its answer, and, as means, where they go: waiting for the server, decoding the picture, cutting the digit "
    )
    text += "out, prediction, drawing the answers, and Streamlit with the rest of the page."
    if before:
        text += " Collecting: with Streamlit's own setting, a full garbage collection after each run."
    return "\n".join([text, "", *HEADING, *rows, "", *notes]).rstrip() + "\n"


HEADING = [
    "| visitors | answers | failures | p50 | p95 | p99 | painted, p95 | waiting | decoding | digit | prediction "
    "| drawing | the rest | MB, least to most | threads |",
    "|---" * 15 + "|",
]


def row(name: str, room: Room) -> str:
    """One room's line in the report; the parts of an answer are means, which add up to the mean answer."""
    p50, p95, p99 = np.percentile(room.answers, (50, 95, 99)) * 1000
    painted = f"{np.percentile(room.painted, 95) * 1000:.0f}" if room.painted else "–"
    parts = {name: 1000 * float(np.mean([part[name] for part in room.parts])) for name in (*timing.PARTS, "run")}
    waiting = 1000 * float(np.mean(room.answers)) - parts["run"]
    rest = parts["run"] - sum(parts[name] for name in timing.PARTS)
    memory = [megabytes for _, megabytes, _ in room.server]
    cells = [name, len(room.answers) + len(room.painted), len(room.failures)]
    cells += [f"{value:.0f}" for value in (p50, p95, p99)] + [painted]
    cells += [f"{value:.1f}" for value in (waiting, *(parts[name] for name in timing.PARTS), rest)]
    cells += [f"{min(memory):.0f} to {max(memory):.0f}", max(threads for _, _, threads in room.server)]
    return f"| {' | '.join(map(str, cells))} |"


def measure(visitors: int, seconds: float, settings: Mapping[str, str]) -> Room:
    """Starts the page and fills its room."""
    with tempfile.TemporaryDirectory() as folder:
        times = Path(folder) / "times.jsonl"
        with running(PAGE, environment={**os.environ, **settings, timing.FILE: str(times)}) as server:
            room = asyncio.run(fill(server.address, server.process.pid, visitors, seconds, BROWSERS))
        room.parts = timing.read(times)
    return room


async def fill(address: str, process: int, visitors: int, seconds: float, browsers: int = 0) -> Room:
    """Lets so many visitors and so many browsers draw for so long, and watches the server's process."""
    room = Room()
    async with visit(address) as host:
        await host.draw(placed(7))
    end = time.monotonic() + seconds
    arrivals = np.linspace(0, min(10.0, seconds / 4), visitors)
    jobs = [visitor(address, room, float(arrival), end, seed) for seed, arrival in enumerate(arrivals)]
    if browsers:
        jobs.append(asyncio.to_thread(draw_in_browsers, address, room, browsers, end))
    await asyncio.gather(watch(process, room, end), *jobs)
    return room


async def visitor(address: str, room: Room, arrival: float, end: float, seed: int) -> None:
    """One visitor from arrival to the end; what goes wrong is written down, and the visit is over."""
    random = np.random.default_rng(seed)
    try:
        await asyncio.sleep(arrival)
        async with visit(address) as client:
            strokes: list[np.ndarray] = []
            while time.monotonic() < end:
                await asyncio.sleep(random.uniform(*EVERY))
                if len(strokes) >= STROKES:
                    strokes = []
                    await client.press_clear()
                strokes += placed(int(random.choice(list(DIGITS))), *random.uniform(80, 180, 1))[:1]
                room.answers.append(await client.draw(strokes))
    except Exception as error:  # whatever it is, it is a failure of the page
        room.failures.append(f"visitor {seed}: {type(error).__name__} {error}")


def draw_in_browsers(address: str, room: Room, number: int, end: float) -> None:
    """So many real browsers, each a visitor of its own, that draw in turn."""
    random = np.random.default_rng(number)
    try:
        with driver.chromium() as chromium:
            contexts = [chromium.new_context(viewport=driver.PHONE) for _ in range(number)]
            people = [driver.Visitor(context.new_page(), address) for context in contexts]
            drawn = 0
            while time.monotonic() < end:
                for one in people:
                    if drawn >= STROKES * number:
                        one.click("Clear")
                        one.wait_for_invitation()
                        one.page.wait_for_timeout(500)  # a hand on its way back to the canvas
                    room.painted.append(one.time_stroke(random.uniform(40, 240, (2, 2)), LATE) / 1000)
                    time.sleep(random.uniform(*EVERY) / number)
                drawn = 0 if drawn >= STROKES * number else drawn + number
    except Exception as error:
        room.failures.append(f"a browser: {type(error).__name__} {str(error).splitlines()[0]}")


async def watch(process: int, room: Room, end: float) -> None:
    """Writes down the server's memory and threads, every five seconds."""
    begin = time.monotonic()
    while time.monotonic() < end:
        room.server.append((time.monotonic() - begin, *status(process)))
        await asyncio.sleep(5)


def status(process: int) -> tuple[float, int]:
    """A process's memory in MB and the number of its threads."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    values = {line.split(":")[0]: line.split()[1] for line in lines if line.split(":")[0] in WATCHED}
    return int(values["VmRSS"]) / 1024, int(values["Threads"])
