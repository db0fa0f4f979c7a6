"""The panels and the other ways in, as visitors meet them in a real Chromium: by mouse, by keyboard, by a link."""

from __future__ import annotations

import csv
import io

import pytest
from PIL import Image

from tests.browser.driver import DESKTOP, PHONE
from tests.drawings import photo, placed

# The panel, what to choose in it, and some text or an element that then is there.
STEPS = [
    ("Inside", "", "After hidden layer 1"),
    ("", "CNN", "After convolution 3"),
    ("", "RNN", "state after that row"),
    ("", "ResNet", "Stage 3"),
    ("Which ink?", "", "The ink is covered"),
    ("", "Gradient", "A little more ink there"),
    ("Poke it", "", "More than half sure"),
    ("", "Noise", "More than half sure"),
    ("", "Erase rows", "More than half sure"),
    ("Confidence", "", "Averaged, they say 6"),
    ("Summaries", "", "Total params"),
    ("", "MLP", "784 × 256 + 256 = 200,960"),
    ("", "ResNet", "274,154"),
    ("Why did it fail?", "", "cut out and centred"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("viewport", "phone"), [(DESKTOP, False), (PHONE, True)], ids=["projector", "phone"])
def test_every_panel_opens(visit, viewport, phone, theme):
    visitor = visit(viewport, phone=phone, theme=theme)
    visitor.draw(placed(6))
    visitor.wait_for_answer()
    for panel, choice, text in STEPS:
        visitor.open_panel(panel or choice)
        visitor.page.get_by_text(text).last.wait_for()
        assert visitor.page.get_by_test_id("stException").count() == 0, (panel, choice)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], (panel, choice)


def test_a_link_carries_the_panel_the_network_and_the_recipe(visit):
    visitor = visit(path="/?panel=Inside&network=RNN&recipe=on+MNIST+alone")
    visitor.draw(placed(3))
    visitor.wait_for_answer()
    visitor.page.get_by_text("state after that row").wait_for()
    assert visitor.page.get_by_role("radio", name="on MNIST alone").is_checked()
    visitor.open_panel("CNN")
    visitor.page.get_by_text("After convolution 3").wait_for()
    assert "network=CNN" in visitor.page.url and "panel=Inside" in visitor.page.url


def test_the_slider_pokes_the_digit_by_keyboard(visit):
    visitor = visit(path="/?panel=Poke+it&poke=Erase+rows")
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    picture = visitor.page.locator(".perturbed img")
    before = picture.get_attribute("src")
    visitor.page.get_by_role("slider", name="Erase rows").focus()
    for _ in range(3):
        visitor.page.keyboard.press("End")
        visitor.page.wait_for_timeout(300)
    visitor.page.wait_for_function("b => document.querySelector('.perturbed img').src !== b", arg=before)
    assert visitor.page.locator(".perturbed li").count() == 4


def test_a_sample_is_put_on_the_canvas_by_keyboard_alone(visit):
    visitor = visit()
    visitor.page.get_by_role("button", name="Samples and photos").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("button", name="7 with a bar").focus()
    visitor.page.keyboard.press("Enter")
    assert list(visitor.wait_for_answer().values()).count(7) >= 3
    inked = "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return d.some(v => v) }"
    assert visitor.page.locator("canvas.dc-canvas.lower-canvas").evaluate(inked), "one can go on drawing on it"
    visitor.click("Undo")
    visitor.page.wait_for_timeout(800)
    assert len(visitor.wait_for_answer()) == 4, "its strokes are strokes like any other"


def test_what_is_no_digit_is_said_in_words_and_still_has_its_bars(visit):
    visitor = visit()
    visitor.click("Samples and photos")
    visitor.click("a house")
    assert len(visitor.wait_for_answer()) == 4
    assert visitor.headline().startswith("This may not be a digit · ")
    assert visitor.page.locator(".card.ready .bars li").count() == 40


def upload(visitor, name: str, data: bytes) -> None:
    visitor.click("Samples and photos")
    field = visitor.page.locator("[data-testid=stFileUploaderDropzone] input, [data-testid=stFileUploader] input").first
    field.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})


def test_a_photo_is_read_and_clear_brings_the_canvas_back(visit):
    visitor = visit()
    upload(visitor, "four.jpg", photo(4))
    assert list(visitor.wait_for_answer().values()).count(4) >= 3
    visitor.page.get_by_alt_text("the digit read from your photo").wait_for()
    visitor.click("Clear")
    visitor.canvas.wait_for()
    visitor.wait_for_invitation()
    visitor.draw(placed(3))
    assert list(visitor.wait_for_answer().values()).count(3) >= 3


def test_a_bad_photo_gets_one_clear_sentence_and_loses_nothing(visit):
    visitor = visit()
    visitor.draw(placed(5))
    before = visitor.wait_for_answer()
    upload(visitor, "letter.png", b"%PDF-1.7 this is no picture")
    visitor.page.get_by_test_id("stAlert").wait_for()
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert visitor.wait_for_answer() == before


def test_the_history_keeps_each_drawing_and_can_be_taken_home(visit):
    visitor = visit(path="/?panel=Confidence")
    visitor.draw(placed(7))
    visitor.wait_for_answer()
    visitor.page.locator(".st-key-meant-0").get_by_text("7", exact=True).click()
    visitor.page.get_by_text("Correct, where you told the digit").wait_for()
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.page.wait_for_timeout(500)  # for the new canvas to take the hand
    visitor.draw(placed(2))
    visitor.wait_for_answer()
    with visitor.page.expect_download() as download:
        visitor.click("Save as CSV")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [(row["drawing"], row["meant"], row["cnn_answer"]) for row in rows] == [("1", "7", "7"), ("2", "", "2")]
    with visitor.page.expect_download() as download:
        visitor.click("Save as PNG")
    assert Image.open(download.value.path()).format == "PNG"
