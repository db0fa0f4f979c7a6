"""How long a cold start takes: from the command to a canvas one can draw on, and to the first answer."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from recognition.store import released, trained_recipes
from tests.benchmark.load import status
from tests.browser import driver
from tests.drawings import placed
from tests.server import ROOT, running

PAGES = {"an empty page": Path(__file__).with_name("empty_page.py"), "the page": ROOT / "app.py"}
ALONE = """
from recognition import load
load("mlp", "drawn")
"""


def start(rounds: int = 5) -> str:
    """Starts the page and an empty page in turn, each in a new process; the report, in Markdown. Seconds; medians."""
    found: dict[str, list[float]] = {}
    for number in range(rounds):
        with driver.chromium() as chromium:
            for name, script in PAGES.items():
                page = chromium.new_context(viewport=driver.DESKTOP).new_page()
                for stage, figure in _stages(page, script, answers=name == "the page"):
                    found.setdefault(f"{name}, {stage}", []).append(figure)
        begin = time.monotonic()
        subprocess.run([sys.executable, "-c", ALONE], cwd=ROOT, check=True, capture_output=True)
        found.setdefault("TensorFlow's import and one model, alone", []).append(time.monotonic() - begin)
        print(f"round {number + 1} of {rounds}", flush=True)
    four, everything = (max(found.pop(f"the page, {stage}")) for stage in MEMORY)
    middle = {name: float(np.median(times)) for name, times in found.items()}
    empty, ready, answer = (middle[name] for name in ("an empty page, canvas", "the page, canvas", ANSWER))
    lines = [f"{rounds} cold starts of each, from the command on; seconds, medians.", "", "| | s |", "|---|---:|"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in middle.items()]
    lines += ["", f"The canvas takes {ready / empty:.2f} times as long as on an empty page; the first answer comes "]
    lines[-1] += f"{answer - ready:.2f} s after it. Memory with the first four networks: {four:.0f} MB, "
    lines[-1] += f"with all {len(released(trained_recipes()[0]))}: {everything:.0f} MB."
    return "\n".join(lines) + "\n"


ANSWER = "the page, first answer"
MEMORY = ("memory with four networks", "memory with all networks")


def _stages(page, script: Path, answers: bool) -> Iterator[tuple[str, float]]:
    """Seconds from the command to each stage, and the server's memory in MB."""
    begin = time.monotonic()
    with running(script) as server:
        visitor = driver.Visitor(page, server.address)
        yield "canvas", time.monotonic() - begin
        if answers:
            visitor.draw(placed(1)[:1])
            page.locator(".answers.answered").wait_for(timeout=90_000)
            yield "first answer", time.monotonic() - begin
            yield MEMORY[0], status(server.process.pid)[0]
            visitor = driver.Visitor(page, server.address + driver.link_to(released(trained_recipes()[0])))
            visitor.draw(placed(1)[:1])
            visitor.wait_for_answer()
            yield MEMORY[1], status(server.process.pid)[0]
