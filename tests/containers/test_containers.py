"""The image and deploy/compose.yaml, really run: every page in a browser, lessons, copies that end or stand still."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from benchmark import containers
from tests.browser.lesson import LATE, join, reveal, send, tiles
from tests.drawings import placed

pytestmark = pytest.mark.nightly
ANSWER_SECONDS = 5  # until the next stroke is read, which browsers do themselves
CONNECTED_SECONDS = 15  # until a visitor has a copy again; 7 on a machine that is not busy
WELL_SECONDS = 45  # until a copy has taken the other's place; 30 on a machine that is not busy


@pytest.fixture(scope="module", autouse=True)
def image():
    """Builds the image; the tests are skipped where containers cannot run."""
    if reason := containers.missing():
        pytest.skip(reason)
    containers.build()


@pytest.fixture(scope="module")
def services():
    with containers.composed() as found:
        yield found


def test_every_page_opens_and_a_lesson_is_held_with_two_phones(visit):
    with containers.container() as page:
        for path in containers.PAGES:
            tab = visit(server=page.address, path=f"/{path}", ready="[data-testid=stMain] :is(h1, h2) >> nth=0").page
            expect(tab.locator("[data-testid=stException]")).to_have_count(0)
        hold_lesson(visit, page.address)


def test_a_lesson_is_held_over_two_copies(visit, services):
    hold_lesson(visit, services.address)


@pytest.mark.parametrize(("signal", "how"), [("SIGKILL", "is killed"), ("SIGSTOP", "stands still")])
def test_a_copy_is_replaced_and_its_visitor_goes_on_when_it(chromium, services, signal, how):
    visitors = containers.one_on_each_copy(chromium, services)
    assert len(visitors) == 2, "HAProxy distributes visitors over both copies"
    found = containers.replaced(services, visitors, signal)
    assert found.answer < ANSWER_SECONDS, how
    assert found.visitor < CONNECTED_SECONDS and found.copy < WELL_SECONDS, how
    for visitor in visitors:
        assert visitor.ink() > 0, "the drawing is still there"
        visitor.click("Clear")
        visitor.wait_for_invitation()
        visitor.draw(placed(1))
        assert list(visitor.wait_for_answer().values()).count(1) >= 3
        visitor.page.context.close()


def hold_lesson(visit, address: str) -> None:
    """Opens a room; two phones join and send, and the wall reveals."""
    host = visit(server=address, path="/room", ready="[data-testid=stMain] h1 >> nth=0").page
    host.get_by_role("button", name="Open a room").click()
    host.locator(".room-code b").wait_for(timeout=LATE)

    def phone_of(viewport, **options):
        return visit(viewport, server=address, **options)

    for phone, digit in zip([join(phone_of, host) for _ in range(2)], (3, 7), strict=True):
        send(phone, digit)
    assert len(tiles(host, 2)) == 2
    reveal(host)
