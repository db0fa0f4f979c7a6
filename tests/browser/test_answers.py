"""The networks run in the visitor's browser: while the pen moves, without the server, and only where they may."""

from __future__ import annotations

import signal
import sys

import numpy as np
import pytest

from tests.browser.driver import DESKTOP, PHONE
from tests.drawings import placed
from tests.page_server import running

pytestmark = pytest.mark.slow

INVITATION = "Draw a digit from 0 to 9"
DOT = np.array([(20, 250), (60, 250)])  # beside the digit
# Collects what the worker has read and what the server has sent.
LISTEN = """
window.readings = [];
window.records = [];
const parse = JSON.parse;
JSON.parse = (text, ...rest) => {
  const value = parse(text, ...rest);
  if (value?.record?.digits) records.push(value.record);
  return value;
};
window.Worker = class extends Worker {
  constructor(...values) {
    super(...values);
    this.addEventListener("message", ({ data: { kind, ink, probabilities } }) => {
      if (kind !== "reading") return;
      for (const key in probabilities) probabilities[key] = [...probabilities[key]];
      readings.push({ ink, probabilities });
    });
  }
};
"""
# The server never seems to have read what stands on the canvas.
UNREAD = """
const parse = JSON.parse;
JSON.parse = (text, ...rest) => {
  const value = parse(text, ...rest);
  if (value?.record?.digits) value.record.ink = -1;
  return value;
};
"""
SETTLED = "() => readings.length && records.at(-1)?.digits.length && records.at(-1).ink === readings.at(-1).ink"
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SAVES_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"


def networks(visitor) -> list[str]:
    return [address for address in visitor.requests if "browser/net" in address]


def wait_until_loaded(visitor) -> None:
    """Waits until the first screen's own digit is read."""
    visitor.page.locator(".card.ready").first.wait_for(timeout=60_000)


def test_the_verdict_follows_the_pen_and_is_the_servers_afterwards(visit):
    visitor = visit(script=LISTEN)
    wait_until_loaded(visitor)
    visitor.press(placed(7)[0])
    visitor.wait_for_headline("say 7")
    assert len(set(visitor.page.evaluate("readings.map(({ ink }) => ink)"))) > 3, "it is read again and again"
    assert not visitor.page.evaluate("records.some(({ digits }) => digits.length)"), "the server knows nothing of it"
    visitor.page.mouse.up()
    visitor.page.wait_for_function(SETTLED)
    reading, record = visitor.page.evaluate("[readings.at(-1), records.at(-1)]")
    (digit,) = record["digits"]
    assert len(reading["probabilities"]) == visitor.page.locator(".card.ready").count()
    for key, probabilities in reading["probabilities"].items():
        np.testing.assert_allclose(probabilities, digit["probabilities"][key], atol=1e-5)


def test_who_leaves_before_the_server_has_read_the_drawing_is_not_told_on_another_page_that_it_is_away(visit):
    visitor = visit(script=UNREAD)
    wait_until_loaded(visitor)
    visitor.draw(placed(7))
    banner = visitor.page.locator(".offline")
    banner.wait_for()
    visitor.page.get_by_test_id("stTopNavSection").filter(has_text="Class").press("Enter")  # the banner lies over it
    visitor.page.get_by_role("menuitem", name="Learn", exact=True).press("Enter")
    visitor.page.get_by_role("button", name="Train", exact=True).wait_for(timeout=60_000)
    banner.wait_for(state="hidden")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process and let it go on")
def test_without_the_server_drawing_undo_and_clear_go_on_and_it_reads_the_drawing_when_it_is_back(visit):
    with running() as server:
        visitor = visit(script=LISTEN, server=server.address)
        wait_until_loaded(visitor)
        banner = visitor.page.locator(".offline")
        visitor.click("Samples and photos")  # for which the server empties the canvas; it must not after a restart
        visitor.click("7")
        visitor.wait_for_headline("say 7")
        visitor.click("Clear")
        visitor.wait_for_headline(INVITATION)
        visitor.draw(placed(7))
        visitor.page.wait_for_function(SETTLED)
        assert not banner.is_visible()

        server.process.send_signal(signal.SIGSTOP)
        visitor.click("Clear")
        visitor.wait_for_headline(INVITATION)
        visitor.draw(placed(2))
        visitor.wait_for_headline("say 2")
        banner.get_by_text("Answered by your browser").wait_for()
        server.process.send_signal(signal.SIGCONT)
        visitor.page.wait_for_function(SETTLED)
        banner.wait_for(state="hidden")

        server.kill()
        visitor.click("Clear")
        visitor.wait_for_headline(INVITATION)
        visitor.draw(placed(3))
        visitor.wait_for_headline("say 3")
        banner.get_by_text("Answered by your browser").wait_for()
        ink = visitor.ink()
        visitor.draw([DOT])
        assert visitor.ink() > ink
        visitor.click("Undo")
        visitor.wait_for_headline("say 3")
        assert visitor.ink() == ink
        visitor.click("No, I meant")
        visitor.page.get_by_role("group", name="Which digit").get_by_role("button", name="8").click()
        visitor.wait_for_headline("All four are wrong: it is an 8")  # without the server

        server.start()
        visitor.page.wait_for_function(SETTLED, timeout=90_000)
        banner.wait_for(state="hidden")
        visitor.page.get_by_role("button", name="say 3?").wait_for()  # the server has heard it, and asks why
        visitor.wait_for_headline("All four are wrong: it is an 8")
        assert visitor.ink() == pytest.approx(ink, rel=0.05)
        assert all("server" in error for error in visitor.errors)  # Streamlit's, about the connection
        visitor.errors.clear()


def test_the_first_screen_draws_by_itself_until_it_is_touched(visit):
    visitor = visit()
    wait_until_loaded(visitor)
    drawn = visitor.page.locator(".st-key-canvas .attract")
    assert drawn.count() == 1 and visitor.headline() == INVITATION and visitor.ink() == 0
    visitor.press(placed(1)[0])
    visitor.page.mouse.up()
    drawn.wait_for(state="detached")
    visitor.wait_for_headline("say 1")
    visitor.click("Clear")
    visitor.wait_for_headline(INVITATION)
    visitor.page.wait_for_timeout(1000)
    assert drawn.count() == 0 and visitor.page.locator(".card.ready").count() == 0


def test_with_reduced_motion_the_first_screen_stands_still(visit):
    visitor = visit(reduced_motion="reduce")
    visitor.page.locator(".answers.waiting").wait_for()
    visitor.page.wait_for_timeout(2000)
    assert visitor.page.locator(".attract").count() == 0 and visitor.page.locator(".card.ready").count() == 0


@pytest.mark.parametrize(
    ("viewport", "phone"), [(DESKTOP, False), ({"width": 1024, "height": 768}, False), (PHONE, True)], ids=str
)
def test_nothing_jumps_while_the_page_loads(visit, viewport, phone):
    visitor = visit(viewport, phone=phone, script=SHIFTS)
    wait_until_loaded(visitor)
    assert visitor.page.evaluate("shift") < 0.05


def test_where_data_is_to_be_saved_networks_are_loaded_at_a_press_of_a_button(visit):
    visitor = visit(script=SAVES_DATA)
    visitor.draw(placed(3))
    visitor.wait_for_headline("say 3")
    assert networks(visitor) == []
    visitor.click("Clear")
    visitor.wait_for_headline(INVITATION)
    visitor.page.get_by_role("button", name="Read while I draw").click()
    visitor.press(placed(7)[0])
    visitor.wait_for_headline("say 7")
    assert networks(visitor)
    visitor.page.mouse.up()


def test_where_websockets_are_blocked_the_page_says_so(chromium, address):
    context = chromium.new_context()
    page = context.new_page()
    page.route_web_socket("**/*", lambda socket: socket.close())
    page.clock.install()
    page.goto(address)
    assert page.locator("#placeholder").count() == 1
    page.clock.fast_forward(20_000)
    page.get_by_role("alert").get_by_text("WebSockets may be blocked").wait_for(timeout=5000)
    context.close()
