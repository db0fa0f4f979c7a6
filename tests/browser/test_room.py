"""A whole lesson in real browsers: a host, a projector and three phones; and walls with many drawings."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from models import NETWORKS
from rooms import database as databases
from rooms import hosting, joining, sending, teaching, wall
from rooms.limits import Limits
from rooms.prompts import Prompt
from tests.browser import driver
from tests.browser.lesson import (
    LATE,
    begin_round,
    code,
    join,
    name,
    press,
    prompt,
    reveal,
    scanned,
    send,
    switch,
    tiles,
)
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


def test_the_lesson_as_it_is_written(visit, host, address, chromium):
    """docs/lesson.md, minute by minute."""
    projector = chromium.new_context(viewport=driver.PROJECTOR).new_page()
    host.get_by_role("button", name="Settings").click()
    link = host.get_by_role("link", name="The wall for the projector").get_attribute("href")
    projector.goto(f"{address}/room{link}", timeout=LATE)
    host.keyboard.press("Escape")

    expect(projector.locator(".wall-join b")).to_have_text(code(host), timeout=LATE)  # minute 0
    assert projector.locator(".wall-join img").bounding_box()["height"] > 600, "the code is the screen"
    assert scanned(host).partition("?")[2] in projector.locator(".wall-join img").get_attribute("alt"), (
        "with the invitation"
    )
    assert not visible_buttons(projector)
    phones = [join(visit, host) for _ in range(3)]
    names = {name(phone) for phone in phones}
    assert len(names) == 3

    begin_round(host, phones, 2, "One digit", 7)  # minute 2
    phones[0].draw_by_touch(placed(7)[:1])
    phones[0].page.get_by_role("heading", name="The answers wait for the reveal").wait_for(timeout=LATE)
    assert phones[0].page.locator(".card.ready").count() == 0, "nor does the phone say what it reads itself"
    phones[0].click("Clear")
    for phone in phones:
        prompt(phone, "Draw a 7")
        send(phone, 7)
    shown = tiles(host, 3)
    assert all("meant 7" in words and "MLP" not in words for words in shown), "answers are hidden"
    assert {words.split(" · ")[0] for words in shown} == names
    expect(projector.locator(".wall-notes")).to_contain_text("3 of 3 have sent")
    sides = [tile.bounding_box()["width"] for tile in projector.locator(".tile").all()]
    assert sum(sides) > 1700, "three fill the screen"
    assert min(sizes(projector)) >= 24 and sizes(projector, ".wall-legend b") == {44}

    reveal(host, projector)  # minute 5
    for screen in (host, projector):
        assert screen.locator('.tile[data-kind="right"]').count() == 3
        assert legend(screen) == ["3 of 3 100 %"] * 4
        expect(screen.locator(".wall-sentence")).to_have_text("All four read all 3 drawings right.")
    assert 56 in sizes(projector, ".wall-legend em") and min(sizes(projector)) >= 24
    share = projector.locator(".wall-legend em").last.bounding_box()
    assert share["x"] + share["width"] <= driver.PROJECTOR["width"], "nothing is cut off"
    for phone in phones:
        expect(phone.page.locator(".room-result p")).to_have_text("All four read your 7", timeout=LATE)
        assert phone.page.locator(".room-result li.right.told").count() == 4
        phone.click("Draw on")
        assert phone.page.locator(".room-strip .right").count() == 4

    switch(host, "Hide answers of rounds to come")  # minute 7
    begin_round(host, phones, 3, "Random digits in turn")
    for phone in phones[:2]:
        send(phone, int(phone.page.locator(".room-strip .prompt").inner_text()[-1]), 150)
    tiles(host, 2)

    press(host, "Scoreboard")  # minute 11
    projector.locator(".matrix").nth(3).wait_for(timeout=LATE)
    assert matrices(host) == matrices(projector) == ["5 of 5"] * 4, "three 7s and two in turn"
    host.get_by_role("button", name="MLP: 7 read right").click()
    expect(host.locator(".wall-stage h1")).to_have_text("MLP: 7 read right", timeout=LATE)
    assert len(tiles(projector, host.locator(".tile").count())) >= 3, "any cell opens its drawings"

    switch(host, "Hide answers of rounds to come")  # minute 13
    begin_round(host, phones, 4, "Fool them", 4)
    prompt(phones[1], "Fool them with a readable 4")
    send(phones[1], 4)
    prompt(phones[2], "Fool them with a readable 4")
    send(phones[2], 1)
    tiles(host, 2)
    press(host, "Scoreboard")
    assert matrices(host) == ["5 of 5"] * 4, "what has been judged stays"

    press(host, "4: fool 4")  # minute 16
    reveal(host, projector)
    assert legend(projector) == ["1 of 2 50 %"] * 4
    expect(projector.locator(".wall-sentence")).to_contain_text("One drawing fooled all four. The ")
    first = projector.locator(".tile").first
    assert "large" not in first.get_attribute("class") and first.get_attribute("data-kind") == "fooled", "at the front"
    expect(phones[2].page.locator(".room-result p")).to_have_text("You fooled all four", timeout=LATE)
    expect(phones[1].page.locator(".room-result p")).to_have_text(
        "You fooled nobody: all four read your 4", timeout=LATE
    )
    for phone in phones[1:]:
        phone.click("Draw on")
    press(host, "Scoreboard")
    expect(projector.locator(".notable")).to_contain_text("Fooled all", timeout=LATE)
    expect(projector.locator(".notable")).to_contain_text("Surest while wrong", timeout=LATE)
    assert matrices(projector) == ["6 of 7"] * 4

    counts = projector.locator(".calibration p:not(.wall-caption) > span:last-child").all_inner_texts()  # minute 18
    assert sum(int(words.split(" of ")[1]) for words in counts) == 4 * 7, "all answers of four networks"

    press(host, "1: any")  # when something is in the way
    press(host, "4: fool 4")
    host.locator(".tile").first.click()
    press(host, "Hide")
    tiles(projector, 1)
    press(host, "Undo")
    tiles(projector, 2)
    host.locator(".tile").first.click()
    host.get_by_role("button", name="Remove all of").click()
    tiles(projector, 1)
    press(host, "Undo")
    tiles(projector, 2)
    press(host, "Pause")
    phones[2].page.get_by_role("button", name="Paused by the host").wait_for(timeout=LATE)
    press(host, "Go on")
    phones[0].page.reload()
    phones[0].page.locator(".room-strip").wait_for(timeout=LATE)
    assert name(phones[0]) in names, "a reload is the same participant"
    before = name(phones[2])
    phones[2].page.goto(address + scanned(host))
    phones[2].page.get_by_role("button", name=f"Go on as {before}").click()
    phones[2].page.locator(".room-strip").wait_for(timeout=LATE)
    assert name(phones[2]) == before, "so is another scan"
    phones[2].draw_by_touch(placed(7))
    begin_round(host, phones, 5, "One digit", 3)
    prompt(phones[2], "New round: send your 4 first?")

    host.get_by_role("button", name="End and export").click()  # minute 20
    files = []
    for label in ("CSV", "NPZ"):  # one right after the other
        with host.expect_download() as download:
            host.get_by_role("link", name=label).click()
        files.append(Path(download.value.path()))
    assert len(files[0].read_text(encoding="utf-8").splitlines()) == 1 + 7
    assert np.load(files[1])["meant"].tolist().count(7) >= 3
    host.get_by_role("button", name="End the room").click()
    prompt(phones[0], "This room has ended")
    host.get_by_text("Delete everything now").click()
    host.get_by_role("button", name="Yes, delete it all").click()
    host.get_by_role("button", name="Open a room").wait_for(timeout=LATE)
    projector.get_by_text("all that was in it is deleted").wait_for(timeout=LATE)
    phones[0].draw_by_touch(placed(7)[:1])
    phones[0].page.locator(".room-strip", has_text="all that was in it is deleted").wait_for(timeout=LATE)
    projector.context.close()


def visible_buttons(page) -> list[str]:
    return [each.inner_text() for each in page.locator("button, a, input, [role=combobox]").all() if reachable(each)]


def reachable(element) -> bool:
    """Return whether it is what is seen in its middle."""
    box = element.bounding_box()
    return box is not None and element.evaluate(
        "(element, [x, y]) => element.contains(document.elementFromPoint(x, y))",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )


def sizes(page, selector: str = "*") -> set[int]:
    """Sizes of the letters on a wall, in pixels."""
    return set(
        page.locator(".wall-stage").evaluate(
            """(wall, selector) => [...wall.querySelectorAll(selector)]
              .filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.data?.trim()))
              .map((each) => Math.round(parseFloat(getComputedStyle(each).fontSize))).filter(Boolean)""",
            selector,
        )
    )


def legend(wall) -> list[str]:
    """Return what the wall says of each network beside its name."""
    return [" ".join(entry.locator("span, em").all_inner_texts()) for entry in wall.locator(".wall-legend li").all()]


def matrices(wall) -> list[str]:
    wall.locator(".matrix").nth(3).wait_for(timeout=LATE)
    return [words.strip() for words in wall.locator(".matrix figcaption span").all_inner_texts()]


def test_a_phone_joins_by_the_code_too(visit, host, address):
    page = host.context.browser.new_context(viewport=driver.PHONE).new_page()
    page.goto(f"{address}/room")
    page.get_by_label("The code on the wall").fill(code(host).lower())
    page.get_by_role("button", name="Join", exact=True).click()
    page.locator(".room-strip").wait_for(timeout=LATE)
    assert code(host) in page.locator(".room-strip").inner_text()
    page.context.close()


def test_a_wall_fills_the_window_and_pages_where_tiles_would_be_too_small(host, url):
    database = databases.opened(url, Limits(seconds_between=0))
    room = joining.find_room(database, code(host))
    member = joining.join(database, room.id)
    for number in range(29):
        sending.send(database, member, drawing(number))
    tiles(host, 29)
    host.evaluate("window.before = [...document.querySelectorAll('.tile')]; 0")
    sending.send(database, member, drawing(29))
    tiles(host, 30)
    assert host.evaluate("window.before.filter(tile => tile.isConnected).length") == 29, "no tile is made anew"
    assert fits(host) and min(box["width"] for box in boxes(host)) > 85
    for number in range(30, 200):
        sending.send(database, member, drawing(number))
    tiles(host, 200)
    expect(host.locator(".wall-notes")).to_contain_text("page ")
    assert fits(host) and 20 < len(boxes(host)) < 100 and min(box["width"] for box in boxes(host)) > 85
    database.engine.dispose()


def places(host) -> list[list[int]]:
    """Where the tiles stand, also while they turn."""
    return host.locator(".tile").evaluate_all(
        "tiles => tiles.map(({ offsetLeft, offsetTop, offsetWidth }) => [offsetLeft, offsetTop, offsetWidth])"
    )


def boxes(host) -> list[dict]:
    return [box for tile in host.locator(".tile").all() if (box := tile.bounding_box())]


def fits(host) -> bool:
    """Nothing to scroll, and no tile below the window's end."""
    height, inside = host.evaluate("[document.querySelector('.stMain').scrollHeight, window.innerHeight]")
    return height <= inside + 1 and max(box["y"] + box["height"] for box in boxes(host)) <= inside


def test_the_scoreboard_shows_the_confusions_of_ten_networks(host, url):
    database = databases.opened(url)
    room = joining.find_room(database, code(host))
    answers = {key: probabilities(7 if place else 1) for place, key in enumerate(NETWORKS)}
    sending.send(database, joining.join(database, room.id), drawing(probabilities=answers, label=7))
    tiles(host, 1)
    press(host, "Reveal")
    press(host, "Scoreboard")
    host.locator(".matrix").nth(len(NETWORKS) - 1).wait_for(timeout=LATE)
    found = [figure.bounding_box() for figure in host.locator(".matrix").all()]
    assert len(found) == len(NETWORKS) and all(box and box["height"] > box["width"] * 0.9 > 100 for box in found)
    database.engine.dispose()


def test_the_wall_shows_how_the_rooms_own_network_learns(host, url):
    database = databases.opened(url, Limits(seconds_between=0))
    opened = hosting.host(database, code(host), urlsplit(host.url).fragment.split("host=")[1])
    member = joining.join(database, opened.room_id)
    for number in range(3):
        sending.send(database, member, drawing(number, label=7))
    ids = [tile.id for tile in wall.tiles(database, opened.room_id)]
    begun = teaching.Teaching("cnn", learned=72, people=9, held_out=ids, before=3, before_learned=120_590)
    number = teaching.begin(database, opened, begun)
    expect(host.locator(".wall-stage h1")).to_have_text("Our CNN learns from 72 drawings", timeout=LATE)
    host.get_by_role("button", name="Stop training").wait_for(timeout=LATE)
    learning = replace(begun, state="learning", seconds_left=12.0, predictions=[7, 1, 7])
    teaching.report(database, opened.room_id, number, learning)
    expect(host.locator(".wall-timer")).to_have_text("0:12", timeout=LATE)
    assert legend(host) == ["2 of 3 67 %"] and host.locator('.tile[data-kind="right"]').count() == 2
    before = places(host)
    teaching.finish(database, opened.room_id, number, replace(learning, state="done", predictions=[7, 7, 7]), None)
    expect(host.locator(".wall-stage h1")).to_have_text("Our CNN has learned from 72 drawings", timeout=LATE)
    expect(host.locator(".wall-sentence")).to_have_text("The CNN that learned from 121,000 digits reads 3 of 3.")
    assert legend(host) == ["3 of 3 100 %"] and places(host) == before, "nothing jumps"
    database.engine.dispose()


def test_the_strip_keeps_the_canvas_where_it_is(visit, host, url):
    phone = join(visit, host)
    expect(phone.canvas).to_have_count(1, timeout=LATE)  # the one of the page before is gone
    phone.canvas.wait_for(timeout=LATE)
    before = phone.canvas.bounding_box()
    database = databases.opened(url)
    opened = hosting.host(database, code(host), urlsplit(host.url).fragment.split("host=")[1])
    hosting.next_round(database, opened, 1, Prompt("fool", 7))
    prompt(phone, "Fool them")
    assert phone.canvas.bounding_box() == before
    hosting.reveal(database, opened, 2)
    send(phone, 7)
    phone.page.locator(".room-strip .result img").wait_for(timeout=LATE)
    assert phone.canvas.bounding_box() == before, "a picture and four answers are in it now"
    database.engine.dispose()


def test_a_send_that_got_no_answer_is_sent_again_by_itself(chromium, tmp_path):
    url = f"sqlite:///{tmp_path / 'rooms.sqlite'}"
    with running(environment={**os.environ, URL: url}) as server:
        database = databases.opened(url)
        opened = hosting.open_room(database, Prompt("digit", 7))
        context = chromium.new_context(viewport=driver.PHONE, has_touch=True, is_mobile=True)
        link = f"{server.address}/?room={opened.code}&invited={opened.key}"
        phone = driver.Visitor(context.new_page(), link, ready=driver.BARE)
        phone.click("Join the room")
        phone.page.locator(".room-strip").wait_for(timeout=LATE)
        phone.draw_by_touch(placed(7, 180))
        expect(phone.page.locator(".st-key-send button")).to_be_enabled(timeout=LATE)
        phone.page.evaluate("document.querySelector('.st-key-send button').click()")
        server.kill()
        server.start()
        phone.page.locator(".room-strip .result img").wait_for(timeout=2 * LATE)
        (tile,) = wall.tiles(database, opened.room_id)
        assert tile.label == 7, "once"
        context.close()
        database.engine.dispose()
