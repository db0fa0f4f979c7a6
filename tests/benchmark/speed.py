"""The page and its networks, in milliseconds, beside something else in the same run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from digits import from_canvas
from digits.strokes import draw_strokes
from models import FIRST
from recognition import load
from recognition.classifier import Ensemble, ask_in_parallel
from recognition.store import released, trained_recipes
from tests.browser import driver
from tests.drawings import placed
from tests.server import ROOT, serve


def networks(calls: int = 1000) -> str:
    """Times one digit through each network, through the first four together, and through model.predict, all warm."""
    recipe = trained_recipes()[0]
    classifiers = [load(key, recipe) for key in released(recipe)]
    first = Ensemble([one for one in classifiers if one.network.key in FIRST])
    others = [Ensemble([one]) for one in classifiers if one.network.key not in FIRST]
    digit = from_canvas(draw_strokes(placed(7), 18, 280, 280))[None]
    times = {one.network.title: _times(lambda one=one: one.predict(digit), calls) for one in classifiers}
    times["the first four, as the page asks them"] = _times(lambda: first.predict(digit), calls)
    if others:
        everything = f"all {len(classifiers)}, as the page asks them"
        times[everything] = _times(lambda: ask_in_parallel([first, *others], digit), calls)
    slow = "the first four, by model.predict"
    times[slow] = _times(
        lambda: [one.model.predict(one.network.inputs(digit), verbose=0) for one in first.classifiers],
        max(20, calls // 20),
    )
    ratio = np.median(times[slow]) / np.median(times["the first four, as the page asks them"])
    return _table(f"One digit, recipe {recipe}, {calls:,} warm calls", times) + (
        f"\nKeras's own predict() takes {ratio:.0f} times as long.\n"
    )


def page(strokes: int = 30) -> str:
    """Times strokes in a real browser, in turn on the page and on an empty page with the same canvas."""
    scripts = {"the page": ROOT / "app.py", "an empty page": Path(__file__).with_name("empty_page.py")}
    times: dict[str, list[float]] = {name: [] for name in scripts}
    with contextlib.ExitStack() as stack:
        chromium = stack.enter_context(driver.chromium())
        visitors = {}
        for name, script in scripts.items():
            address = stack.enter_context(serve(script))
            visitors[name] = driver.Visitor(chromium.new_context(viewport=driver.DESKTOP).new_page(), address)
            visitors[name].draw(placed(7))
        visitors["the page"].wait_for_answer()
        random = np.random.default_rng(0)
        for _ in range(strokes):
            stroke = random.uniform(20, 260, (2, 2))
            for name, visitor in visitors.items():
                times[name].append(visitor.time_stroke(stroke))
    ratio = np.median(times["the page"]) / np.median(times["an empty page"])
    return _table(f"From the pointer's release to painted bars, {strokes} strokes on each page in turn", times) + (
        f"\nThe page takes {ratio:.2f} times as long as an empty one.\n"
    )


def panels(runs: int = 30) -> str:
    """Times the page's script with a drawing on it, a new one each time, with each panel open and with none."""
    from tests.views.page import message, send, visit

    visitor = visit()
    random = np.random.default_rng(0)

    def run() -> None:
        send(visitor, message([*placed(5), random.uniform(60, 220, (2, 2))]))

    choices: list[dict[str, str]] = [{}]
    for title in ("MLP", "CNN", "RNN", "ResNet"):
        choices.append({"panel": "Inside", "network": title})
    choices += [{"panel": "Which ink?", "ink": way} for way in ("Cover it", "Gradient")]
    choices += [{"panel": "Poke it", "poke": way} for way in ("Rotate", "Thicken")]
    choices += [{"panel": name} for name in ("Confidence", "Summaries", "Why did it fail?")]
    times = {}
    for choice in choices:
        visitor.session_state["panel"] = None
        for key, value in choice.items():
            visitor.session_state[key] = value
        times[", ".join(choice.values()) or "no panel"] = _times(run, runs, warm=3)
    return _table(f"One run of the page on the server, {runs} drawings", times)


def _table(words: str, times: Mapping[str, Sequence[float]]) -> str:
    lines = [f"{words}; milliseconds.", "", "| | p50 | p95 |", "|---|---:|---:|"]
    for name, found in times.items():
        p50, p95 = np.percentile(found, (50, 95))
        lines.append(f"| {name} | {p50:.2f} | {p95:.2f} |")
    return "\n".join(lines) + "\n"


def _times(call: Callable[[], object], calls: int, warm: int = 10) -> np.ndarray:
    """Milliseconds of each of so many calls, after a few to warm up."""
    for _ in range(warm):
        call()
    times = np.empty(calls)
    for i in range(calls):
        start = time.perf_counter()
        call()
        times[i] = 1000 * (time.perf_counter() - start)
    return times
