"""The journey in a real Chromium: it moves while one draws, and what is pointed at shows its own sum."""

from __future__ import annotations

import pytest

from tests.browser.driver import DESKTOP
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
CHECK = """() => {
  const { sum, value } = document.querySelector(".journey").dataset;
  return [Number(sum), Number(value)];
}"""


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


@pytest.mark.parametrize("network", ["MLP", "CNN", "ResNet"])
def test_what_is_pointed_at_shows_a_sum_that_is_the_units_value(visit, network):
    visitor = journey(visit, network)
    visitor.draw(placed(4))
    visitor.wait_for_answer()
    box = visitor.page.locator(PICTURE).bounding_box()
    looked = set()
    for x in range(1, 10):
        for y in (0.45, 0.6, 0.7):
            visitor.page.mouse.move(box["x"] + box["width"] * x / 10, box["y"] + box["height"] * y)
            visitor.page.wait_for_timeout(60)
            total, value = visitor.page.evaluate(CHECK)
            assert max(0, total) == pytest.approx(value, abs=1e-4)
            looked.add(value)
    assert len(looked) > 3


def focused(visit, network, digit):
    """The visitor with a digit drawn and the keyboard in the panel, and the line that says where it is."""
    visitor = journey(visit, network)
    visitor.draw(placed(digit))
    visitor.wait_for_answer()
    visitor.page.get_by_role("application").focus()
    return visitor, visitor.page.locator(".journey-said").first


def test_keys_reach_values_and_they_are_said(visit):
    visitor, said = focused(visit, "MLP", 3)
    for key in ("]", "]", "ArrowRight"):
        visitor.page.keyboard.press(key)
    visitor.page.wait_for_timeout(400)
    first = said.inner_text()
    assert "bias" in first and "ReLU" in first
    visitor.page.keyboard.press("ArrowDown")
    visitor.page.wait_for_timeout(400)
    assert said.inner_text() != first


def test_a_head_chooses_its_network(visit):
    visitor = journey(visit, "MLP", viewport=DESKTOP)
    visitor.page.get_by_role("radio", name="RNN").click()
    visitor.page.locator(".journey[data-network=rnn][data-drawn]").wait_for()
    box = visitor.page.locator(".card[data-network=resnet]").bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.page.locator(".journey[data-network=resnet][data-drawn]").wait_for()
    assert "network=ResNet" in visitor.page.url


def test_the_rows_of_the_rnn_are_uncovered_by_keys_and_by_play(visit):
    visitor, said = focused(visit, "RNN", 7)
    for _ in range(8):
        visitor.page.keyboard.press("ArrowUp")
    visitor.page.wait_for_timeout(400)
    assert said.inner_text().startswith("After row 20 of 28")
    before = visitor.page.evaluate(PIXELS)
    visitor.click("Play")
    visitor.page.wait_for_timeout(700)
    assert visitor.page.evaluate(PIXELS) != before
    assert visitor.page.get_by_role("button", name="Play", exact=True).get_attribute("aria-pressed") == "true"
