"""The panels, samples and photos in a real Chromium: by mouse, by keyboard and by link."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.driver import DESKTOP, PHONE, SMALL_PHONE
from tests.digits.test_photo import saved, sheet
from tests.drawings import placed

pytestmark = pytest.mark.slow

# The panel, the choice in it, and a text that must then be visible.
STEPS = [
    ("Which ink?", "", "The ink is covered"),
    ("How it is built", "", "269,322"),
    ("", "ResNet", "274,154"),
]


@pytest.mark.parametrize(
    ("viewport", "phone", "theme"),
    [
        pytest.param(DESKTOP, False, "light", id="projector", marks=pytest.mark.nightly),
        pytest.param(PHONE, True, "dark", id="phone, dark"),
    ],
)
def test_every_panel_opens(visit, viewport, phone, theme):
    visitor = visit(viewport, phone=phone, theme=theme)
    visitor.draw(placed(6))
    visitor.wait_for_answer()
    for panel, choice, text in STEPS:
        visitor.open_panel(panel or choice)
        visitor.page.get_by_text(text).filter(visible=True).first.wait_for(timeout=90_000)
        assert visitor.page.get_by_test_id("stException").count() == 0, (panel, choice)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], (panel, choice)


def test_a_link_carries_the_panel_the_network_and_the_recipe(visit):
    visitor = visit(path="/?panel=Journey&network=RNN&recipe=on+MNIST+alone")
    visitor.draw(placed(3))
    visitor.wait_for_answer()
    visitor.page.locator(".journey[data-network=rnn][data-drawn]").wait_for()
    visitor.click("Networks")
    assert visitor.page.get_by_role("radio", name="on MNIST alone").is_checked()
    visitor.page.keyboard.press("Escape")
    visitor.open_panel("CNN")
    visitor.page.locator(".journey[data-network=cnn][data-drawn]").wait_for()
    assert "network=CNN" in visitor.page.url and "panel=Journey" in visitor.page.url


def test_links_with_earlier_names_open_what_took_their_place_and_the_address_says_so(visit):
    visitor = visit(path="/?panel=Inside&network=ResNet")
    visitor.page.locator(".journey[data-network=resnet][data-drawn]").wait_for()
    assert visitor.page.url.endswith("/?panel=Journey&network=ResNet")
    visitor.page.goto(visitor.page.url.replace("Journey", "Summaries"))
    visitor.page.locator(".st-key-opened").get_by_text("274,154").first.wait_for(timeout=60_000)
    assert visitor.page.url.endswith("/?panel=How+it+is+built&network=ResNet")


def test_a_sample_is_put_on_the_canvas_by_keyboard_alone(visit):
    visitor = visit()
    visitor.page.get_by_role("button", name="Samples and photos").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("button", name="7 with a bar").focus()
    visitor.page.keyboard.press("Enter")
    assert list(visitor.wait_for_answer().values()).count(7) >= 3
    assert visitor.page.locator("img.background").count() == 2, "the sample is on the canvas, for more strokes"
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    assert len(visitor.wait_for_answer()) == 4, "its strokes can be undone like any other"


def test_a_non_digit_is_flagged_and_still_has_its_bars(visit):
    visitor = visit()
    visitor.click("Samples and photos")
    visitor.click("a house")
    assert len(visitor.wait_for_answer()) == 4
    assert visitor.headline() == "Not a digit?"
    assert visitor.page.locator(".details.doubted .bars li").count() == 40


def upload(visitor, name: str, data: bytes) -> None:
    visitor.click("Samples and photos")
    field = visitor.page.locator("[data-testid=stFileUploaderDropzone] input, [data-testid=stFileUploader] input").first
    field.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})


# Whether the last line of an element's words can be seen without scrolling, below nothing else.
SEEN_FROM_THE_TOP = """element => {
  document.querySelector(".stMain").scrollTop = 0;
  scrollTo(0, 0);
  const box = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(box.left + 20, box.bottom - 6));
}"""


def test_a_photo_on_a_phone_shows_its_warning_its_other_line_and_its_other_side_and_clear_brings_the_canvas_back(visit):
    visitor = visit(SMALL_PHONE, phone=True)
    minus = np.array([(5.0, 72), (24, 72)])
    upload(visitor, "two_lines.png", saved(sheet(["52", "208"], extra=(minus,))))
    visitor.wait_for_headline("52")
    visitor.page.get_by_alt_text("your photo, with a box around each digit that was read: 5").wait_for()
    warning = visitor.page.locator(".st-key-explained").get_by_text("More ink on this line was not read")
    assert warning.evaluate(SEEN_FROM_THE_TOP)
    visitor.click("Line 2, 3 digits")
    visitor.wait_for_headline("208")
    warning.wait_for(state="hidden")
    visitor.click("Line 1, 2 digits")
    visitor.wait_for_headline("52")
    sheet_before = visitor.page.locator(".photo.sheet").get_attribute("src")
    visitor.click("Turn the photo")
    visitor.page.wait_for_function("before => document.querySelector('.photo.sheet')?.src !== before", arg=sheet_before)
    visitor.click("Clear")
    visitor.canvas.wait_for()
    visitor.wait_for_invitation()
    visitor.canvas.scroll_into_view_if_needed()
    visitor.draw_by_touch(placed(3))
    assert list(visitor.wait_for_answer().values()).count(3) >= 3


def test_an_unreadable_photo_gets_a_sentence_in_the_answers_place_and_keeps_the_drawing(visit):
    visitor = visit()
    visitor.draw(placed(1))
    visitor.wait_for_answer()
    upload(visitor, "letter.png", b"%PDF-1.7 this is no picture")
    assert visitor.wait_for_invitation().startswith("Expected a photo as JPEG")
    assert visitor.page.get_by_test_id("stException").count() == 0
    visitor.draw([np.array([(90, 252), (190, 252)])])
    assert list(visitor.wait_for_answer().values()).count(1) >= 3, "the next stroke is added to the drawing"


def test_back_in_the_browser_closes_a_panel(visit):
    visitor = visit()
    visitor.draw(placed(4))
    visitor.wait_for_answer()
    visitor.open_panel("Which ink?")
    visitor.page.locator(".importance[data-settled=true]").wait_for()
    visitor.open_panel("Bars")
    visitor.page.locator(".details .bars").first.wait_for()
    assert "panel=" not in visitor.page.url
    visitor.open_panel("How it is built")
    visitor.page.get_by_text("269,322").last.wait_for()
    visitor.page.go_back()
    visitor.page.locator(".details").wait_for()
    visitor.page.locator(".st-key-opened").wait_for(state="detached")
    assert len(visitor.wait_for_answer()) == 4, "the drawing is still there"


@pytest.mark.parametrize(("viewport", "phone"), [(DESKTOP, False), (PHONE, True)], ids=["projector", "phone"])
def test_a_panel_opens_in_sight(visit, viewport, phone):
    visitor = visit(viewport, phone=phone)
    visitor.draw(placed(6))
    visitor.wait_for_answer()
    visitor.open_panel("Journey")
    picture = visitor.page.get_by_role("application", name="Journey of your drawing through the MLP")
    picture.wait_for()
    visitor.page.wait_for_timeout(1000)
    assert 0 <= picture.bounding_box()["y"] < viewport["height"] - 60
    if not phone:
        visitor.page.mouse.wheel(0, 3000)
        visitor.page.wait_for_timeout(500)
        box = visitor.canvas.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= viewport["height"], "the canvas stays in sight"
