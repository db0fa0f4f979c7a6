"""The page while the pen moves, in Chromium, against the same page without networks in the browser."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models import DEFAULT_NETWORKS, NETWORKS
from tests.browser import driver
from tests.page_server import ROOT, serve

SECONDS = 3.0  # of a stroke
WARM_SECONDS = 1.0  # of the stroke before, while the browser compiles
THROTTLED = 6  # times slower, as Chromium's developer tools do it; the main thread alone
CENSUS = "browser/net/"  # in the addresses of networks

WATCH = Path(__file__).with_name("pen.js").read_text(encoding="utf-8").partition("*/")[2].strip()


@dataclass(frozen=True)
class Stroke:
    """A stroke of some seconds: what happened in each second; milliseconds of frames and of answers.

    moves: of the mouse, as they reach the page. readings: paints with a new reading of the drawing. updates: those of
    them in which a bar has another width. journey: pictures of the open journey.
    """

    moves: float
    frames: float
    readings: float
    updates: float
    journey: float
    frame_p95: float
    late_p50: float
    late_p95: float

    @classmethod
    def from_page(cls, data: Mapping[str, Any]) -> Stroke:
        seconds = (data["frames"][-1] - data["frames"][0]) / 1000
        late = [painted - moved for painted, moved in data["painted"] if moved is not None] or [float("nan")]
        return cls(
            data["moves"] / seconds,
            len(data["frames"]) / seconds,
            data["readings"] / seconds,
            len(data["painted"]) / seconds,
            data["drawn"] / seconds,
            float(np.percentile(np.diff(data["frames"]), 95)),
            float(np.percentile(late, 50)),
            float(np.percentile(late, 95)),
        )


def alive() -> str:
    """Measure readings while the pen moves, alone and with a journey open, their delay, loading, and a tab's memory."""
    rows: dict[str, Stroke] = {}
    journeys: dict[str, Stroke] = {}
    with contextlib.ExitStack() as stack:
        chromium = stack.enter_context(driver.chromium())
        address = stack.enter_context(serve(ROOT / "app.py"))
        with _visit(chromium, address + "/?nothing", block=True) as page:
            rows["without networks in the browser"] = _stroke(page)
        with _visit(chromium, address) as page:
            first_visit = _bytes(page)
            rows["four networks"] = _stroke(page)
            released = _release(page)
            memory = _memory(page)
            page.reload()
            page.locator(driver.READY).wait_for()
            page.wait_for_timeout(3000)
            second_visit = _bytes(page)
            page.get_by_role("button", name="Clear", exact=True).click()
            _throttle(page, THROTTLED)
            rows[f"four networks, main thread {THROTTLED} times slower"] = _stroke(page)
        with _visit(chromium, address + driver.link_to(list(NETWORKS))) as page:
            rows["ten networks"] = _stroke(page)
        with _visit(chromium, address) as page:
            rows["four networks, a grabbed digit turned"] = _turn(page)
        for key in DEFAULT_NETWORKS:
            title = NETWORKS[key].title
            with _visit(chromium, f"{address}/?panel=Journey&network={title}") as page:
                page.locator(f".journey[data-network={key}][data-drawn]").wait_for(timeout=60_000)
                journeys[title] = _stroke(page)
    lines = [
        f"A stroke of {SECONDS:.0f} s with a real mouse (Playwright's), one run each. Delay: milliseconds from the "
        "first move that the bars do not show to the painted bars that do. A reading that leaves every bar within its "
        "tenth of a percent changes none.",
        "",
        "| | moves a second | readings | bar changes | frames | frame p95 | delay p50 | delay p95 |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {name} | {row.moves:.1f} | {row.readings:.1f} | {row.updates:.1f} | {row.frames:.1f} "
            f"| {row.frame_p95:.1f} | " + (f"{row.late_p50:.0f} | {row.late_p95:.0f} |" if row.updates else "– | – |")
            for name, row in rows.items()
        ),
        "",
        "The same stroke with a journey open.",
        "",
        "| | moves a second | readings | pictures | frames | frame p95 |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {name} | {row.moves:.1f} | {row.readings:.1f} | {row.journey:.1f} | {row.frames:.1f} "
            f"| {row.frame_p95:.1f} |"
            for name, row in journeys.items()
        ),
        "",
        f"From pen-up to the server's record: {released:.0f} ms. Bytes of a first visit, with the "
        f"{len(DEFAULT_NETWORKS)} networks: {first_visit / 1e6:.2f} MB; of a second: {second_visit / 1e6:.2f} MB. "
        f"JavaScript heap of the tab with four networks, without its worker: {memory / 1e6:.0f} MB.",
    ]
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def _visit(chromium: Any, address: str, block: bool = False) -> Iterator[Any]:
    context = chromium.new_context(viewport=driver.DESKTOP)
    page = context.new_page()
    page.received = []
    page.on("requestfinished", lambda request: page.received.append(request))  # Playwright marks its handlers
    if block:
        page.route(f"**/{CENSUS}**", lambda route: route.abort())
    page.goto(address)
    page.locator(driver.READY).wait_for(timeout=60_000)
    page.wait_for_timeout(4000)  # the networks are here
    yield page
    context.close()


def _stroke(page: Any) -> Stroke:
    """Draw a slow 8, after a short one that warms the browser up."""
    _draw_eight(page, WARM_SECONDS)
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Clear", exact=True).click()
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    _draw_eight(page, SECONDS)
    return Stroke.from_page(page.evaluate("window.watched()"))


def _turn(page: Any) -> Stroke:
    """Turn a grabbed digit to and fro by its handle."""
    _draw_eight(page, WARM_SECONDS)
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Grab").click()
    handle, canvas = page.locator(".grab-handle.turn").bounding_box(), page.locator(driver.READY).bounding_box()
    centre = np.array([canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2])
    start = np.array([handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2])
    radius = np.linalg.norm(start - centre)

    def at(share: float) -> tuple[float, float]:
        angle = np.sin(2 * np.pi * share) - np.pi / 2
        return tuple(centre + radius * np.array([np.cos(angle), np.sin(angle)]))

    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    _move(page, at, SECONDS)
    return Stroke.from_page(page.evaluate("window.watched()"))


def _draw_eight(page: Any, seconds: float) -> None:
    box = page.locator(driver.READY).bounding_box()
    middle_x, middle_y, side = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["height"]
    _move(
        page,
        lambda share: (
            middle_x + 0.22 * side * np.sin(4 * np.pi * share),
            middle_y - 0.36 * side * np.cos(2 * np.pi * share),
        ),
        seconds,
    )


def _move(page: Any, at: Callable[[float], tuple[float, float]], seconds: float) -> None:
    """Press the mouse, move it through the places at shares of the time from 0 to 1, and release it."""
    page.mouse.move(*at(0))
    page.mouse.down()
    begin = time.monotonic()
    while (share := (time.monotonic() - begin) / seconds) < 1:
        page.mouse.move(*at(share))
    page.mouse.up()


def _release(page: Any) -> float:
    """Milliseconds from pen-up to the server's record."""
    page.evaluate("""() => {
      window.released = new Promise((resolve) => addEventListener("pointerup", () => {
        const up = performance.now();
        addEventListener("draw-a-digit-record", () => resolve(performance.now() - up), { once: true });
      }, { once: true, capture: true }));
    }""")
    _draw_eight(page, 0.5)
    return page.evaluate("window.released")


def _bytes(page: Any) -> float:
    total = sum(request.sizes()["responseBodySize"] for request in page.received)
    page.received.clear()
    return total


def _memory(page: Any) -> float:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"]


def _throttle(page: Any, rate: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
