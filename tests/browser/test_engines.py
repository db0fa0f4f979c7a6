"""The page's main job in the three engines that browsers have: draw, read the verdict, undo, clear."""

from __future__ import annotations

import itertools
import json
import re
import time

import numpy as np
import pytest

import recognition
from digits.normalization import from_ink
from digits.samples import SAMPLES, sample_digit
from digits.strokes import CANVAS_SIDE
from recognition.store import released
from tests.browser.engines import Engine, Missing, chromium, firefox, webkit
from tests.drawings import placed
from tests.engine.test_engine import TOLERANCE, drawings, encoded
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


# Runs every network of a recipe on some digits, and makes digits of drawings, with the page's own modules.
COMPUTE = """((job) => {
  const tag = document.querySelector("script[data-catalog]"), base = new URL("../../../", tag.src);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const get = async (address) => (await fetch(new URL(address, base))).arrayBuffer();
  (async () => {
    const [{ Interpreter }, { compileKernels }, { fromInk }] = await Promise.all(
      ["interpreter", "kernels", "digit"].map((name) => import(new URL(`../engine/${name}.js`, tag.src))));
    const catalog = await (await fetch(new URL(tag.dataset.catalog, base))).json();
    const kernels = await compileKernels(await Promise.all(catalog.kernels.map(get)));
    const digits = bytes(job.digits), networks = {};
    for (const [key, { url }] of Object.entries(catalog.recipes[job.recipe])) {
      const network = new Interpreter(new Uint8Array(await get(url)), kernels);
      networks[key] = [];
      for (let at = 0; at < digits.length; at += 784) {
        networks[key].push([...network.run(digits.subarray(at, at + 784))]);
      }
    }
    const drawings = job.inks.map((ink) => [...(fromInk(bytes(ink), 280, 280)?.pixels ?? [])]);
    return { networks, drawings, simd: kernels !== null };
  })().then((result) => { window.computed = result; }, (error) => { window.computed = { error: String(error) }; });
  return true;
})"""


BROWSERS = ["chromium", "firefox", "webkit"]


def opened(browser: str, request):
    """A context with a browser; Chromium is the one of all tests, because a process may run Playwright once."""
    if browser == "chromium":
        return chromium(request.getfixturevalue("chromium"))
    return {"firefox": firefox, "webkit": webkit}[browser]()


@pytest.fixture(scope="module")
def page():
    with running() as found:
        yield found.address


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_7_is_read_taken_back_and_cleared(browser, page, request):
    try:
        with opened(browser, request) as engine:
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


@pytest.mark.parametrize("recipe", ["drawn", "book"])
@pytest.mark.parametrize("browser", BROWSERS)
def test_all_networks_and_digits_are_pythons(browser, recipe, page, request):
    inks = [ink for ink in drawings()[::17] if ink.shape == (280, 280)]
    digits = np.stack([sample_digit(sample) for sample in SAMPLES])
    job = {"recipe": recipe, "digits": encoded(digits), "inks": [encoded(ink) for ink in inks]}
    try:
        with opened(browser, request) as engine:
            visitor = Visitor(engine, page)
            engine.evaluate(f"{COMPUTE}({json.dumps(job)})")
            visitor.wait(lambda: engine.evaluate("window.computed !== undefined"), "result")
            computed = engine.evaluate("window.computed")
    except Missing as missing:
        pytest.skip(str(missing))
    assert "error" not in computed and computed["simd"], computed.get("error")
    assert set(computed["networks"]) == set(released(recipe))
    for key, probabilities in computed["networks"].items():
        expected = recognition.load(key, recipe).raw(digits)
        np.testing.assert_allclose(probabilities, expected, rtol=0, atol=TOLERANCE, err_msg=key)
    for ink, pixels in zip(inks, computed["drawings"], strict=True):
        expected = from_ink(ink)
        assert pixels == ([] if expected is None else expected.ravel().tolist())
