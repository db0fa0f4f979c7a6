"""Numbers of several digits, drawn in a real Chromium."""

from __future__ import annotations

import pytest

from models import NETWORKS
from tests.browser.driver import PHONE, link_to
from tests.drawings import placed

FOUR, TWO = placed(4, 110, 10, 80), placed(2, 110, 150, 80)


@pytest.mark.slow
def test_two_digits_drawn_with_the_mouse_are_read_as_a_number(visit):
    visitor = visit()
    visitor.draw([*FOUR, *TWO])
    visitor.page.locator(".answers.number").wait_for(timeout=90_000)
    visitor.page.wait_for_timeout(600)
    assert visitor.headline().endswith("read 42")
    choices = visitor.page.locator(".st-key-number button")
    assert choices.count() == 2 and choices.locator("img").count() == 2
    choices.nth(1).click()
    visitor.page.locator('.bars[data-network="cnn"] li.best i', has_text="2").wait_for(timeout=30_000)
    visitor.click("Clear")
    assert "Draw a digit" in visitor.wait_for_invitation()


@pytest.mark.slow
@pytest.mark.parametrize("viewport", [{"width": 360, "height": 640}, PHONE], ids=["360", "390"])
def test_on_a_phone_a_second_digit_leaves_everything_above_the_pages_in_its_place(visit, viewport):
    visitor = visit(viewport, phone=True)

    def places() -> list[dict[str, float]]:
        parts = (".st-key-canvas", ".answers", ".st-key-brush", ".st-key-undo", ".st-key-clear")
        return [visitor.page.locator(part).first.bounding_box() for part in parts]

    visitor.draw_by_touch(FOUR)
    visitor.wait_for_answer()
    before = places()
    pages = visitor.page.locator(".st-key-pages").bounding_box()
    assert all(place["y"] + place["height"] <= pages["y"] for place in before), "Undo and Clear can be touched"
    visitor.draw_by_touch(TWO)
    visitor.page.locator(".answers.number").wait_for(timeout=60_000)
    assert visitor.headline().endswith("read 42")
    assert places() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "panel"), [((), ""), (tuple(NETWORKS), "How sure")], ids=["bars of four", "panel under ten"]
)
@pytest.mark.parametrize("viewport", [{"width": 1024, "height": 768}, {"width": 1280, "height": 720}], ids=str)
def test_beside_the_canvas_a_second_digit_moves_nothing_and_no_name_is_cut_off(visit, viewport, keys, panel):
    visitor = visit(viewport, path=f"{link_to(keys)}&panel={panel}" if panel else "/")
    names = "[...document.querySelectorAll('.card h3')].every(name => name.scrollWidth <= name.clientWidth)"

    def places() -> list[tuple[float, float]]:
        parts = (".st-key-canvas", ".st-key-beside", ".st-key-opened" if panel else ".details")
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
