"""The page without a server: what its folder holds, and that it works from a plain file server, and without any."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from browser.site import __main__ as site
from tests.browser import driver
from tests.browser.engines import Missing, firefox, webkit
from tests.browser.test_engines import Visitor
from tests.drawings import placed
from tests.file_server import serve_files

MAX_FIRST_VISIT = 4_000_000  # bytes, with text compressed as file servers do
COMPRESSED = (".js", ".json", ".css", ".html", "/")


@pytest.fixture(scope="module")
def files():
    return site.contents("https://example.org/")


@pytest.fixture(scope="module")
def folder(files, tmp_path_factory):
    place = tmp_path_factory.mktemp("site")
    site.write(files, place / "below")
    return place


@pytest.fixture
def site_address(folder):
    """The page below its server's root; the server ends with the test."""
    with serve_files(folder) as address:
        yield f"{address}/below/"


def test_a_first_visit_loads_four_networks_the_detector_and_all_modules_in_less_than_4_megabytes(files):
    kept = json.loads(files["files.json"])
    first = {name: files["index.html" if name == "./" else name] for name in kept["first"]}
    assert {name.rsplit("/", 1)[-1] for name in first if name.endswith(".tflite")} == {
        f"{key}.tflite" for key in ("mlp", "cnn", "rnn", "resnet", "outlier")
    }
    sizes = [len(gzip.compress(each)) if name.endswith(COMPRESSED) else len(each) for name, each in first.items()]
    assert sum(sizes) < MAX_FIRST_VISIT
    assert {*kept["first"], *kept["later"]} - {"./"} <= set(files)


def test_every_address_that_the_page_and_its_modules_name_is_in_the_folder(files):
    html = files["index.html"].decode()
    named = re.findall(r'(?:href|src|data-catalog)="([^":]+)"', html)
    catalog = json.loads(files[next(name for name in named if name.endswith(".json"))])
    named += [*catalog["kernels"], catalog["worker"], catalog["detector"]]
    named += [network["url"] for network in catalog["recipes"]["drawn"].values()]
    assert len(named) > 15 and set(named) <= set(files)
    assert 'href="https://example.org/"' in html and "streamlit" not in "".join(files).lower()


def test_a_digit_is_drawn_read_taken_back_and_cleared_and_all_of_it_offline_too(chromium, site_address):
    context = chromium.new_context(viewport=driver.DESKTOP)
    visitor = driver.Visitor(context.new_page(), site_address)
    read_undo_and_clear(visitor)
    visitor.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    assert {request.split("/")[2] for request in visitor.requests if request.startswith("http")} == {
        site_address.split("/")[2]
    }
    context.set_offline(True)
    visitor.draw(placed(3))
    visitor.wait_for_headline("All four say 3")
    visitor.page.reload()
    visitor.wait_for_headline("All four say 3")  # the drawing outlives it
    explain_and_play(visitor)
    assert visitor.errors == []
    choose_a_network_that_is_not_here_yet(visitor)
    context.close()


def read_undo_and_clear(visitor):
    page = visitor.page
    visitor.draw(placed(7))
    visitor.wait_for_headline("All four say 7")
    cards = page.locator(".details [data-network]")
    assert [card.get_attribute("data-network") for card in cards.all()] == ["mlp", "cnn", "rnn", "resnet"]
    assert cards.first.locator(".bar").count() == 10
    assert float(cards.first.locator(".best .bar").get_attribute("style").split(":")[1].strip("% ;")) > 50
    page.get_by_role("button", name="No, I meant").click()
    page.get_by_role("button", name="1", exact=True).click()
    visitor.wait_for_headline("All four are wrong: it is a 1")
    visitor.draw([placed(1)[0]])
    page.get_by_role("heading", name="wrong").wait_for(state="detached")
    visitor.click("Undo")
    visitor.wait_for_headline("All four say 7")
    visitor.click("Clear")
    visitor.wait_for_headline("Draw a digit from 0 to 9")
    visitor.canvas.focus()
    page.keyboard.press("2")
    visitor.wait_for_headline("All four say 2")
    page.keyboard.press("Control+z")
    visitor.click("Clear")
    visitor.wait_for_headline("Draw a digit from 0 to 9")


def explain_and_play(visitor):
    page = visitor.page
    visitor.open_panel("Journey")
    page.locator(".journey[data-network=mlp][data-drawn]").wait_for()
    visitor.open_panel("CNN")
    page.locator(".journey[data-network=cnn][data-drawn]").wait_for()
    visitor.open_panel("Which ink?")
    page.locator(".importance[data-settled=true]").wait_for()
    page.keyboard.press("ArrowRight")  # from the last to the first
    page.locator(".details .best").first.wait_for()
    visitor.click("Grab")
    page.get_by_role("slider", name="Turn").press("End")
    page.locator(".card[data-gave-up]").first.wait_for()
    page.keyboard.press("Escape")
    visitor.click("Play")
    visitor.click("Start")
    task = page.locator("h1.task:has(b)")
    visitor.draw(placed(int(task.inner_text()[-1])))
    page.get_by_text("seconds.").or_(page.get_by_text("Time is up")).wait_for()
    visitor.click("Back to drawing")
    visitor.wait_for_headline("Draw a digit from 0 to 9")


def choose_a_network_that_is_not_here_yet(visitor):
    page = visitor.page
    page.get_by_text("Networks", exact=True).click()
    page.get_by_label("LSTM", exact=True).check()
    page.keyboard.press("Escape")
    visitor.draw(placed(7))
    visitor.wait_for_headline("All four say 7")
    assert "when you are online" in page.locator(".details [data-network=lstm]").inner_text()
    page.context.set_offline(False)
    visitor.wait_for_headline("All five say 7")


@pytest.mark.slow
@pytest.mark.parametrize("browser", [firefox, webkit])
def test_in_the_other_engines_a_digit_is_read_when_the_server_has_ended(browser, folder):
    try:
        with browser() as engine:
            with serve_files(folder) as address:
                visitor = Visitor(engine, f"{address}/below/")
                visitor.draw(placed(7))
                visitor.wait_for(r"says? 7")
                engine.evaluate("navigator.serviceWorker.ready.then(() => { window.kept = true; }) && 0")
                visitor.wait(lambda: engine.evaluate("window.kept === true"), "service worker")
            visitor = Visitor(engine, f"{address}/below/")
            visitor.click("Clear")
            visitor.wait_for("^Draw a digit")
            visitor.draw(placed(4))
            visitor.wait_for(r"says? 4")
    except Missing as missing:
        pytest.skip(str(missing))
