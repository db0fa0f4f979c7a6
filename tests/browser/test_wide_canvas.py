"""The wide canvas in a real Chromium: a number is written on it, and nothing that is drawn gets lost by a change."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.driver import PHONE, Visitor
from tests.drawings import placed

PLACES = (20, 150, 280, 410)  # where the digits of 2026 begin, in units of the canvas
SIZE = "canvas => [canvas.width, canvas.height]"
INK = (
    "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((v, i) => i % 4 === 3 && v).length"
)


def written(digit: int, place: int) -> list[np.ndarray]:
    """The strokes of one digit of 2026."""
    return placed(digit, 110, PLACES[place], 85)


def widen(visitor: Visitor, width: int) -> None:
    """Presses the toggle, and waits until the canvas is so many units wide."""
    visitor.page.locator(".st-key-wide label").click()
    visitor.page.wait_for_function(
        f"({SIZE})(document.querySelector('[data-testid=stBidiComponentIsolated]')"
        f".shadowRoot.querySelector('canvas.upper-canvas'))[0] === {width}",
        timeout=20_000,
    )


def reads(visitor: Visitor, words: str) -> None:
    visitor.page.get_by_role("heading", name=words).wait_for(timeout=30_000)


def ink(visitor: Visitor) -> int:
    """How many pixels of the canvas are drawn on."""
    return visitor.page.locator("canvas.dc-canvas.lower-canvas").evaluate(INK)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1024, 768)], ids="{0[0]}x{0[1]}".format)
def test_a_number_is_written_on_the_wide_canvas_which_stays_so_until_it_is_cleared(visit, size):
    visitor = visit(dict(zip(("width", "height"), size, strict=True)))
    visitor.draw(written(2, 0))
    reads(visitor, "All four say 2")
    before = ink(visitor)
    widen(visitor, 560)
    box = visitor.canvas.bounding_box()
    assert box["width"] == pytest.approx(2 * box["height"], abs=2) and box["x"] + box["width"] < 0.6 * size[0]
    assert ink(visitor) == before, "the stroke is still there"
    for digit, place in ((0, 1), (2, 2), (6, 3)):
        visitor.draw(written(digit, place))
    reads(visitor, "All four read 2026")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    drawn = ink(visitor)
    visitor.page.locator(".st-key-wide label").click()
    visitor.page.wait_for_timeout(1500)
    assert visitor.canvas.evaluate(SIZE) == [560, 280] and ink(visitor) == drawn, "there is ink on its right half"
    visitor.click("Clear")
    visitor.wait_for_invitation()
    assert visitor.canvas.evaluate(SIZE) == [280, 280]
    visitor.draw(placed(7))
    reads(visitor, "All four say 7")


@pytest.mark.slow
def test_on_the_wide_canvas_clear_and_undo_act_at_once_and_lose_no_stroke(visit):
    visitor = visit()
    widen(visitor, 560)
    visitor.draw([*written(2, 0), *written(0, 3)])
    reads(visitor, "All four read 20")
    visitor.page.locator(".st-key-undo button").evaluate("button => button.click()")
    reads(visitor, "All four say 2")
    for digit in (7, 1, 7):
        visitor.page.locator(".st-key-clear button").click()
        visitor.draw(written(digit, 3))  # at once, before the server has seen the canvas empty
        reads(visitor, f"All four say {digit}")
    assert visitor.canvas.evaluate(SIZE) == [560, 280]


@pytest.mark.slow
def test_a_number_is_still_there_after_a_look_at_another_page_and_a_reload_begins_anew(visit):
    visitor = visit()
    widen(visitor, 560)
    visitor.draw([*written(2, 0), *written(6, 3)])
    reads(visitor, "All four read 26")
    visitor.page.get_by_role("link", name="Evidence").first.click()
    visitor.page.get_by_role("heading", name="Evidence", exact=True).wait_for()
    visitor.page.get_by_role("link", name="Draw").first.click()
    reads(visitor, "All four read 26")
    assert visitor.canvas.evaluate(SIZE) == [560, 280]
    visitor.draw(written(0, 1))
    reads(visitor, "All four read 206")
    visitor.page.reload()
    visitor.canvas.wait_for(timeout=60_000)
    visitor.wait_for_invitation()
    assert visitor.canvas.evaluate(SIZE) == [280, 280]


@pytest.mark.slow
def test_a_key_writes_a_sample_of_the_same_shape_on_the_wide_canvas(visit):
    visitor = visit()
    widen(visitor, 560)
    visitor.canvas.focus()
    visitor.page.keyboard.press("7")
    reads(visitor, "All four say 7")


@pytest.mark.parametrize(
    "size", [PHONE, pytest.param({"width": 820, "height": 1180}, marks=pytest.mark.slow)], ids=["phone", "tablet"]
)
def test_where_the_window_is_narrow_no_wide_canvas_is_offered(visit, size):
    visitor = visit(size)
    visitor.wait_for_invitation()
    assert not visitor.page.locator(".st-key-wide").is_visible()
    assert all(visitor.page.get_by_role("button", name=name).is_visible() for name in ("Undo", "Clear"))
