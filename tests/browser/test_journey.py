"""The journey in a real Chromium: it moves with the pen, and what is pointed at shows its own sum."""

from __future__ import annotations

import pytest

from tests.browser.driver import PROJECTOR, SMALL_PHONE
from tests.browser.test_accessibility import problems
from tests.drawings import placed

pytestmark = pytest.mark.slow

PICTURE = ".journey canvas"
PIXELS = f"""() => {{
  const canvas = document.querySelector("{PICTURE}"), {{ width, height }} = canvas;
  const {{ data }} = canvas.getContext("2d").getImageData(0, 0, width, height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {{
    sum = (sum * 31 + data[i] + 7 * data[i + 1] + 13 * data[i + 2]) % 1e9;
  }}
  return sum;
}}"""
SAID = "document.querySelector('.journey-said')"
CHECK = """() => {
  const { sum, value } = document.querySelector(".journey").dataset;
  return [Number(sum), Number(value)];
}"""


PARTS = {
    "mlp": {"pixel", "unit1", "unit2", "output"},
    "cnn": {"pixel", "conv_1", "pool_1", "conv_2", "pool_2", "conv_3", "all", "output"},
    "rnn": {"row", "state", "output"},
    "resnet": {"pixel", "mosaic", "block", "average", "output"},
}


def journey(visit, network: str, **how):
    visitor = visit(path=f"/?panel=Journey&network={network}", **how)
    visitor.page.locator(".journey[data-drawn]").wait_for()
    return visitor


def test_the_picture_changes_while_the_pen_is_down(visit):
    visitor = journey(visit, "CNN")
    points = visitor.on_screen(placed(7)[0])
    visitor.page.mouse.move(*points[0])
    visitor.page.mouse.down()
    seen = set()
    for place, point in enumerate(points[1:]):
        visitor.page.mouse.move(*point)
        if place % 12 == 11:
            visitor.page.wait_for_timeout(150)
            seen.add(visitor.page.evaluate(PIXELS))
    assert len(seen) >= 3, "each part of the stroke is seen before the pen is up"
    visitor.page.mouse.up()


def test_what_is_pointed_at_shows_a_sum_that_is_the_units_value(visit):
    visitor = journey(visit, "MLP")
    visitor.draw(placed(4))
    visitor.wait_for_answer()
    for key in ("mlp", "cnn", "resnet"):
        choose(visitor, key)
        box = visitor.page.locator(PICTURE).bounding_box()
        looked = set()
        for x in range(1, 10):
            for y in (0.37, 0.5, 0.6, 0.7):
                visitor.page.mouse.move(box["x"] + box["width"] * x / 10, box["y"] + box["height"] * y)
                visitor.page.wait_for_timeout(60)
                total, value = visitor.page.evaluate(CHECK)
                assert max(0, total) == pytest.approx(value, abs=1e-4), key
                looked.add(value)
        assert len(looked) > 3, key


def choose(visitor, key: str) -> None:
    """Choose a network by its head."""
    box = visitor.page.locator(f".card[data-network={key}]").bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.page.locator(f".journey[data-network={key}][data-drawn]").wait_for()
    visitor.page.wait_for_timeout(300)


def focused(visit, network, digit):
    """The visitor with a digit drawn and the keyboard in the panel, and the line that says where it is."""
    visitor = journey(visit, network)
    visitor.draw(placed(digit))
    visitor.wait_for_answer()
    visitor.page.get_by_role("application").focus()
    return visitor, visitor.page.locator(".journey-said").first


def test_a_head_chooses_its_network_and_the_keyboard_reaches_every_part_whose_value_is_said(visit):
    visitor, said = focused(visit, "MLP", 3)
    part = visitor.page.locator(".journey")
    for key, parts in PARTS.items():
        choose(visitor, key)
        visitor.page.get_by_role("application").focus()
        words = {}
        for _ in range(120):
            visitor.page.keyboard.press("]")
            visitor.page.wait_for_timeout(40)
            kind = part.get_attribute("data-part")
            if kind and kind not in words:
                visitor.page.wait_for_function(f"part => {SAID}.dataset.part === part", arg=kind)
                words[kind] = said.inner_text()
            if parts <= set(words):
                break
        assert set(words) == parts
        assert not any(said.startswith("It says") or not said for said in words.values()), words
        assert len(set(words.values())) == len(words), "each part says its own value"
    assert "network=ResNet" in visitor.page.url


def test_the_rows_of_the_rnn_are_uncovered_by_keys_and_by_play(visit):
    visitor, said = focused(visit, "RNN", 7)
    for _ in range(8):
        visitor.page.keyboard.press("ArrowUp")
    visitor.page.wait_for_timeout(400)
    assert said.inner_text().startswith("After row 20 of 28")
    before = visitor.page.evaluate(PIXELS)
    visitor.click("Play it")
    visitor.page.wait_for_timeout(700)
    assert visitor.page.evaluate(PIXELS) != before
    assert visitor.page.get_by_role("button", name="Play it", exact=True).get_attribute("aria-pressed") == "true"


def test_where_motion_is_not_wanted_play_takes_one_step_and_says_it(visit):
    visitor = journey(visit, "RNN", reduced_motion="reduce")
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    said = visitor.page.locator(".journey-said").first
    for row in (1, 2):
        visitor.click("Play it")
        visitor.page.wait_for_timeout(700)
        assert said.inner_text().startswith(f"After row {row} of 28")
    before = visitor.page.evaluate(PIXELS)
    visitor.page.wait_for_timeout(600)
    assert visitor.page.evaluate(PIXELS) == before


def test_on_a_phone_the_journey_fills_the_window_and_one_draws_on_in_it(visit):
    visitor = journey(visit, "CNN", viewport=SMALL_PHONE, phone=True)
    page = visitor.page
    assert page.locator("html[data-journey-full]").count() == 1
    box = visitor.canvas.bounding_box()
    assert 80 < box["width"] < 130, "the canvas is small"
    visitor.draw_by_touch(placed(7))
    visitor.wait_for_headline("All four say 7")
    picture = page.locator(PICTURE).bounding_box()
    assert picture["y"] + picture["height"] <= 640 and picture["x"] + picture["width"] <= 360, "the picture is whole"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("radio", name="RNN").tap()
    page.locator(".journey[data-network=rnn][data-drawn]").wait_for()
    page.get_by_role("button", name="Clear", exact=True).tap()
    visitor.wait_for_headline("Draw a digit")
    visitor.draw_by_touch(placed(3))
    visitor.wait_for_headline("All four say 3")
    page.get_by_role("button", name="Close the journey").tap()
    page.locator(".journey").wait_for(state="detached")
    assert visitor.canvas.bounding_box()["width"] > 300
    visitor.open_panel("Journey")
    page.locator("html[data-journey-full]").wait_for(state="attached")
    page.go_back()
    page.locator("html[data-journey-full]").wait_for(state="detached")


def test_the_journey_fills_the_window_in_front_of_a_class_until_escape(visit):
    visitor = journey(visit, "ResNet", viewport=PROJECTOR)
    visitor.draw(placed(4))
    visitor.wait_for_answer()
    visitor.click("Fill the window")
    visitor.page.wait_for_timeout(300)
    assert visitor.page.locator(PICTURE).bounding_box()["height"] > 900
    assert visitor.page.locator(".answers h2").bounding_box()["height"] > 40
    assert visitor.page.locator(".stAppHeader").is_hidden()
    assert problems(visitor) == []
    visitor.page.keyboard.press("Escape")
    visitor.page.locator("html[data-journey-full]").wait_for(state="detached")
    assert visitor.page.locator(".journey").count() == 1
