"""The page's main job in the three engines that browsers have: draw, read the verdict, undo, clear."""

from __future__ import annotations

import itertools
import json
import re
import time

import numpy as np
import pytest

from digits.strokes import CANVAS_SIDE
from tests.browser.engines import ENGINES, Engine, Missing
from tests.drawings import placed
from tests.page_server import running

pytestmark = pytest.mark.slow
SECONDS = 90.0

# All elements that match a selector, in shadow roots too, which the canvas stands in.
FIND = """((selector, within) => {
  const found = [];
  const look = (root) => { for (const element of root.querySelectorAll("*")) {
    if (element.matches(selector)) found.push(element);
    if (element.shadowRoot) look(element.shadowRoot);
  } };
  look(document);
  const boxes = found.filter((one) => !within || (one.ariaLabel ?? one.innerText).trim() === within)
    .map((one) => one.getBoundingClientRect()).filter((box) => box.width && box.height);
  return boxes.map((box) => [box.x, box.y, box.width, box.height])[0] ?? null;
})"""
HEADLINE = "document.querySelector('section[aria-label=Answers] h2')?.innerText ?? ''"


class Visitor:
    """A visitor of the page in one of the engines."""

    def __init__(self, engine: Engine, address: str):
        self.engine = engine
        engine.open(address)
        self.wait(lambda: self.box("canvas.upper-canvas[aria-label]"), "the canvas")
        time.sleep(1)

    def box(self, selector: str, name: str = "") -> list[float] | None:
        """Left, top, width and height of the first visible element, with this name if one is given."""
        return self.engine.evaluate(f"{FIND}({json.dumps(selector)}, {json.dumps(name)})")

    def draw(self, strokes: list[np.ndarray]) -> None:
        left, top, _, height = self.box("canvas.upper-canvas")
        for stroke in strokes:
            dense = np.concatenate([np.linspace(a, b, 10) for a, b in itertools.pairwise(stroke)])
            self.engine.press([(left + x, top + y) for x, y in dense * height / CANVAS_SIDE])
            time.sleep(0.5)

    def click(self, name: str) -> None:
        left, top, width, height = self.box("button", name)
        self.engine.press([(left + width / 2, top + height / 2)])

    def wait_for(self, headline: str) -> None:
        self.wait(lambda: re.search(headline, self.engine.evaluate(HEADLINE)), headline)

    def wait(self, condition, name: str) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, f"no {name}; the headline is {self.engine.evaluate(HEADLINE)!r}"
            time.sleep(0.3)


@pytest.fixture(scope="module")
def page():
    with running() as found:
        yield found.address


@pytest.mark.parametrize("name", ENGINES)
def test_a_7_is_read_taken_back_and_cleared(name, page):
    try:
        with ENGINES[name]() as engine:
            visitor = Visitor(engine, page)
            visitor.wait_for("^Draw a digit")
            visitor.draw(placed(7))
            visitor.wait_for(r"says? 7")
            visitor.draw([np.array([(60.0, 220.0), (220.0, 220.0), (230.0, 60.0), (60.0, 60.0)])])
            visitor.wait_for(r"^(?!.*says? 7)")
            visitor.click("Undo")
            visitor.wait_for(r"says? 7")
            visitor.click("Clear")
            visitor.wait_for("^Draw a digit")
    except Missing as missing:
        pytest.skip(str(missing))
