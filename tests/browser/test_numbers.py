"""Numbers of several digits in a real Chromium, on the square canvas and on the wide one."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from models import NETWORKS
from tests.browser.driver import DESKTOP, PHONE, SMALL_PHONE, Visitor, link_to
from tests.drawings import placed

pytestmark = pytest.mark.slow

FOUR, TWO = placed(4, 110, 10, 80), placed(2, 110, 150, 80)
PLACES = (20, 150, 280, 410)  # where the digits of 2026 begin, in units of the canvas
SIZE = "canvas => [canvas.width, canvas.height]"
TABLET = {"width": 1024, "height": 768}


def written(digit: int, place: int) -> list[np.ndarray]:
    """The strokes of one digit of 2026."""
    return placed(digit, 110, PLACES[place], 85)


def widen(visitor: Visitor) -> None:
    """Press the toggle, and wait until the canvas is wide."""
    visitor.page.locator(".st-key-wide label").click()
    wait_for_width(visitor, 560)


def wait_for_width(visitor: Visitor, width: int) -> None:
    upper = "document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot.querySelector('.upper-canvas')"
    visitor.page.wait_for_function(f"() => ({SIZE})({upper})[0] === {width}", timeout=20_000)


def test_two_digits_are_read_as_a_number_and_each_can_be_looked_at(visit):
    visitor = visit()
    visitor.draw([*FOUR, *TWO])
    visitor.wait_for_headline("All four read 42")
    confidences = visitor.page.locator(".card.ready .answer span").all_inner_texts()
    assert len(confidences) == 4 and all(words.endswith("% product") for words in confidences)
    choices = visitor.page.locator(".st-key-number button")
    expect(choices).to_have_count(2)  # after the verdict, and after those of the run before
    assert choices.count() == 2 and choices.locator("img").count() == 2
    choices.nth(1).click()
    visitor.page.locator('.bars[data-network="cnn"] li.best i', has_text="2").wait_for(timeout=30_000)
    visitor.click("Clear")
    assert "Draw a digit" in visitor.wait_for_invitation()


@pytest.mark.parametrize("viewport", [SMALL_PHONE, pytest.param(PHONE, marks=pytest.mark.nightly)], ids=["360", "390"])
def test_on_a_phone_a_second_digit_leaves_everything_above_the_pages_in_its_place(visit, viewport):
    visitor = visit(viewport, phone=True)
    assert not visitor.page.locator(".st-key-wide").is_visible()

    def places() -> list[dict[str, float]]:
        parts = (".st-key-canvas", ".answers", ".st-key-brush", ".st-key-undo", ".st-key-clear")
        return [visitor.page.locator(part).first.bounding_box() for part in parts]

    visitor.draw_by_touch(FOUR)
    visitor.wait_for_answer()
    before = places()
    pages = visitor.page.locator(".st-key-pages").bounding_box()
    assert all(place["y"] + place["height"] <= pages["y"] for place in before), "Undo and Clear can be touched"
    visitor.draw_by_touch(TWO)
    visitor.wait_for_headline("read 42")
    assert places() == before


@pytest.mark.parametrize(
    ("viewport", "keys", "panel"),
    [
        pytest.param(TABLET, tuple(NETWORKS), "How it is built", id="1024, panel under ten"),
        pytest.param(DESKTOP, (), "", id="1280, bars of four"),
        pytest.param(TABLET, (), "", id="1024, bars of four", marks=pytest.mark.nightly),
        pytest.param(
            DESKTOP, tuple(NETWORKS), "How it is built", id="1280, panel under ten", marks=pytest.mark.nightly
        ),
    ],
)
def test_beside_the_canvas_a_second_digit_moves_nothing_and_no_name_is_cut_off(visit, viewport, keys, panel):
    visitor = visit(viewport, path=f"{link_to(keys)}&panel={panel}" if panel else "/")
    names = "[...document.querySelectorAll('.card h3')].every(name => name.scrollWidth <= name.clientWidth)"

    def places() -> list[tuple[float, float]]:
        parts = (".st-key-canvas", ".heads", ".st-key-opened" if panel else ".details")
        boxes = [visitor.page.locator(part).first.bounding_box() for part in parts]
        return [(round(box["x"]), round(box["y"])) for box in boxes]

    visitor.draw(FOUR)
    visitor.wait_for_answer()
    before = places()
    assert visitor.page.evaluate(names)
    visitor.draw(TWO)
    visitor.page.locator(".answers.number").wait_for(timeout=60_000)
    visitor.page.wait_for_timeout(600)
    assert places() == before
    assert visitor.page.evaluate(names)


@pytest.mark.parametrize(
    "size",
    [DESKTOP, *(pytest.param(size, marks=pytest.mark.nightly) for size in ({"width": 1920, "height": 1080}, TABLET))],
    ids=str,
)
def test_the_wide_canvas_keeps_its_strokes_and_its_width_until_it_is_cleared(visit, size):
    visitor = visit(size)
    visitor.draw(written(2, 0))
    visitor.wait_for_headline("All four say 2")
    before = visitor.ink()
    widen(visitor)
    box = visitor.canvas.bounding_box()
    assert box["width"] == pytest.approx(2 * box["height"], abs=2) and box["x"] + box["width"] < 0.6 * size["width"]
    assert visitor.ink() == before, "the stroke is still there"
    for digit, place in ((0, 1), (2, 2), (6, 3)):
        visitor.draw(written(digit, place))
    visitor.wait_for_headline("All four read 2026")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    drawn = visitor.ink()
    visitor.page.locator(".st-key-wide label").click()
    visitor.page.wait_for_timeout(1500)
    assert visitor.canvas.evaluate(SIZE) == [560, 280] and visitor.ink() == drawn, "there is ink on its right half"
    visitor.click("Clear")
    visitor.wait_for_invitation()
    wait_for_width(visitor, 280)  # the server narrows it
    visitor.draw(placed(7))
    visitor.wait_for_headline("All four say 7")


def test_on_the_wide_canvas_clear_undo_and_keys_act_at_once_and_lose_no_stroke(visit):
    visitor = visit()
    widen(visitor)
    visitor.draw([*written(2, 0), *written(0, 3)])
    visitor.wait_for_headline("All four read 20")
    visitor.page.locator(".st-key-undo button").evaluate("button => button.click()")
    visitor.wait_for_headline("All four say 2")
    for digit in (7, 1):
        visitor.page.locator(".st-key-clear button").click()
        visitor.draw(written(digit, 3))  # at once, before the server has seen the canvas empty
        visitor.wait_for_headline(f"All four say {digit}")
    visitor.canvas.focus()
    visitor.page.keyboard.press("7")
    visitor.wait_for_headline("All four say 7")
    assert visitor.canvas.evaluate(SIZE) == [560, 280]


def test_a_number_is_still_there_after_a_look_at_another_page_and_a_reload_begins_anew(visit):
    visitor = visit()
    widen(visitor)
    visitor.draw([*written(2, 0), *written(6, 3)])
    visitor.wait_for_headline("All four read 26")
    visitor.go_to("Evidence")
    visitor.page.get_by_role("heading", name="Evidence", exact=True).wait_for()
    visitor.go_to("Draw")
    visitor.wait_for_headline("All four read 26")
    assert visitor.canvas.evaluate(SIZE) == [560, 280]
    visitor.draw(written(0, 1))
    visitor.wait_for_headline("All four read 206")
    visitor.page.reload()
    visitor.canvas.wait_for(timeout=60_000)
    visitor.wait_for_invitation()
    wait_for_width(visitor, 280)  # the server narrows it
