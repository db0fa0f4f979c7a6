"""Drawing in a real Chromium, with a mouse and with a finger, on a projector and on a phone."""

from __future__ import annotations

import os

import numpy as np
import pytest

from models import DEFAULT_NETWORKS
from recognition.store import released, trained_recipes
from tests.browser.driver import DESKTOP, PHONE, Visitor, link_to
from tests.drawings import DIGITS, placed
from tests.page_server import serve

LINE = [np.array([(60, 60), (200, 60), (120, 240)])]


@pytest.mark.parametrize(
    "digit", [pytest.param(digit, marks=[pytest.mark.slow] * (digit not in (4, 8))) for digit in DIGITS]
)
def test_each_digit_drawn_with_the_mouse_is_recognized(visit, digit):
    visitor = visit()
    visitor.draw(placed(digit))
    visitor.page.get_by_role("heading", name=f"say {digit}").wait_for(timeout=30_000)
    digits = visitor.wait_for_answer()
    assert list(digits.values()).count(digit) >= 3, f"{digit} was read as {digits}"


@pytest.mark.slow
def test_the_bars_add_up_to_100_percent_and_the_long_ones_have_their_number(visit):
    visitor = visit()
    visitor.draw(placed(3))
    visitor.wait_for_answer()
    for key in DEFAULT_NETWORKS:
        rows = visitor.page.locator(f'.bars[data-network="{key}"] li')
        assert rows.locator("i").all_inner_texts() == [str(digit) for digit in range(10)]
        widths = [float(bar.get_attribute("style").split(":")[1].rstrip("%;")) for bar in rows.locator(".bar").all()]
        assert sum(widths) == pytest.approx(100, abs=0.6)
        for width, number in zip(widths, rows.locator("em").all_inner_texts(), strict=True):
            assert bool(number) == (width >= 1), (width, number)
            assert not number or float(number.strip("<> %")) == pytest.approx(width, abs=0.11)


@pytest.mark.slow
def test_drawing_with_a_finger_does_not_scroll_the_page(visit):
    visitor = visit(PHONE, phone=True)
    visitor.draw_by_touch(placed(7))
    assert list(visitor.wait_for_answer().values()).count(7) >= 3
    visitor.draw_by_touch([np.array([(140, 270), (140, 10)])])
    assert visitor.scrolled() == 0
    visitor.draw_by_touch([np.array([(140, 340), (140, 190)])])
    assert visitor.scrolled() > 0, "a drag below the canvas scrolls, so this test can fail"


@pytest.mark.slow
def test_a_finger_can_draw_in_the_top_right_corner(visit):
    visitor = visit(PHONE, phone=True)
    visitor.draw_by_touch([np.array([(60, 40), (270, 8), (120, 240)])])
    before = visitor.wait_for_answer()
    visitor.draw_by_touch([np.array([(272, 4), (255, 12), (272, 20)])])
    assert visitor.wait_for_answer().keys() == before.keys()
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    assert visitor.wait_for_answer() == before, "undoing the corner's stroke leaves the first one"


@pytest.mark.slow
def test_undo_removes_one_stroke_and_then_the_first(visit):
    visitor = visit()
    one, *rest = placed(4)
    visitor.draw([one])
    first = visitor.wait_for_answer()
    visitor.draw(rest)
    assert list(visitor.wait_for_answer().values()).count(4) >= 3
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    assert visitor.wait_for_answer() == first
    visitor.click("Undo")
    assert "Draw a digit" in visitor.wait_for_invitation()


@pytest.mark.slow
def test_clear_empties_the_canvas_for_another_drawing(visit):
    visitor = visit()
    visitor.draw(placed(8))
    visitor.wait_for_answer()
    visitor.click("Clear")
    assert "Draw a digit" in visitor.wait_for_invitation()
    visitor.draw(placed(1))
    assert list(visitor.wait_for_answer().values()).count(1) >= 3


@pytest.mark.slow
def test_a_stroke_after_undo_is_added_to_the_remaining_ones(visit):
    visitor = visit()
    one, two = placed(4)
    visitor.draw([one, np.array([(40, 250), (240, 250)])])
    visitor.wait_for_answer()
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    visitor.draw([two])
    assert list(visitor.wait_for_answer().values()).count(4) >= 3


@pytest.mark.slow
def test_a_dot_gets_a_hint_and_no_prediction(visit):
    visitor = visit()
    visitor.draw([np.array([(140, 140), (141, 140)])])
    visitor.page.get_by_role("heading", name="That is only a dot").wait_for(timeout=60_000)
    assert visitor.page.locator(".card.ready").count() == 0


@pytest.mark.slow
def test_changing_the_brush_keeps_the_drawing(visit):
    visitor = visit()
    visitor.draw(placed(2))
    before = visitor.wait_for_answer()
    visitor.page.get_by_role("slider").press("ArrowRight")
    visitor.page.wait_for_timeout(800)
    assert visitor.wait_for_answer() == before
    visitor.draw([np.array([(20, 270), (30, 270)])])
    assert visitor.wait_for_answer(), "the first drawing is still there"


def test_the_drawing_is_still_there_after_visiting_another_page(visit):
    visitor = visit()
    visitor.draw(placed(5))
    before = visitor.wait_for_answer()
    visitor.page.get_by_role("link", name="Evidence").first.click()
    visitor.page.get_by_role("heading", name="Evidence").wait_for()
    visitor.page.get_by_role("link", name="Draw", exact=True).first.click()
    assert visitor.wait_for_answer() == before
    assert visitor.page.locator("img.background").count() == len(placed(5)), "the strokes are on the canvas again"


def test_on_a_projector_everything_fits_without_scrolling(visit):
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


@pytest.mark.slow
def test_all_networks_fit_on_a_projector_with_the_panels_below_them(visit):
    keys = released(trained_recipes()[0])
    assert len(keys) > len(DEFAULT_NETWORKS)
    visitor = visit(DESKTOP, path=link_to(keys))
    visitor.draw(placed(7))
    assert list(visitor.wait_for_answer()) == keys
    for part in (*visitor.page.locator(".bars").all(), visitor.page.get_by_role("radio", name="Poke it")):
        box = part.bounding_box()
        assert box["x"] + box["width"] <= DESKTOP["width"] and box["y"] + box["height"] <= DESKTOP["height"]


def test_on_a_phone_the_four_digits_are_visible_below_the_canvas(visit):
    visitor = visit(PHONE, phone=True)
    visitor.draw_by_touch(placed(0))
    visitor.wait_for_answer()
    canvas = visitor.canvas.bounding_box()
    for answer in visitor.page.locator(".answer").all():
        box = answer.bounding_box()
        assert canvas["y"] + canvas["height"] <= box["y"] and box["y"] + box["height"] <= PHONE["height"]
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.slow
@pytest.mark.parametrize(("viewport", "phone"), [(DESKTOP, False), (PHONE, True)], ids=["projector", "phone"])
def test_the_evidence_shows_its_charts(visit, viewport, phone):
    visitor = visit(viewport, phone=phone)
    visitor.page.goto(visitor.page.url.rstrip("/") + "/evidence")
    visitor.page.get_by_text("expected calibration error").first.wait_for()
    charts = visitor.page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)")
    charts.nth(2).wait_for()
    assert visitor.page.locator("table.confusion").count() == 2
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.slow
def test_the_first_drawing_on_a_new_server_is_answered(chromium):
    with serve() as address:
        visitor = Visitor(chromium.new_page(), address)
        visitor.draw(placed(7))
        assert list(visitor.wait_for_answer().values()).count(7) >= 3
        visitor.click("Undo")
        assert "Draw a digit" in visitor.wait_for_invitation()
