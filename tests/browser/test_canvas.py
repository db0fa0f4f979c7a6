"""The canvas in a real Chromium: it is never cropped, and no stroke is lost to a quick hand or a lost server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ui
from tests.browser.driver import DESKTOP, PHONE, Visitor
from tests.drawings import placed
from tests.page_server import running

SCRIPT = Path(ui.__file__).parent / "drawing" / "canvas.js"
SIZES = [(360, 640)]
MORE_SIZES = [(1024, 768), (640, 360), (820, 1180), (1920, 1080), (390, 844), (700, 900), (844, 390), (1280, 720)]
ONE, SEVEN = [(140, 40), (140, 240)], [(60, 60), (220, 60), (120, 250)]
PIXELS = "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((v, i) => i % 4 === 3)"
INK = f"c => ({PIXELS})(c).filter(v => v).length"
LOWER = "document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot.querySelector('canvas.dc-canvas')"
LEAST, MOST = 2000, 9000  # pixels of ink of one of these strokes


def ink(visitor: Visitor) -> int:
    """How many pixels of the canvas are drawn on."""
    return visitor.page.locator("canvas.dc-canvas.lower-canvas").evaluate(INK)


@pytest.mark.parametrize(
    "size", [*SIZES, *(pytest.param(size, marks=pytest.mark.slow) for size in MORE_SIZES)], ids="{0[0]}x{0[1]}".format
)
def test_the_canvas_is_whole_at_every_size_and_takes_a_stroke_to_its_corners(visit, size):
    visitor = visit(dict(zip(("width", "height"), size, strict=True)))
    box = visitor.canvas.bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=1) and box["width"] >= 200
    assert box["x"] >= 0 and box["x"] + box["width"] <= size[0] and box["y"] + box["height"] <= size[1]
    if size[0] > size[1]:
        assert box["height"] >= min(0.59 * size[1], 0.41 * size[0]), "it grows with the window"
    elif size[0] < 500:
        assert box["width"] >= size[0] - 20, "over the full width of a phone"
    visitor.draw([np.array([(10, 10), (270, 270)]), np.array([(270, 10), (10, 270)])])
    pixels = np.reshape(visitor.page.locator("canvas.dc-canvas.lower-canvas").evaluate(PIXELS), (280, 280))
    assert (pixels[[9, 9, 270, 270], [9, 270, 9, 270]] == 255).all(), "ink in all four corners"
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_canvas_that_comes_after_the_last_change_around_it_still_gets_its_size_and_name(chromium):
    page = chromium.new_page()
    page.set_content('<div class="st-key-canvas"><div data-testid="stBidiComponentIsolated"></div></div>')
    page.add_script_tag(content=f"const SAMPLES = {{}};{SCRIPT.read_text(encoding='utf-8')}")
    page.wait_for_timeout(300)
    page.evaluate("""document.querySelector("[data-testid]").attachShadow({mode: "open"}).innerHTML =
        '<div class="dc-root"><canvas class="upper-canvas" width="280" height="280"></canvas></div>'""")
    canvas = page.locator("canvas.upper-canvas[aria-label]")
    canvas.wait_for(timeout=5_000)
    assert canvas.bounding_box()["width"] > 1_000, "as wide as its place"
    page.close()


@pytest.mark.parametrize(
    "size", [*SIZES, *(pytest.param(size, marks=pytest.mark.slow) for size in MORE_SIZES)], ids="{0[0]}x{0[1]}".format
)
def test_nothing_moves_when_the_first_answer_comes(visit, size):
    visitor = visit(dict(zip(("width", "height"), size, strict=True)))

    def boxes():
        places = (visitor.page.locator(place).first for place in (".answers", ".st-key-canvas", ".st-key-clear"))
        return [list(place.bounding_box().values()) for place in places]

    visitor.wait_for_invitation()
    before = boxes()
    visitor.draw(placed(5))
    visitor.wait_for_answer()
    assert np.abs(np.subtract(boxes(), before)).max() < 0.5, "pixels"


def strokes_after(visitor: Visitor, button: str, phone: bool, delays: tuple[float, ...], times: int) -> list[str]:
    """Presses a button and draws a stroke so many milliseconds later; returns what went wrong."""
    box = visitor.page.locator(f".st-key-{button} button").bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    problems = []
    for delay in delays:
        for i in range(times):
            (visitor.page.touchscreen.tap if phone else visitor.page.mouse.click)(*at)
            visitor.page.wait_for_timeout(delay) if delay else None
            stroke = [np.array(SEVEN if i % 2 else ONE)]
            visitor.draw_by_touch(stroke) if phone else visitor.draw(stroke)
            if not LEAST < ink(visitor) < MOST:
                problems.append(f"{delay} ms: {ink(visitor)} pixels of ink")
            try:
                word = f"All four say {'7' if i % 2 else '1'}"
                visitor.page.get_by_role("heading", name=word).wait_for(timeout=10_000)
            except Exception:
                problems.append(f"{delay} ms: {visitor.headline()}")
    return problems


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phone", "button"),
    [
        pytest.param(False, "clear", id="mouse, clear"),
        pytest.param(True, "undo", id="finger, undo"),
        pytest.param(False, "undo", id="mouse, undo"),
        pytest.param(True, "clear", id="finger, clear"),
    ],
)
def test_a_stroke_right_after_clear_or_undo_is_not_lost(visit, phone, button):
    visitor = visit(PHONE if phone else DESKTOP, phone=phone)
    visitor.draw([np.array(SEVEN)])
    visitor.wait_for_answer()
    assert strokes_after(visitor, button, phone, (0, 100), 2) == []
    assert visitor.page.get_by_role("slider", name="Brush").input_value() == "18", "the brush has not moved"


@pytest.mark.slow
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "throttled phone"])
def test_none_of_many_strokes_right_after_clear_is_lost(visit, phone):
    visitor = visit(PHONE if phone else DESKTOP, phone=phone)
    if phone:
        visitor.page.context.new_cdp_session(visitor.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    visitor.draw([np.array(SEVEN)])
    visitor.wait_for_answer()
    assert strokes_after(visitor, "clear", phone, (0, 20, 50, 100, 200), 50) == []
    assert visitor.page.get_by_role("slider", name="Brush").input_value() == "18"


def test_clear_and_undo_do_not_wait_for_the_server(visit):
    visitor = visit()
    for button in ("clear", "undo"):
        visitor.draw([np.array(SEVEN)])
        visitor.page.evaluate(f"document.querySelector('.st-key-{button} button').click()")
        left = visitor.page.evaluate(f"new Promise(done => requestAnimationFrame(() => done(({INK})({LOWER}))))")
        assert left == 0, "the canvas is empty at the next frame"
        visitor.wait_for_invitation()


def test_a_key_on_the_canvas_draws_a_sample_and_ctrl_z_takes_it_back(visit):
    visitor = visit()
    visitor.canvas.focus()
    visitor.page.keyboard.press("7")
    assert list(visitor.wait_for_answer().values()).count(7) >= 3
    visitor.page.keyboard.press("3")
    visitor.page.get_by_role("heading", name="All four say 3").wait_for()
    visitor.page.keyboard.press("Control+z")
    visitor.wait_for_invitation()


def test_a_faint_digit_on_the_empty_canvas_goes_with_the_first_touch(visit):
    visitor = visit()
    ghost = visitor.page.locator(".ghost")
    ghost.wait_for()
    box = visitor.canvas.bounding_box()
    visitor.page.mouse.move(box["x"] + 100, box["y"] + 100)
    visitor.page.mouse.down()
    visitor.page.wait_for_function("() => !document.querySelector('.ghost')?.checkVisibility()", timeout=500)
    visitor.page.mouse.up()
    visitor.page.wait_for_timeout(800)
    visitor.click("Clear")
    ghost.wait_for()


@pytest.mark.slow
def test_without_the_server_one_can_draw_on_and_is_answered_when_it_is_back(chromium):
    with running() as server:
        visitor = Visitor(chromium.new_page(), server.address)
        visitor.draw(placed(1))
        visitor.wait_for_answer()
        server.kill()
        banner = visitor.page.get_by_text("Connection lost. Your drawing is safe")
        banner.wait_for(timeout=20_000)
        visitor.page.wait_for_timeout(3000)  # Streamlit's own dialog would have covered the canvas by now
        visitor.draw([np.array([(80, 252), (200, 252)])])
        server.start()
        banner.wait_for(state="hidden", timeout=60_000)
        visitor.page.wait_for_timeout(1500)
        assert list(visitor.wait_for_answer().values()).count(1) >= 3
        assert ink(visitor) > LEAST
        visitor.click("Clear")
        visitor.draw(placed(7))
        visitor.page.get_by_role("heading", name="All four say 7").wait_for()
        visitor.page.close()


def lengths(visitor: Visitor) -> list[str]:
    """Of all bars, as they are set."""
    return visitor.page.locator(".details .bar").evaluate_all("bars => bars.map(bar => bar.style.width)")


@pytest.mark.slow
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_bars_move_while_the_pen_is_down_and_the_last_answer_is_the_same(visit, motion):
    visitor = visit()
    visitor.page.emulate_media(reduced_motion=motion)
    visitor.wait_for_invitation()
    points = visitor.on_screen(np.array(SEVEN))
    before = lengths(visitor)
    visitor.page.mouse.move(*points[0])
    visitor.page.mouse.down()
    for x, y in points[1:]:
        visitor.page.mouse.move(x, y)
    visitor.page.wait_for_timeout(1500)
    assert (lengths(visitor) != before) == (motion == "no-preference")
    assert "waiting" in visitor.page.locator(".answers").get_attribute("class"), "the headline waits for the pen"
    visitor.page.mouse.up()
    assert set(visitor.wait_for_answer().values()) == {7}
    visitor.page.wait_for_timeout(2000)
    longest = sorted(float(length.rstrip("%")) for length in lengths(visitor))[-4:]
    assert min(longest) > 50, "they stay where the answer has put them"
