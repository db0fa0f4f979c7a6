"""Drives a real Chromium, for the browser tests and the benchmarks."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import numpy as np

from digits.strokes import CANVAS_SIDE
from models import NETWORKS
from ui.navigation import PAGES, SECTIONS

DESKTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 640}
PROJECTOR = {"width": 1920, "height": 1080}
READY = "canvas.upper-canvas[aria-label]"  # the page's canvas, with its size and its name
CONNECTED = ".stApp[data-test-connection-state=CONNECTED]"
BARE = "canvas.upper-canvas"  # that of an empty page
SPACING = 5  # pixels between the points of a stroke
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

ALPHA = """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
  .filter((_, i) => i % 4 === 3)"""

# Resolves with the milliseconds from the pointer's release to the frame with other answers than before the stroke.
STROKE_TO_PAINT = """late => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`no answer after ${late} s`)), 1000 * late);
  let released = null;
  const before = document.querySelector(".answers").innerHTML;
  const look = () => {
    const now = document.querySelector(".answers");
    if (released === null || !now || now.innerHTML === before) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - released)));
  };
  const observer = new MutationObserver(look);
  addEventListener("pointerup", () => { released = performance.now(); look(); }, { once: true, capture: true });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
})"""


def chromium_path() -> str | None:
    """The path of the system's Chromium, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def link_to(keys: Sequence[str]) -> str:
    """The path of the page with these networks chosen."""
    return "/?" + urlencode({"networks": [NETWORKS[key].title for key in keys]}, doseq=True)


@contextlib.contextmanager
def chromium() -> Iterator:
    """A Playwright browser that uses the system's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


class Visitor:
    """A visitor who uses the page with a mouse or a finger."""

    def __init__(self, page, address: str, ready: str = READY):
        self.page = page
        self.errors: list[str] = []  # from the browser's console
        self.requests: list[str] = []  # addresses, those of the page's worker too
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address)
        self.canvas = page.locator("canvas.upper-canvas")
        page.locator(ready).wait_for(timeout=60_000)

    def _listen(self, message) -> None:
        # When opened at a path, Streamlit first looks for its server there, which fails.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            self.errors.append(f"{message.text} {message.location['url']}")

    def on_screen(self, points: np.ndarray) -> list[tuple[float, float]]:
        """A stroke's points in the window, as dense as those of a hand."""
        box = self.canvas.bounding_box()
        scale = box["height"] / CANVAS_SIDE
        lengths = np.r_[0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
        along = np.arange(0, lengths[-1], SPACING).tolist() + [lengths[-1]]
        points = np.column_stack([np.interp(along, lengths, axis) for axis in points.T.astype(float)])
        return [(box["x"] + scale * x, box["y"] + scale * y) for x, y in points.tolist()]

    def press(self, stroke: np.ndarray) -> None:
        """Draws a stroke with the mouse, which stays down."""
        points = self.on_screen(stroke)
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point)

    def draw(self, strokes: list[np.ndarray]) -> None:
        """Draws with the mouse, and waits after each stroke until the canvas has sent it."""
        for stroke in strokes:
            self.press(stroke)
            self.page.mouse.up()
            self.page.wait_for_timeout(350)

    def time_stroke(self, stroke: np.ndarray, late: float = 30) -> float:
        """Draws a stroke; returns the milliseconds from the pointer's release to the frame that shows the answer."""
        self.page.evaluate(f"window.painted = ({STROKE_TO_PAINT})({late}); 0")
        self.draw([stroke])
        return self.page.evaluate("window.painted")

    def draw_by_touch(self, strokes: list[np.ndarray]) -> None:
        """Draws with one finger."""
        session = self.page.context.new_cdp_session(self.page)
        for stroke in strokes:
            points = self.on_screen(stroke)
            for kind, touches in [
                ("touchStart", points[:1]),
                *(("touchMove", [p]) for p in points[1:]),
                ("touchEnd", []),
            ]:
                session.send(
                    "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in touches]}
                )
                self.page.wait_for_timeout(8)
            self.page.wait_for_timeout(350)

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def go_to(self, name: str) -> None:
        go_to(self.page, name)

    def open_panel(self, name: str) -> None:
        self.page.get_by_role("radio", name=name).click()

    def wait_for_headline(self, words: str) -> None:
        self.page.get_by_role("heading", name=words).wait_for(timeout=30_000)

    def ink(self) -> int:
        """The number of pixels of the canvas that are drawn on."""
        return self.page.locator("canvas.dc-canvas.lower-canvas").evaluate(
            f"canvas => ({ALPHA})(canvas).filter(Boolean).length"
        )

    def headline(self) -> str:
        return self.page.locator(".answers h2").inner_text()

    def scrolled(self) -> float:
        """Return how far the page is scrolled down, in pixels."""
        return self.page.evaluate("document.querySelector('.stMain').scrollTop + window.scrollY")

    def wait_for_answer(self) -> dict[str, int]:
        """Waits for the predictions; returns each network's digit by its key."""
        self.page.locator(".answers.answered").wait_for(timeout=90_000)
        self.page.wait_for_timeout(600)  # for strokes that are still being sent
        cards = self.page.locator(".card.ready")
        return {card.get_attribute("data-network"): int(card.locator(".answer b").inner_text()) for card in cards.all()}

    def wait_for_invitation(self) -> str:
        self.page.locator(".answers.waiting").wait_for(timeout=90_000)
        return self.headline()


def go_to(page, name: str) -> None:
    """Open another of the pages, in the same visit: by its link, or in its section of the navigation."""
    section = next(title for title, names in SECTIONS.items() if name in [PAGES[each][0] for each in names])
    above = page.get_by_test_id("stTopNavSection").filter(has_text=section)
    if section and above.is_visible():
        above.click()
        page.get_by_role("menuitem", name=name, exact=True).click()
    else:
        page.get_by_role("link", name=name, exact=True).locator("visible=true").first.click()
