"""Grab in a real Chromium: the digit is changed under the hand, the networks follow, and nothing of it stays."""

from __future__ import annotations

import pytest

from tests.browser.driver import DESKTOP, PHONE, SMALL_PHONE
from tests.browser.test_answers import wait_until_loaded
from tests.drawings import placed

pytestmark = pytest.mark.slow

OVERLAY = ".st-key-canvas .grab"


def grabbed(visit, **how):
    """A visitor who holds a 7."""
    visitor = visit(**how)
    wait_until_loaded(visitor)
    visitor.draw(placed(7, size=140, left=70, top=70))
    visitor.wait_for_answer()
    visitor.click("Grab")
    visitor.page.locator(OVERLAY).wait_for()
    return visitor


def middle(visitor, handle: str) -> tuple[float, float]:
    box = visitor.page.locator(f".grab-handle.{handle}").bounding_box()
    assert min(box["width"], box["height"]) > 43.9, "large enough for a finger"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_digit_is_turned_until_networks_give_up_and_swings_back(visit):
    visitor = visit()
    wait_until_loaded(visitor)
    visitor.draw(placed(7, size=140, left=70, top=70))
    visitor.wait_for_answer()
    page = visitor.page
    page.get_by_role("button", name="Turn it until one gives up").click()
    page.locator(OVERLAY).wait_for()
    (x, y), (cx, cy) = middle(visitor, "turn"), middle(visitor, "size")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + cx) / 2, (y + cy) / 2)
    page.mouse.move(x, cy, steps=8)  # to the other side: upside down
    page.locator(".card[data-gave-up]").first.wait_for()
    assert visitor.headline() != "All four say 7"
    assert page.get_by_role("slider", name="Turn").get_attribute("aria-valuetext").count("gave up")
    page.mouse.up()
    visitor.wait_for_headline("All four say 7")
    assert page.locator("[data-gave-up]").count() == 0 and page.locator(OVERLAY).count() == 1
    page.get_by_text("gives up at").first.wait_for()

    page.mouse.move(*middle(visitor, "thick"))  # drawing beside the digit lets go and draws
    box = visitor.canvas.bounding_box()
    ink = visitor.ink()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 12, box["y"] + 60, steps=5)
    page.mouse.up()
    page.locator(OVERLAY).wait_for(state="detached")
    page.wait_for_timeout(600)
    assert visitor.ink() > ink


def test_by_keyboard_it_stays_as_it_is_until_it_is_let_go(visit):
    visitor = grabbed(visit)
    page = visitor.page
    slider = page.get_by_role("slider", name="Turn")
    slider.press("PageUp")
    slider.press("PageUp")
    turned = slider.input_value()
    assert float(turned) > 30
    page.locator(".grab output").get_by_text("turned").wait_for()
    page.wait_for_timeout(600)
    assert slider.input_value() == turned and page.get_by_role("button", name="Keep it so").get_attribute(
        "aria-pressed"
    )
    page.get_by_role("radio", name="Turn").press("ArrowRight")
    page.get_by_role("slider", name="Size").press("End")
    page.keyboard.press("Escape")
    page.locator(OVERLAY).wait_for(state="detached")
    visitor.wait_for_headline("All four say 7")
    page.keyboard.press("g")
    page.locator(OVERLAY).wait_for()
    visitor.click("Clear")
    page.locator(OVERLAY).wait_for(state="detached")
    visitor.wait_for_invitation()
    page.keyboard.press("g")
    page.get_by_text("Draw a digit first").wait_for()


@pytest.mark.parametrize("viewport", [PHONE, pytest.param(SMALL_PHONE, marks=pytest.mark.nightly)], ids=str)
def test_a_finger_rubs_ink_out_of_a_sample_and_it_comes_back(visit, viewport):
    visitor = visit(viewport, phone=True)
    wait_until_loaded(visitor)
    visitor.click("Samples and photos")
    visitor.click("7")
    visitor.wait_for_headline("All four say 7")
    visitor.click("Grab")
    visitor.page.get_by_role("radio", name="Rub out").click()
    visitor.page.evaluate("document.querySelector('.stMain').scrollTop = 0")
    box = visitor.page.locator(OVERLAY).bounding_box()
    session = visitor.page.context.new_cdp_session(visitor.page)
    at = [{"x": box["x"] + box["width"] * share, "y": box["y"] + box["height"] * 0.2} for share in (0.2, 0.5, 0.8)]
    for kind, point in zip(("touchStart", "touchMove", "touchMove"), at, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    visitor.page.locator(".grab output").get_by_text("rubbed out").wait_for()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    visitor.page.locator(".grab output:empty").wait_for(state="attached")
    visitor.wait_for_headline("All four say 7")


def test_the_journey_follows_a_grabbed_digit_without_the_server(visit):
    visitor = grabbed(visit, path="/?panel=Journey&network=MLP", viewport=DESKTOP)
    journey = visitor.page.locator(".journey[data-drawn]")
    visitor.page.context.set_offline(True)
    before = int(journey.get_attribute("data-read"))
    visitor.page.get_by_role("slider", name="Turn").press("PageUp")
    visitor.page.wait_for_function("b => Number(document.querySelector('.journey').dataset.read) > b", arg=before)
    visitor.page.context.set_offline(False)
