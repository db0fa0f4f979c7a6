"""A whole lesson in real browsers: a host with a projector, three phones, and somebody who only looks on."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from models import NETWORKS
from rooms import database as databases
from rooms import hosting, joining, sending
from rooms.limits import Limits
from rooms.prompts import Prompt
from tests.browser import driver
from tests.browser.lesson import LATE, choose_prompt, code, join, name, press, prompt, send, tiles
from tests.drawings import placed
from tests.page_server import running
from tests.rooms.conftest import drawing, probabilities
from ui.room.store import URL

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('rooms') / 'rooms.sqlite'}"


@pytest.fixture(scope="module")
def address(chromium, url):
    """The running page with a database of its own; takes the place of the other tests' page."""
    with running(environment={**os.environ, URL: url}) as server:
        yield server.address


@pytest.fixture
def host(chromium, address):
    """The projector: somebody who has opened a room."""
    page = chromium.new_context(viewport=driver.DESKTOP).new_page()
    page.goto(f"{address}/room")
    page.get_by_role("button", name="Open a room").click()
    page.locator(".room-code b").wait_for(timeout=LATE)
    yield page
    page.context.close()


def test_a_lesson_from_the_first_scan_to_the_end(visit, host, address, chromium):
    phones = [join(visit, host) for _ in range(3)]
    names = {name(phone) for phone in phones}
    assert len(names) == 3
    choose_prompt(host, "One digit", 7)
    press(host, "Next round")
    for phone in phones:
        prompt(phone, "Draw a 7")
        phone.draw_by_touch(placed(7)[:1])
        phone.page.get_by_role("heading", name="The answers wait for the reveal").wait_for(timeout=LATE)
        assert phone.page.locator(".card.ready").count() == 0, "nor does the phone say what it reads itself"
        phone.click("Clear")
        send(phone, 7)
    shown = tiles(host, 3)
    assert all("meant 7" in words and "MLP" not in words for words in shown), "answers are hidden"
    assert {words.split(" · ")[0] for words in shown} == names

    press(host, "Reveal")
    host.locator('.tile[data-kind="right"]').nth(2).wait_for(timeout=LATE)
    for phone in phones:
        phone.page.locator(".room-strip .right").nth(3).wait_for(timeout=LATE)

    phones[0].page.reload()
    phones[0].page.locator(".room-strip").wait_for(timeout=LATE)
    assert name(phones[0]) in names, "a reload is the same participant"

    choose_prompt(host, "Fool them", 7)
    press(host, "Next round")
    prompt(phones[1], "Fool them with a readable 7")
    send(phones[1], 1)
    tiles(host, 4)
    press(host, "Reveal")
    host.locator('.tile[data-kind="fooled"]').wait_for(timeout=LATE)
    host.get_by_text("Scoreboard", exact=True).click()
    host.locator(".room-scores").wait_for(timeout=LATE)
    host.get_by_text("Fooled all").wait_for(timeout=LATE)
    host.get_by_text("Wall", exact=True).click()

    host.locator(".tile").first.click()
    host.get_by_role("button", name="Hide", exact=True).click()
    host.wait_for_timeout(1500)
    tiles(host, 3)

    press(host, "Pause")
    phones[2].page.get_by_role("button", name="Paused by the host").wait_for(timeout=LATE)
    press(host, "Go on")

    other = chromium.new_context(viewport=driver.DESKTOP).new_page()
    other.goto(f"{address}/room?room={code(host)}")
    tiles(other, 3)
    assert other.get_by_role("button", name="Reveal").count() == 0, "without the token one only looks on"
    other.goto(host.url)
    other.get_by_role("button", name="Reveal").wait_for(timeout=LATE)
    other.context.close()

    host.get_by_role("button", name="End and export").click()
    with host.expect_download() as download:
        host.get_by_role("button", name="CSV").click()
    assert len(Path(download.value.path()).read_text(encoding="utf-8").splitlines()) == 5
    host.get_by_role("button", name="End the room").click()
    prompt(phones[0], "This room has ended")


def test_a_phone_joins_by_the_code_too(visit, host, address):
    page = host.context.browser.new_context(viewport=driver.PHONE).new_page()
    page.goto(f"{address}/room")
    page.get_by_label("The code on the wall").fill(code(host).lower())
    page.get_by_role("button", name="Join", exact=True).click()
    page.locator(".room-strip").wait_for(timeout=LATE)
    assert code(host) in page.locator(".room-strip").inner_text()
    page.context.close()


def test_thirty_tiles_fit_the_projector_and_stay_when_another_comes(host, url):
    database = databases.opened(url, Limits(seconds_between=0))
    room = joining.find_room(database, code(host))
    member = joining.join(database, room.id)
    for number in range(29):
        sending.send(database, member, drawing(number))
    tiles(host, 29)
    host.evaluate(
        "window.before = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]"
        ".flatMap(one => [...one.shadowRoot.querySelectorAll('.tile')])"
    )
    sending.send(database, member, drawing(29))
    tiles(host, 30)
    kept = host.evaluate("window.before.filter(tile => tile.isConnected).length")
    assert kept == 29, "no tile is made anew"
    height, inside = host.evaluate("[document.querySelector('.stMain').scrollHeight, window.innerHeight]")
    assert height <= inside + 1, "nothing to scroll"
    sides = [tile.bounding_box()["width"] for tile in host.locator(".tile").all()]
    assert sides[0] > 1.9 * sides[1] and min(sides) > 80, "the newest is largest"
    for number in range(30, 200):
        sending.send(database, member, drawing(number))
    tiles(host, 200)
    boxes = [tile.bounding_box() for tile in host.locator(".tile").all()]
    assert max(box["y"] + box["height"] for box in boxes) <= inside and min(box["width"] for box in boxes) > 36
    database.engine.dispose()


def test_the_scoreboard_shows_the_confusions_of_ten_networks_without_scrolling(host, url):
    database = databases.opened(url)
    room = joining.find_room(database, code(host))
    answers = {key: probabilities(7 if place else 1) for place, key in enumerate(NETWORKS)}
    sending.send(database, joining.join(database, room.id), drawing(probabilities=answers, label=7))
    tiles(host, 1)
    press(host, "Reveal")
    host.get_by_text("Scoreboard", exact=True).click()
    host.locator(".room-scores").wait_for(timeout=LATE)
    host.locator(".confusions figure").nth(len(NETWORKS) - 1).wait_for(timeout=LATE)
    boxes = [figure.bounding_box() for figure in host.locator(".confusions figure").all()]
    assert len(boxes) == len(NETWORKS) and all(box and box["height"] > box["width"] > 60 for box in boxes)
    height, inside = host.evaluate("[document.querySelector('.stMain').scrollHeight, window.innerHeight]")
    assert height <= inside + 24
    database.engine.dispose()


def test_the_strip_keeps_the_canvas_where_it_is(visit, host, url):
    phone = join(visit, host)
    expect(phone.canvas).to_have_count(1, timeout=LATE)  # the one of the page before is gone
    phone.canvas.wait_for(timeout=LATE)
    before = phone.canvas.bounding_box()
    database = databases.opened(url)
    opened = hosting.host(database, code(host), urlsplit(host.url).query.split("host=")[1])
    hosting.next_round(database, opened, 1, Prompt("fool", 7))
    prompt(phone, "Fool them")
    assert phone.canvas.bounding_box() == before
    hosting.reveal(database, opened, 2)
    send(phone, 7)
    phone.page.locator(".room-strip .result img").wait_for(timeout=LATE)
    assert phone.canvas.bounding_box() == before, "a picture and four answers are in it now"
    database.engine.dispose()
