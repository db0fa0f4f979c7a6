"""Drawing in a real Chromium with a mouse and with a finger, and what a visit, Play and Evidence show of it."""

from __future__ import annotations

import csv
import io
import os
import re

import numpy as np
import pytest
from PIL import Image

from models import DEFAULT_NETWORKS, NETWORKS
from recognition.store import released, trained_recipes
from tests.browser.driver import DESKTOP, PHONE, PROJECTOR, SMALL_PHONE, link_to
from tests.drawings import DIGITS, placed

pytestmark = pytest.mark.slow


def test_each_digit_drawn_with_the_mouse_is_recognized_and_clear_begins_the_next(visit):
    visitor = visit()
    for digit in DIGITS:
        visitor.draw(placed(digit))
        visitor.wait_for_headline(f"say {digit}")
        digits = visitor.wait_for_answer()
        assert list(digits.values()).count(digit) >= 3, f"{digit} was read as {digits}"
        visitor.click("Clear")
        assert "Draw a digit" in visitor.wait_for_invitation()


def test_undo_removes_the_last_stroke_and_brush_and_new_strokes_leave_the_others(visit):
    visitor = visit()
    one, *rest = placed(4)
    visitor.draw([one])
    first = visitor.wait_for_answer()
    visitor.draw(rest)
    assert list(visitor.wait_for_answer().values()).count(4) >= 3
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    assert visitor.wait_for_answer() == first
    visitor.page.get_by_role("slider").press("ArrowRight")
    visitor.page.wait_for_timeout(800)
    assert visitor.wait_for_answer() == first, "another brush changes nothing that is drawn"
    visitor.draw(rest)
    assert list(visitor.wait_for_answer().values()).count(4) >= 3
    visitor.click("Undo")
    visitor.click("Undo")
    assert "Draw a digit" in visitor.wait_for_invitation()


def test_a_finger_draws_to_the_corners_without_scrolling_and_sees_the_digits_below(visit):
    visitor = visit(PHONE, phone=True)
    visitor.draw_by_touch(placed(7))
    before = visitor.wait_for_answer()
    assert list(before.values()).count(7) >= 3
    canvas = visitor.canvas.bounding_box()
    for answer in visitor.page.locator(".answer").all():
        box = answer.bounding_box()
        assert canvas["y"] + canvas["height"] <= box["y"] and box["y"] + box["height"] <= PHONE["height"]
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    ink = visitor.ink()
    visitor.draw_by_touch([np.array([(272, 4), (255, 12), (272, 20)])])  # where the component has its own toolbar
    assert visitor.ink() > ink
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    assert visitor.wait_for_answer() == before, "undoing the corner's stroke leaves the others"
    visitor.draw_by_touch([np.array([(140, 270), (140, 10)])])
    assert visitor.scrolled() == 0
    visitor.draw_by_touch([np.array([(140, 340), (140, 190)])])
    assert visitor.scrolled() > 0, "a drag below the canvas scrolls, so this test can fail"


def test_the_drawing_is_still_there_after_visiting_another_page(visit):
    visitor = visit()
    visitor.draw(placed(5))
    before = visitor.wait_for_answer()
    visitor.go_to("Evidence")
    visitor.page.get_by_role("heading", name="Evidence").wait_for()
    visitor.go_to("Draw")
    assert visitor.wait_for_answer() == before
    assert visitor.page.locator("img.background").count() == len(placed(5)), "the strokes are on the canvas again"


def test_the_drawing_is_still_there_after_a_reload_and_a_cleared_one_is_not(visit):
    visitor = visit()
    visitor.draw(placed(5))
    before, ink = visitor.wait_for_answer(), visitor.ink()
    visitor.page.reload()
    assert visitor.wait_for_answer() == before
    assert visitor.ink() == pytest.approx(ink, rel=0.05)
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    assert 0 < visitor.ink() < 0.9 * ink, "its strokes can be undone like any other"
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.page.reload()
    visitor.canvas.wait_for(timeout=60_000)
    visitor.wait_for_invitation()
    visitor.page.wait_for_timeout(1500)
    assert visitor.ink() == 0


def test_on_a_projector_everything_fits_and_the_bars_add_up_to_100_percent(visit):
    """With SCREENSHOT=docs/page.png it also takes the picture in the README."""
    visitor = visit(DESKTOP)
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    if os.environ.get("SCREENSHOT"):
        visitor.page.screenshot(path=os.environ["SCREENSHOT"])
    parts = [visitor.canvas, visitor.page.locator(".answers h2")]
    for part in (*parts, *visitor.page.locator(".card").all(), *visitor.page.locator(".bars").all()):
        box = part.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= DESKTOP["width"]
        assert box["y"] + box["height"] <= DESKTOP["height"]
    for key in DEFAULT_NETWORKS:
        rows = visitor.page.locator(f'.bars[data-network="{key}"] li')
        assert rows.locator("i").all_inner_texts() == [str(digit) for digit in range(10)]
        widths = [float(bar.get_attribute("style").split(":")[1].rstrip("%;")) for bar in rows.locator(".bar").all()]
        assert sum(widths) == pytest.approx(100, abs=0.6)
        numbers = [number.strip() for number in rows.locator("em").all_inner_texts()]
        for width, number in zip(widths, numbers, strict=True):
            assert bool(number) == (width >= 1), (width, number)
            assert not number or float(number.strip("<> %")) == pytest.approx(width, abs=0.11)
    visitor.page.set_viewport_size(PROJECTOR)  # projected: the canvas and its answers alone, readable from afar
    visitor.page.keyboard.press("p")
    clear = visitor.page.get_by_role("button", name="Clear", exact=True)
    clear.wait_for(state="hidden")
    assert visitor.page.get_by_role("link", name="Play").first.is_hidden()
    for selector, size in (("h3", 44), (".answer span", 56), (".bars li", 24)):
        found = visitor.page.locator(selector).first.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
        assert round(found) >= size, selector
    last = visitor.page.locator(".bars li").last.bounding_box()
    assert visitor.canvas.bounding_box()["height"] > 850 and last["y"] + last["height"] <= PROJECTOR["height"]
    visitor.page.keyboard.press("Escape")
    clear.wait_for()


def test_all_networks_fit_on_a_projector_with_the_panels_below_them(visit):
    keys = released(trained_recipes()[0])
    assert len(keys) > len(DEFAULT_NETWORKS)
    visitor = visit(DESKTOP, path=link_to(keys))
    visitor.draw(placed(7))
    assert list(visitor.wait_for_answer()) == keys
    for part in (*visitor.page.locator(".bars").all(), visitor.page.get_by_role("radio", name="Which ink?")):
        box = part.bounding_box()
        assert box["x"] + box["width"] <= DESKTOP["width"] and box["y"] + box["height"] <= DESKTOP["height"]


@pytest.mark.parametrize(
    "size", [(960, 540), pytest.param((1100, 600), marks=pytest.mark.nightly)], ids="{0[0]}x{0[1]}".format
)
def test_on_a_slide_the_page_has_no_navigation_and_its_canvas_and_answers_fit(visit, size):
    visitor = visit(dict(zip(("width", "height"), size, strict=True)), path="/?embed=true")
    visitor.draw(placed(4))
    visitor.wait_for_answer()
    assert visitor.page.get_by_role("link", name="Play").count() == 0
    clear = visitor.page.get_by_role("button", name="Clear", exact=True)
    for part in (visitor.canvas, visitor.page.locator(".answers"), clear):
        box = part.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= size[1] and box["x"] + box["width"] <= size[0]


def test_the_history_can_be_saved_and_survives_a_reload_in_the_same_browser(visit):
    visitor = visit()
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    visitor.click("Yes, right")
    visitor.page.get_by_role("button", name="You meant 7").wait_for()
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.draw(placed(2))
    visitor.wait_for_answer()
    visitor.click("Save")
    with visitor.page.expect_download() as download:
        visitor.click("Save as CSV")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [(row["drawing"], row["meant"], row["cnn_answer"]) for row in rows] == [("1", "7", "7"), ("2", "", "2")]
    with visitor.page.expect_download() as download:
        visitor.click("Save as PNG")
    assert Image.open(download.value.path()).format == "PNG"
    stored = "JSON.parse(localStorage.getItem('draw-a-digit') ?? '{}').drawings?.map(drawing => drawing[1])"
    visitor.page.wait_for_function(f"() => JSON.stringify({stored}) === '[7,null]'")
    visitor.page.reload()
    visitor.wait_for_headline("say 2")  # the reload brings back what stood on the canvas
    visitor.click("Save")
    visitor.page.get_by_text("MLP: 1 of 1").wait_for()
    visitor.page.keyboard.press("Escape")
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.draw(placed(1))
    visitor.page.wait_for_function(f"() => JSON.stringify({stored}) === '[7,null,null]'")


def test_play_asks_for_a_digit_guesses_aloud_ends_a_round_by_itself_and_shows_six_drawings(visit):
    visitor = visit(path="/play")
    task, go = visitor.page.locator(".play .task b"), visitor.page.locator(".play .go")
    go.click()
    for played in range(6):
        target = task.inner_text()
        assert visitor.ink() == 0, "the canvas is empty"
        if played != 1:
            visitor.canvas.focus()
            visitor.page.keyboard.press(target)
            visitor.page.locator(".outcome-words", has_text=re.compile(rf"an? {target}! ")).wait_for()
        go.filter(visible=True).wait_for(timeout=20_000)  # one round is left to the clock
        assert visitor.page.locator(":focus").inner_text() in ("Next digit", "Play again")
        visitor.page.keyboard.press("Enter") if played < 5 else None
    assert "5 of 6" in visitor.page.locator(".play .task").inner_text()
    with visitor.page.expect_download() as download:
        visitor.click("Save as picture")
    assert Image.open(download.value.path()).format == "PNG"
    visitor.page.get_by_role("radio", name="Fool them").click()
    visitor.click("Clear")
    visitor.draw(placed(4))
    visitor.page.locator(".outcome-words", has_text="What is it?").wait_for()
    visitor.click("9")
    visitor.page.locator(".outcome-words", has_text="You have fooled them all").wait_for()
    visitor.page.reload()
    visitor.page.locator(".scores", has_text="Networks fooled: 4").wait_for()


@pytest.mark.parametrize(
    ("size", "theme"),
    [
        pytest.param(PROJECTOR, "light", marks=pytest.mark.nightly),
        pytest.param(PHONE, "dark", marks=pytest.mark.nightly),
        (SMALL_PHONE, "light"),
    ],
    ids=["projector", "phone, dark", "small phone"],
)
def test_the_charts_of_the_evidence_fit_the_window_and_vega_warns_of_nothing(visit, size, theme):
    visitor = visit(size, theme=theme)
    warnings: list[str] = []
    visitor.page.on("console", lambda message: warnings.append(message.text) if "WARN" in message.text else None)
    visitor.page.goto(f"{visitor.page.url.rstrip('/')}/evidence")
    visitor.page.locator(".mistakes img").nth(9).wait_for(timeout=30_000)
    visitor.page.get_by_test_id("stExpander").nth(3).wait_for()
    for folded in visitor.page.get_by_test_id("stExpander").all():
        folded.locator("summary").click()
        folded.locator("details[open]").wait_for()
    for test in ("MNIST test digits", "drawn digits, plain resize"):
        visitor.page.get_by_role("radio", name=test, exact=True).click()
        picture = visitor.page.locator(".stVegaLiteChart").first
        picture.locator("[aria-label*='Y-network']").first.wait_for(timeout=30_000)
        visitor.page.wait_for_timeout(1500)
        box = picture.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
        assert box["height"] > 40 * len(NETWORKS)
    visitor.page.get_by_text("expected calibration error").first.wait_for()
    assert visitor.page.locator("table.confusion").count() == visitor.page.locator("table.upright").count() == 2
    assert warnings == [] and visitor.page.get_by_test_id("stException").count() == 0
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
