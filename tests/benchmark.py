"""How fast it answers, as ratios within one run; anyone can run it, and no test depends on it.

python -m tests.benchmark networks     one digit through all networks, against Keras's own predict()
python -m tests.benchmark page         from pointer-up to painted bars in Chromium, against a bare canvas
python -m tests.benchmark panels       one run of the page on the server, with each panel open and with none
"""

from __future__ import annotations

import argparse
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from models import NETWORKS
from models.classifier import Ensemble
from models.digit import from_canvas
from models.ink import draw
from models.weights import released, trained_recipes
from tests import browser
from tests.drawings import placed

# Resolves with the milliseconds from the pointer's release to the frame after the answers changed.
STROKE_TO_PAINT = """() => new Promise(resolve => {
  let released = null;
  addEventListener("pointerup", () => { released = performance.now(); }, { once: true, capture: true });
  const before = document.querySelector(".answers").innerHTML;
  const observer = new MutationObserver(() => {
    const now = document.querySelector(".answers");
    if (released === null || !now || now.innerHTML === before) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - released)));
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
})"""


def networks(calls: int = 1000) -> None:
    """Times one digit through each network and through all, warm, and through model.predict."""
    recipe = trained_recipes()[0]
    classifiers = [network.load(recipe) for network in map(NETWORKS.get, released(recipe))]
    ensemble = Ensemble(classifiers)
    digit = from_canvas(draw(placed(7), 18, 280, 280))[None]
    rows = [(one.network.title, _times(lambda one=one: one.predict(digit), calls)) for one in classifiers]
    rows.append(("all at once", _times(lambda: ensemble.predict(digit), calls)))
    keras_predict = _times(
        lambda: [c.model.predict(c.network.inputs(digit), verbose=0) for c in classifiers],
        max(20, calls // 20),
    )
    rows.append(("all, by model.predict", keras_predict))
    print(f"one digit, recipe {recipe}, {calls} warm calls ({len(keras_predict)} of model.predict); ms")
    for title, times in rows:
        print(f"{title:24} p50 {np.percentile(times, 50):8.2f}   p95 {np.percentile(times, 95):8.2f}")
    print(f"model.predict takes {np.median(keras_predict) / np.median(rows[-2][1]):.0f} times as long")


def page(strokes: int = 30) -> None:
    """Times strokes in a real browser, in turn on the page and on an empty page with the same canvas."""
    scripts = {"the page": browser.ROOT / "app.py", "an empty page": Path(__file__).with_name("empty_page.py")}
    times: dict[str, list[float]] = {name: [] for name in scripts}
    with contextlib.ExitStack() as stack:
        chromium = stack.enter_context(browser.chromium())
        visitors = {}
        for name, script in scripts.items():
            address = stack.enter_context(browser.serve(script))
            visitors[name] = browser.Visitor(chromium.new_context(viewport=browser.DESKTOP).new_page(), address)
            visitors[name].draw(placed(7))
        visitors["the page"].wait_for_answer()
        random = np.random.default_rng(0)
        for _ in range(strokes):
            stroke = random.uniform(20, 260, (2, 2))
            for name, visitor in visitors.items():
                visitor.page.evaluate(f"window.painted = ({STROKE_TO_PAINT})(); 0")
                visitor.draw([stroke])
                times[name].append(visitor.page.evaluate("window.painted"))
    for name, found in times.items():
        p50, p95 = np.percentile(found, (50, 95))
        print(f"{name:16} p50 {p50:6.0f} ms   p95 {p95:6.0f} ms   ({strokes} strokes)")
    ratio = np.median(times["the page"]) / np.median(times["an empty page"])
    print(f"the page takes {ratio:.2f} times as long as an empty one")


def panels(runs: int = 30) -> None:
    """Times the page's script with a drawing on it, a new one each time, with each panel open and with none."""
    from tests.page import message, send, visit

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
    rows = []
    for choice in choices:
        visitor.session_state["panel"] = None
        for key, value in choice.items():
            visitor.session_state[key] = value
        rows.append((", ".join(choice.values()) or "no panel", _times(run, runs, warm=3)))
    print(f"one run of the page on the server, {runs} drawings; ms")
    for title, times in rows:
        p50, p95 = np.percentile(times, (50, 95))
        more = p50 - np.median(rows[0][1])
        print(f"{title:24} p50 {p50:6.0f}   p95 {p95:6.0f}   {more:+6.0f} beside no panel")


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


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("networks", "page", "panels"))
    {"networks": networks, "page": page, "panels": panels}[parser.parse_args().what]()


if __name__ == "__main__":
    main()
