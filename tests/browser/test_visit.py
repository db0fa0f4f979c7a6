"""What a visit keeps, Play, the sweep of a panel, and the page on a slide, in a real Chromium."""

from __future__ import annotations

import csv
import io

import pytest
from PIL import Image

from tests.drawings import placed

# The panel, the choice in it, and a text that must then be visible.


@pytest.mark.slow
def test_the_history_has_each_drawing_and_can_be_saved(visit):
    visitor = visit(path="/?panel=Confidence")
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    visitor.click("Yes, right")
    visitor.page.get_by_text("Correct, where you told the digit").wait_for()
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.draw(placed(2))
    visitor.wait_for_answer()
    with visitor.page.expect_download() as download:
        visitor.click("Save as CSV")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [(row["drawing"], row["meant"], row["cnn_answer"]) for row in rows] == [("1", "7", "7"), ("2", "", "2")]
    with visitor.page.expect_download() as download:
        visitor.click("Save as PNG")
    assert Image.open(download.value.path()).format == "PNG"


@pytest.mark.slow
def test_drawings_and_scores_survive_a_reload_in_the_same_browser(visit):
    visitor = visit()
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    visitor.click("Yes, right")
    visitor.page.get_by_role("button", name="You meant 7").wait_for()
    visitor.page.wait_for_timeout(800)  # for the browser to keep it
    visitor.page.goto(visitor.page.url.rstrip("/") + "/?panel=Confidence")
    visitor.page.get_by_text("Correct, where you told the digit").wait_for()
    assert "MLP 1 of 1" in visitor.page.get_by_text("Correct, where you told the digit").inner_text()


def test_play_asks_for_a_digit_and_counts_it(visit):
    visitor = visit(path="/play")
    visitor.click("Start")
    target = visitor.page.locator(".task b").inner_text()
    visitor.canvas.focus()
    visitor.page.keyboard.press(target)
    visitor.page.locator(".outcome", has_text=f"Yes, a {target}").wait_for()
    visitor.click("Next digit")
    visitor.page.wait_for_function("before => document.querySelector('.task b').textContent !== before", arg=target)


@pytest.mark.slow
def test_the_sweep_moves_the_slider_by_itself_until_it_is_stopped(visit):
    visitor = visit()
    visitor.draw(placed(4))
    visitor.wait_for_answer()
    visitor.open_panel("Poke it")
    slider = visitor.page.get_by_role("slider").last
    visitor.click("Play")
    visitor.page.wait_for_timeout(1500)
    amounts = []
    for _ in range(4):
        visitor.page.wait_for_timeout(900)
        amounts.append(float(slider.input_value()))
    assert amounts == sorted(set(amounts)), "it goes on by itself"
    visitor.click("Stop")
    visitor.page.wait_for_timeout(1000)
    stopped = slider.input_value()
    visitor.page.wait_for_timeout(1500)
    assert slider.input_value() == stopped


@pytest.mark.slow
@pytest.mark.parametrize("size", [(960, 540), (1100, 600)], ids="{0[0]}x{0[1]}".format)
def test_on_a_slide_the_page_has_no_navigation_and_its_canvas_and_answers_fit(visit, size):
    visitor = visit(dict(zip(("width", "height"), size, strict=True)), path="/?embed=true")
    visitor.draw(placed(4))
    visitor.wait_for_answer()
    assert visitor.page.get_by_role("link", name="Evidence").count() == 0
    for part in (
        visitor.canvas,
        visitor.page.locator(".answers"),
        visitor.page.get_by_role("button", name="Clear", exact=True),
    ):
        box = part.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= size[1] and box["x"] + box["width"] <= size[0]
