"""The time of a cold start, from the command to the canvas and to the first answer."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from benchmark.client import visit
from benchmark.load import status
from models import NETWORKS
from recognition.recipes import RECIPES
from recognition.store import released, trained_recipes
from tests.browser import driver
from tests.drawings import placed
from tests.page_server import ROOT, run_async, running

PAGES = {"an empty page": Path(__file__).with_name("empty_page.py"), "the page": ROOT / "app.py"}
ALONE = """
from recognition import load
load("mlp", "drawn")
"""


def start(rounds: int = 5) -> str:
    """Starts the page and an empty page in turn, each in a new process; the report, in Markdown. Seconds; medians."""
    times: dict[str, list[float]] = {}
    for number in range(rounds):
        with driver.chromium() as chromium:
            for name, script in PAGES.items():
                context = chromium.new_context(viewport=driver.DESKTOP)
                for stage, figure in _stages(context.new_page(), script, answers=name == "the page"):
                    times.setdefault(f"{name}, {stage}", []).append(figure)
                context.close()  # an open page would go on looking for its server
        begin = time.monotonic()
        subprocess.run([sys.executable, "-c", ALONE], cwd=ROOT, check=True, capture_output=True)
        times.setdefault("a Python process that loads one network", []).append(time.monotonic() - begin)
        print(f"round {number + 1} of {rounds}", flush=True)
    four, everything = (max(times.pop(f"the page, {stage}")) for stage in MEMORY)
    medians = {name: float(np.median(seconds)) for name, seconds in times.items()}
    ratio = medians["the page, canvas"] / medians["an empty page, canvas"]
    lines = [f"{rounds} cold starts of each, from the command on unless another start is named; seconds, medians.", ""]
    lines += ["| | s |", "|---|---:|", *(f"| {name} | {seconds:.2f} |" for name, seconds in medians.items()), ""]
    lines += [
        f"The canvas takes {ratio:.2f} times as long as on an empty page. The first stroke is answered "
        f"{medians[ANSWER]:.2f} s after the pointer's release; the canvas waits 0.2 s of that before it sends.",
        "",
        f"Memory after {DRAWINGS} drawings with the first four networks: {four:.0f} MB; with all "
        f"{len(released(trained_recipes()[0]))}, both recipes and every panel opened too: "
        f"{everything:.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


ANSWER = "the page, first answer, from the pointer's release"
DRAWINGS = 100
MEMORY = ("memory with four networks", "memory with all networks")


def _stages(page, script: Path, answers: bool) -> Iterator[tuple[str, float]]:
    """Seconds from the command to each stage, and the server's memory in MB."""
    begin = time.monotonic()
    with running(script) as server:
        visitor = driver.Visitor(page, server.address, driver.READY if answers else driver.BARE)
        yield "canvas", time.monotonic() - begin
        if answers:
            yield "first answer, from the pointer's release", visitor.time_stroke(placed(1)[0], 90) / 1000
            run_async(_draw_often(server.address))
            yield MEMORY[0], status(server.process.pid)[0]
            _open_everything(page, server.address)
            yield MEMORY[1], status(server.process.pid)[0]


async def _draw_often(address: str) -> None:
    async with visit(address) as client:
        for number in range(DRAWINGS):
            await client.draw(placed(number % 10))


def _open_everything(page, address: str) -> None:
    """Draws a digit for all networks of each recipe, in a visit for each panel."""
    titles = [NETWORKS[key].title for key in released(trained_recipes()[0])]
    for recipe in RECIPES.values():
        for panel in panels():
            query = {"networks": titles, "recipe": recipe.label, "panel": panel}
            visitor = driver.Visitor(page, f"{address}/?{urlencode(query, doseq=True)}")
            visitor.draw(placed(4)[:1])
            visitor.wait_for_answer()


def panels() -> list[str]:
    """The names of all panels, read from the page's source: outside a server its canvas cannot be imported."""
    source = (ROOT / "ui" / "draw" / "page.py").read_text(encoding="utf-8")
    return re.findall(r'^    "(.+)": \w+_panel,', source, flags=re.MULTILINE)
