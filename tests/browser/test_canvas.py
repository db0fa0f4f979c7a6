"""The canvas in a real Chromium: it is never cropped, and no stroke is lost to a quick hand or a lost server."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.driver import ALPHA, DESKTOP, PHONE
from tests.page_server import ROOT

pytestmark = pytest.mark.slow

SCRIPTS = ROOT / "browser"
SIZES = [(360, 640), (844, 390), (1280, 720)]
MORE_SIZES = [(1024, 768), (640, 360), (820, 1180), (1920, 1080), (390, 844), (700, 900)]
ONE, SEVEN = [(140, 40), (140, 240)], [(60, 60), (220, 60), (120, 250)]
LOWER = "document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot.querySelector('canvas.dc-canvas')"
MIN_INK, MAX_INK = 2000, 9000  # pixels of one of these strokes


@pytest.mark.parametrize(
    "size",
    [*SIZES, *(pytest.param(size, marks=pytest.mark.nightly) for size in MORE_SIZES)],
    ids="{0[0]}x{0[1]}".format,
)
def test_the_canvas_is_whole_takes_a_stroke_to_its_corners_and_nothing_moves_with_the_first_answer(visit, size):
    visitor = visit(dict(zip(("width", "height"), size, strict=True)))
    box = visitor.canvas.bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=1) and box["width"] >= 200
    assert box["x"] >= 0 and box["x"] + box["width"] <= size[0] and box["y"] + box["height"] <= size[1]
    if size[0] > size[1]:
        assert box["height"] >= min(0.59 * size[1], 0.41 * size[0]), "it grows with the window"
    elif size[0] < 500:
        assert box["width"] >= size[0] - 20, "over the full width of a phone"

    def boxes():
        places = (visitor.page.locator(place).first for place in (".answers", ".st-key-canvas", ".st-key-clear"))
        return [list(place.bounding_box().values()) for place in places]

    visitor.wait_for_invitation()
    before = boxes()
    visitor.draw([np.array([(10, 10), (270, 270)]), np.array([(270, 10), (10, 270)])])
    pixels = np.reshape(visitor.page.locator("canvas.dc-canvas.lower-canvas").evaluate(ALPHA), (280, 280))
    assert (pixels[[9, 9, 270, 270], [9, 270, 9, 270]] == 255).all(), "ink in all four corners"
    visitor.wait_for_answer()
    assert np.abs(np.subtract(boxes(), before)).max() < 0.5, "pixels"
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_canvas_that_comes_after_the_last_change_around_it_still_gets_its_size_and_name(chromium):
    page = chromium.new_page()
    start = '<script type="module">import { startCanvas } from "./page/canvas.js"; startCanvas({});</script>'
    body = f'<div class="st-key-canvas"><div data-testid="stBidiComponentIsolated"></div></div>{start}'
    page.route("**/*.js", lambda route: route.fulfill(path=SCRIPTS / route.request.url.removeprefix("http://page/")))
    page.route("http://page/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("http://page/")
    page.wait_for_timeout(300)
    page.evaluate("""document.querySelector("[data-testid]").attachShadow({mode: "open"}).innerHTML =
        '<div class="dc-root"><canvas class="upper-canvas" width="280" height="280"></canvas></div>'""")
    canvas = page.locator("canvas.upper-canvas[aria-label]")
    canvas.wait_for(timeout=5_000)
    assert canvas.bounding_box()["width"] > 1_000, "as wide as its place"
    page.close()


@pytest.mark.parametrize(
    ("phone", "button", "delays", "times"),
    [
        pytest.param(False, "clear", (0, 100), 2, id="mouse, clear"),
        pytest.param(True, "undo", (0, 100), 2, id="finger, undo"),
        pytest.param(False, "undo", (0, 100), 2, id="mouse, undo", marks=pytest.mark.nightly),
        pytest.param(True, "clear", (0, 20, 50, 100, 200), 15, id="throttled phone, clear", marks=pytest.mark.nightly),
        pytest.param(False, "clear", (0, 20, 50, 100, 200), 50, id="desktop, clear", marks=pytest.mark.nightly),
    ],
)
def test_a_stroke_right_after_clear_or_undo_is_not_lost(visit, phone, button, delays, times):
    visitor = visit(PHONE if phone else DESKTOP, phone=phone)
    if times > 2 and phone:
        visitor.page.context.new_cdp_session(visitor.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    visitor.draw([np.array(SEVEN)])
    visitor.wait_for_answer()
    box = visitor.page.locator(f".st-key-{button} button").bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for delay in delays:
        for i in range(times):
            (visitor.page.touchscreen.tap if phone else visitor.page.mouse.click)(*at)
            visitor.page.wait_for_timeout(delay) if delay else None
            (visitor.draw_by_touch if phone else visitor.draw)([np.array(SEVEN if i % 2 else ONE)])
            assert MIN_INK < visitor.ink() < MAX_INK, f"stroke {i} after {delay} ms"
            visitor.wait_for_headline(f"All four say {'7' if i % 2 else '1'}")
    assert visitor.page.get_by_role("slider", name="Brush").input_value() == "18", "the brush has not moved"


def test_clear_and_undo_do_not_wait_for_the_server(visit):
    visitor = visit()
    for button in ("clear", "undo"):
        visitor.draw([np.array(SEVEN)])
        visitor.page.evaluate(f"document.querySelector('.st-key-{button} button').click()")
        alpha = f"({ALPHA})({LOWER}).filter(Boolean).length"
        left = visitor.page.evaluate(f"new Promise(done => requestAnimationFrame(() => done({alpha})))")
        assert left == 0, "the canvas is empty at the next frame"
        visitor.wait_for_invitation()


def test_the_faint_digit_goes_with_the_first_touch_and_keys_draw_samples_which_ctrl_z_takes_back(visit):
    visitor = visit()
    visitor.page.emulate_media(reduced_motion="reduce")  # otherwise the page draws in its place
    ghost = visitor.page.locator(".ghost")
    ghost.wait_for()
    box = visitor.canvas.bounding_box()
    visitor.page.mouse.move(box["x"] + 100, box["y"] + 100)
    visitor.page.mouse.down()
    visitor.page.wait_for_function("() => !document.querySelector('.ghost')?.checkVisibility()", timeout=500)
    visitor.page.mouse.up()
    visitor.wait_for_headline("That is only a dot")
    visitor.click("Clear")
    ghost.wait_for()
    for digit in "73":
        visitor.canvas.focus()
        visitor.page.keyboard.press(digit)
        visitor.wait_for_headline(f"All four say {digit}")
    visitor.page.keyboard.press("Control+z")
    visitor.wait_for_invitation()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_verdict_changes_while_the_pen_is_down_by_the_chosen_networks_and_the_server_agrees(visit, motion):
    visitor = visit(path="/?recipe=on+MNIST+alone")
    visitor.page.emulate_media(reduced_motion=motion)
    visitor.wait_for_invitation()
    visitor.page.evaluate(
        "() => { window.moves = []; const animate = Element.prototype.animate; Element.prototype.animate = "
        "function (...how) { moves.push([this.className, how[1].duration]); return animate.apply(this, how); } }"
    )
    answers, bars = visitor.page.locator(".answers"), visitor.page.locator(".details .bar")

    def said() -> tuple[str, list[float]]:
        """The verdict, and the lengths of the bars."""
        widths = bars.evaluate_all("bars => bars.map(bar => parseFloat(bar.style.width))")
        return answers.locator("h2").inner_text(), widths

    points = visitor.on_screen(np.array(SEVEN))
    visitor.page.mouse.move(*points[0])
    visitor.page.mouse.down()
    corner = len(points) // 2
    for point in points[1:corner]:
        visitor.page.mouse.move(*point)
    visitor.page.locator(".answers.answered").wait_for(timeout=30_000)
    visitor.page.wait_for_timeout(500)
    bar, bars_of_bar = said()
    for point in points[corner:]:
        visitor.page.mouse.move(*point)
    visitor.page.wait_for_function("before => document.querySelector('.answers h2').innerText !== before", arg=bar)
    visitor.page.wait_for_timeout(500)
    verdict, lengths = said()
    assert verdict.endswith("say 7") or "say 7," in verdict, "the pen is still down"
    assert np.abs(np.subtract(lengths, bars_of_bar)).max() > 10
    visitor.page.mouse.up()
    visitor.page.get_by_role("button", name="No, I meant").wait_for(timeout=30_000)  # of the server, which has read it
    visitor.page.wait_for_timeout(1000)
    assert said()[0] == verdict, "it stays where the pen has left it"
    assert np.abs(np.subtract(said()[1], lengths)).max() < 1, "per cent"
    moves = visitor.page.evaluate("window.moves")
    assert moves and all(move == ["bar", 150] for move in moves) if motion == "no-preference" else moves == []
