"""Several copies behind nginx, as deploy/copies.py runs them, and a browser in front of them."""

from __future__ import annotations

import pytest

from benchmark import copies
from tests.browser import driver
from tests.drawings import placed
from tests.page_server import running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(copies.nginx_path() is None, reason="needs nginx, for example from apt-get install nginx"),
]


@pytest.fixture(scope="module")
def servers():
    with running() as first, running() as second:
        yield {"digits_1": first, "digits_2": second}


@pytest.fixture(scope="module")
def address(servers):
    with copies.behind_nginx([server.port for server in servers.values()]) as own_address:
        yield own_address


def test_visitors_are_distributed_and_each_stays_with_its_copy(address):
    cookies = [copies.copy_of(address) for _ in range(40)]
    assert 5 <= cookies.count("digits_copy=digits_1") <= 35, "both copies have visitors"
    for cookie in cookies[:10]:
        assert [copies.copy_of(address, cookie) for _ in range(5)] == [cookie] * 5


def test_a_forged_cookie_is_replaced(address):
    assert copies.copy_of(address, "digits_copy=127.0.0.1:22") in ("digits_copy=digits_1", "digits_copy=digits_2")


def test_a_browser_continues_on_the_other_copy_when_its_own_is_killed(chromium, address, servers):
    context = chromium.new_context()
    visitor = driver.Visitor(context.new_page(), address)
    visitor.draw(placed(3))
    assert list(visitor.wait_for_answer().values()).count(3) >= 3
    (cookie,) = (entry["value"] for entry in context.cookies() if entry["name"] == "digits_copy")
    servers[cookie].kill()
    visitor.page.wait_for_timeout(3000)  # the page reconnects by itself
    assert list(visitor.wait_for_answer().values()).count(3) >= 3, "the drawing is still there"
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.page.wait_for_timeout(500)
    visitor.draw(placed(1))
    assert list(visitor.wait_for_answer().values()).count(1) >= 3
    context.close()
