"""The canvas in a real Chromium: it is never cropped, and no stroke is lost to a quick hand or a lost server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ui
from recognition.store import trained_recipes
from tests.browser.driver import ALPHA, DESKTOP, PHONE, Visitor
from tests.drawings import placed
from tests.page_server import running

pytestmark = pytest.mark.slow

SCRIPT = Path(ui.__file__).parent / "drawing" / "canvas.js"
SIZES = [(360, 640), (1024, 768), (844, 390), (1280, 720)]
MORE_SIZES = [(640, 360), (820, 1180), (1920, 1080), (390, 844), (700, 900)]
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
    ("phone", "button", "delays", "times"),
    [
        pytest.param(False, "clear", (0, 100), 2, id="mouse, clear"),
        pytest.param(True, "undo", (0, 100), 2, id="finger, undo"),
        pytest.param(False, "undo", (0, 100), 2, id="mouse, undo", marks=pytest.mark.nightly),
        pytest.param(True, "clear", (0, 20, 50, 100, 200), 50, id="throttled phone, clear", marks=pytest.mark.nightly),
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
        assert visitor.ink() > MIN_INK
        visitor.click("Clear")
        visitor.draw(placed(7))
        visitor.wait_for_headline("All four say 7")
        visitor.page.close()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_bars_move_while_the_pen_is_down_by_the_chosen_networks_and_stay_when_it_is_lifted(visit, motion):
    visitor = visit(path="/?recipe=on+MNIST+alone")
    visitor.page.emulate_media(reduced_motion=motion)
    visitor.wait_for_invitation()
    visitor.page.evaluate(
        "() => { window.moves = []; const animate = Element.prototype.animate; Element.prototype.animate = "
        "function (...how) { moves.push([this.className, how[1].duration]); return animate.apply(this, how); } }"
    )
    asked = []
    visitor.page.on("response", lambda answer: asked.append(answer) if "api/stroke" in answer.url else None)
    bars = visitor.page.locator(".details .bar")
    lengths = "bars => bars.map(bar => bar.style.width)"
    points, before = visitor.on_screen(np.array(SEVEN)), bars.evaluate_all(lengths)
    visitor.page.mouse.move(*points[0])
    visitor.page.mouse.down()
    for x, y in points[1:]:
        visitor.page.mouse.move(x, y)
    if motion == "reduce":
        visitor.page.wait_for_timeout(1500)
        assert bars.evaluate_all(lengths) == before and not asked
    else:
        visitor.page.wait_for_function(
            f"old => String(({lengths})([...document.querySelectorAll('.details .bar')])) !== old", arg=",".join(before)
        )
        assert all(f"recipe={trained_recipes()[-1]}" in answer.url and answer.status < 400 for answer in asked)
    assert "waiting" in visitor.page.locator(".answers").get_attribute("class"), "the headline waits for the pen"
    visitor.page.mouse.up()
    assert list(visitor.wait_for_answer().values()).count(7) >= 3
    visitor.page.wait_for_timeout(2000)
    longest = sorted(float(length.rstrip("%")) for length in bars.evaluate_all(lengths))[-4:]
    assert min(longest) > 30, "they stay where the answer has put them"
    moves = visitor.page.evaluate("window.moves")
    assert moves and all(move == ["bar", 150] for move in moves) if motion == "no-preference" else moves == []
