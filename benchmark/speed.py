"""The speed of the page and its networks, compared with something else in the same run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from digits import from_canvas
from digits.strokes import draw_strokes
from models import DEFAULT_NETWORKS
from recognition import ensemble, load
from recognition.classifier import Classifier
from recognition.ensemble import Selection
from recognition.exported_model import PROBABILITIES
from recognition.store import released, trained_recipes
from tests.browser import driver
from tests.drawings import placed
from tests.page_server import ROOT, serve


def networks(calls: int = 1000) -> str:
    """Times predictions of a digit: each network, the first four together, and Keras's model.predict, all warm."""
    recipe = trained_recipes()[0]
    classifiers = [load(key, recipe) for key in released(recipe)]
    first = [classifier for classifier in classifiers if classifier.network.key in DEFAULT_NETWORKS]
    digit = from_canvas(draw_strokes(placed(7), 18, 280, 280))[None]
    times = {
        classifier.network.title: _times(lambda classifier=classifier: classifier.predict(digit), calls)
        for classifier in classifiers
    }
    for words, members in (("the first four", first), (f"all {len(classifiers)}", classifiers)):
        selection = Selection(recipe, tuple(classifier.network.key for classifier in members))
        times[f"{words}, as the page asks them"] = _times(
            lambda chosen=selection: ensemble.predict_all(chosen, digit), calls
        )
        times[f"{words}, interpreters alone"] = _times(lambda members=members: _bare(members, digit), calls)
    slow = "the first four, by model.predict"
    times[slow] = _times(
        lambda: [classifier.model.predict(classifier.network.inputs(digit), verbose=0) for classifier in first],
        max(20, calls // 20),
    )
    ratio = np.median(times[slow]) / np.median(times["the first four, as the page asks them"])
    return _table(f"One digit, recipe {recipe}, {calls:,} warm calls", times) + (
        f"\nKeras's own predict() takes {ratio:.0f} times as long.\n"
    )


def _bare(classifiers: Sequence[Classifier], digit: np.ndarray) -> None:
    """Runs the interpreters one after another, without the page around them."""
    for classifier in classifiers:
        classifier.interpreters.run(classifier.network.inputs(digit), [PROBABILITIES])


def page(strokes: int = 30) -> str:
    """Times strokes in a real browser, in turn on the page and on an empty page with the same canvas."""
    scripts = {"the page": ROOT / "app.py", "an empty page": Path(__file__).with_name("empty_page.py")}
    times: dict[str, list[float]] = {name: [] for name in scripts}
    with contextlib.ExitStack() as stack:
        chromium = stack.enter_context(driver.chromium())
        visitors = {}
        for name, script in scripts.items():
            address = stack.enter_context(serve(script))
            window = chromium.new_context(viewport=driver.DESKTOP).new_page()
            visitors[name] = driver.Visitor(window, address, driver.READY if name == "the page" else driver.BARE)
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
    """Times runs of the page's script with a new drawing each time, with each panel open and with none."""
    from tests.ui.page import message, send, visit

    visitor = visit()
    random = np.random.default_rng(0)

    def run() -> None:
        send(visitor, message([*placed(5), random.uniform(60, 220, (2, 2))]))

    choices: list[dict[str, str]] = [{}]
    for title in ("MLP", "CNN", "RNN", "ResNet"):
        choices.append({"panel": "Journey", "network": title})
    choices += [{"panel": name} for name in ("Which ink?", "How it is built")]
    times = {}
    for choice in choices:
        visitor.session_state["panel"] = "Bars"
        for key, value in choice.items():
            visitor.session_state[key] = value
        times[", ".join(choice.values()) or "no panel"] = _times(run, runs, warm=3)
    return _table(f"One run of the page on the server, {runs} drawings", times)


def _table(title: str, times: Mapping[str, Sequence[float]]) -> str:
    lines = [f"{title}; milliseconds.", "", "| | p50 | p95 |", "|---|---:|---:|"]
    for name, milliseconds in times.items():
        p50, p95 = np.percentile(milliseconds, (50, 95))
        lines.append(f"| {name} | {p50:.2f} | {p95:.2f} |")
    return "\n".join(lines) + "\n"


def _times(call: Callable[[], object], calls: int, warm: int = 10) -> np.ndarray:
    """The milliseconds of each call, after some calls to warm up."""
    for _ in range(warm):
        call()
    times = np.empty(calls)
    for i in range(calls):
        start = time.perf_counter()
        call()
        times[i] = 1000 * (time.perf_counter() - start)
    return times
