"""Visitors who draw a stroke every 2 to 4 seconds and clear the canvas after every fourth.

Most use Streamlit's protocol without a browser (benchmark.client); two are real browsers. A host opens the page
first, so that the networks are loaded when the visitors arrive.
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

from benchmark import timing
from benchmark.client import visit
from tests.browser import driver
from tests.drawings import DIGITS, placed
from tests.page_server import running

PAGE = Path(__file__).with_name("timed_page.py")
STROKE_SECONDS = (2.0, 4.0)  # seconds from one stroke to the next
PEN_DOWN = (0.3, 1.2)  # seconds of a stroke
STROKES = 4  # on the canvas before it is cleared
PAINT_TIMEOUT = 5.0  # seconds that a browser may take to paint an answer
BROWSERS = 2
COLLECTING = "STREAMLIT_RUNNER_POST_SCRIPT_GC"
STATUS_FIELDS = ("VmRSS", "Threads")


@dataclass
class Room:
    """Measurements of all visitors.

    answers: seconds from a stroke to its answer; painted: the same in a browser, to the frame that shows it.
    failures: errors, as text. server: (seconds, MB, threads) over time. parts: see benchmark.timing.
    cores: that the server used, on average.
    """

    answers: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    server: list[tuple[float, float, int]] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)
    cores: float = 0.0


def load(visitors: list[int], minutes: float, before: bool = False) -> str:
    """Measures a new server with each of these numbers of visitors; returns the report in Markdown.

    before: repeat the largest number with Streamlit's default setting, a full garbage collection after each run, and
    with two runs of the page at the same time.
    """
    rows, notes = [], []
    others = {"collecting": {COLLECTING: "true"}, "two runs at once": {timing.RUNS: "2"}}
    for number in visitors:
        for name, settings in {"": {}, **(others if before and number == max(visitors) else {})}.items():
            name = f"{number}, {name}" if name else str(number)
            room = measure(number, 60 * minutes, settings)
            rows.append(row(name, room))
            notes += [f"- {name}: {failure}" for failure in room.failures[:5]]
            print(rows[-1], flush=True)
    text = (
        f"{BROWSERS} real browsers and this number of other visitors for {minutes:g} minutes each. Milliseconds from a "
    )
    text += (
        "stroke to its answer, and the means of its parts: waiting for the server, decoding the picture, normalizing "
    )
    text += (
        "the digit, prediction, sending the record, and Streamlit with the rest of the page. While a pen is down the "
    )
    text += "server is not asked; only the real browsers run networks themselves."
    if before:
        text += " Collecting: with Streamlit's default setting, a full garbage collection after each run. Two runs at "
        text += "once: where the page usually runs for one visitor at a time."
    return "\n".join([text, "", *HEADING, *rows, "", *notes]).rstrip() + "\n"


HEADING = [
    "| visitors | answers | failures | p50 | p95 | p99 | painted, p95 | waiting | decoding | digit | prediction "
    "| drawing | the rest | MB, least to most | threads | cores of the server |",
    "|---" * 16 + "|",
]


def row(name: str, room: Room) -> str:
    """A measurement's row in the report; the parts of an answer are means, which add up to the mean answer."""
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
    cells.append(f"{room.cores:.2f}")
    return f"| {' | '.join(map(str, cells))} |"


def measure(visitors: int, seconds: float, settings: Mapping[str, str]) -> Room:
    """Starts the page and measures it with some visitors."""
    with tempfile.TemporaryDirectory() as folder:
        times = Path(folder) / "times.jsonl"
        with running(PAGE, environment={**os.environ, **settings, timing.FILE: str(times)}) as server:
            room = asyncio.run(fill(server.address, server.process.pid, visitors, seconds, BROWSERS))
        room.parts = timing.read(times)
    return room


async def fill(address: str, process: int, visitors: int, seconds: float, browsers: int = 0) -> Room:
    """Lets visitors and browsers draw, and records the status of the server's process."""
    room = Room()
    async with visit(address) as host:
        await host.draw(placed(7))
    begin, used = time.monotonic(), cpu_seconds(process)
    end = begin + seconds
    arrivals = np.linspace(0, min(10.0, seconds / 4), visitors)
    jobs = [visitor(address, room, float(arrival), end, seed) for seed, arrival in enumerate(arrivals)]
    if browsers:
        jobs.append(asyncio.to_thread(draw_in_browsers, address, room, browsers, end))
    await asyncio.gather(watch(process, room, end), *jobs)
    room.cores = (cpu_seconds(process) - used) / (time.monotonic() - begin)
    return room


async def visitor(address: str, room: Room, arrival: float, end: float, seed: int) -> None:
    """A visitor from arrival to the end; an error is recorded and ends the visit."""
    random = np.random.default_rng(seed)
    try:
        await asyncio.sleep(arrival)
        async with visit(address) as client:
            strokes: list[np.ndarray] = []
            while time.monotonic() < end:
                await asyncio.sleep(random.uniform(*STROKE_SECONDS))
                if len(strokes) >= STROKES:
                    strokes = []
                    await client.press_clear()
                strokes += placed(int(random.choice(list(DIGITS))), *random.uniform(80, 180, 1))[:1]
                room.answers.append(await client.draw(strokes))
    except Exception as error:  # every error is a failure of the page
        room.failures.append(f"visitor {seed}: {type(error).__name__} {error}")


def draw_in_browsers(address: str, room: Room, number: int, end: float) -> None:
    """Real browsers, each a separate visitor, that draw in turn."""
    random = np.random.default_rng(number)
    try:
        with driver.chromium() as chromium:
            contexts = [chromium.new_context(viewport=driver.PHONE) for _ in range(number)]
            visitors = [driver.Visitor(context.new_page(), address) for context in contexts]
            drawn = 0
            while time.monotonic() < end:
                for visitor in visitors:
                    if drawn >= STROKES * number:
                        visitor.click("Clear")
                        visitor.wait_for_invitation()
                        visitor.page.wait_for_timeout(500)  # while the hand moves back to the canvas
                    room.painted.append(visitor.time_stroke(random.uniform(40, 240, (2, 2)), PAINT_TIMEOUT) / 1000)
                    time.sleep(random.uniform(*STROKE_SECONDS) / number)
                drawn = 0 if drawn >= STROKES * number else drawn + number
    except Exception as error:
        room.failures.append(f"a browser: {type(error).__name__} {str(error).splitlines()[0]}")


async def watch(process: int, room: Room, end: float) -> None:
    """Records the server's memory and threads every five seconds."""
    begin = time.monotonic()
    while time.monotonic() < end:
        room.server.append((time.monotonic() - begin, *status(process)))
        await asyncio.sleep(5)


def cpu_seconds(process: int) -> float:
    """The CPU time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def status(process: int) -> tuple[float, int]:
    """A process's memory in MB and the number of its threads."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    values = {line.split(":")[0]: line.split()[1] for line in lines if line.split(":")[0] in STATUS_FIELDS}
    return int(values["VmRSS"]) / 1024, int(values["Threads"])
