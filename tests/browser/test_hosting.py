"""Several copies behind HAProxy, as it is configured in deploy/, and a browser in front of them."""

from __future__ import annotations

import signal

import pytest

from benchmark import copies
from tests.browser import driver
from tests.drawings import placed
from tests.page_server import running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(copies.haproxy_path() is None, reason="needs HAProxy, for example from apt-get install haproxy"),
]
GONE_SECONDS = 10  # to notice a copy that does not answer, and to connect to another; 5 on a machine that is not busy


@pytest.fixture(scope="module")
def servers():
    with running() as first, running() as second:
        yield {"digits_1": first, "digits_2": second}


@pytest.fixture(scope="module")
def address(servers):
    with copies.behind_haproxy([server.port for server in servers.values()]) as own_address:
        yield own_address


def test_visitors_are_distributed_and_each_stays_with_its_copy(address):
    cookies = [copies.copy_of(address) for _ in range(40)]
    assert 5 <= cookies.count("digits_copy=digits_1") <= 35, "both copies have visitors"
    for cookie in cookies[:10]:
        assert [copies.copy_of(address, cookie) for _ in range(5)] == [cookie] * 5


def test_a_forged_cookie_is_replaced(address):
    assert copies.copy_of(address, "digits_copy=127.0.0.1:22") in ("digits_copy=digits_1", "digits_copy=digits_2")


@pytest.mark.parametrize("how", ["stands still", pytest.param("is killed", marks=pytest.mark.nightly)])
def test_a_browser_continues_on_the_other_copy_when_its_own(chromium, address, servers, how):
    context = chromium.new_context()
    visitor = driver.Visitor(context.new_page(), address)
    visitor.draw(placed(3))
    assert list(visitor.wait_for_answer().values()).count(3) >= 3
    (cookie,) = (entry["value"] for entry in context.cookies() if entry["name"] == "digits_copy")
    process = servers[cookie].process
    process.send_signal(signal.SIGSTOP if how == "stands still" else signal.SIGKILL)
    connected = visitor.page.locator(driver.CONNECTED)
    connected.wait_for(state="detached", timeout=GONE_SECONDS * 1000)
    connected.wait_for(timeout=GONE_SECONDS * 1000)
    process.send_signal(signal.SIGCONT)
    assert list(visitor.wait_for_answer().values()).count(3) >= 3, "the drawing is still there"
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.page.wait_for_timeout(500)
    visitor.draw(placed(1))
    assert list(visitor.wait_for_answer().values()).count(1) >= 3
    context.close()
