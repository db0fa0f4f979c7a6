"""Several copies behind nginx, with the configuration that docs/hosting.md names, and a browser in front of them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmark import copies
from tests.benchmark.client import visit
from tests.browser import driver
from tests.drawings import placed
from tests.server import running

pytestmark = pytest.mark.skipif(
    copies.nginx_path() is None, reason="needs nginx: install it, for example with apt-get install nginx"
)


@pytest.fixture(scope="module")
def servers():
    async def wake(server):
        async with visit(server.address) as host:
            await host.draw(placed(7))

    with running() as one, running() as other:
        with ThreadPoolExecutor() as pool:  # in threads of their own, as the browser's event loop runs in this one
            list(pool.map(lambda server: asyncio.run(wake(server)), (one, other)))
        yield {"digits_a": one, "digits_b": other}


@pytest.fixture(scope="module")
def address(servers):
    with copies.behind_nginx([server.port for server in servers.values()]) as found:
        yield found


def test_visitors_are_shared_out_and_each_stays_with_its_copy(address):
    cookies = [copies.copy_of(address) for _ in range(40)]
    assert 5 <= cookies.count("digits_copy=digits_a") <= 35, "both copies have visitors"
    for cookie in cookies[:10]:
        assert [copies.copy_of(address, cookie) for _ in range(5)] == [cookie] * 5


def test_a_forged_cookie_is_drawn_anew(address):
    assert copies.copy_of(address, "digits_copy=127.0.0.1:22") in ("digits_copy=digits_a", "digits_copy=digits_b")


def test_a_browser_goes_on_at_the_other_copy_when_its_own_is_killed(chromium, address, servers):
    context = chromium.new_context()
    visitor = driver.Visitor(context.new_page(), address)
    visitor.draw(placed(3))
    assert list(visitor.wait_for_answer().values()).count(3) >= 3
    (cookie,) = (one["value"] for one in context.cookies() if one["name"] == "digits_copy")
    servers[cookie].kill()
    visitor.page.wait_for_timeout(3000)  # the page notices by itself, and connects again
    assert list(visitor.wait_for_answer().values()).count(3) >= 3, "the drawing is still there"
    visitor.click("Clear")
    visitor.wait_for_invitation()
    visitor.page.wait_for_timeout(500)
    visitor.draw(placed(1))
    assert list(visitor.wait_for_answer().values()).count(1) >= 3
    context.close()
