"""Safe settings, no connections to other hosts, and visitors who never see one another's drawings."""

from __future__ import annotations

import os
import socket
import tomllib

import pytest

from tests.browser.driver import Visitor
from tests.drawings import placed
from tests.page_server import ROOT, running
from tests.ui.page import message, read, send, visit


@pytest.fixture(scope="module")
def config():
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_server_has_safe_settings(config):
    server = config["server"]
    assert server["enableCORS"] and server["enableXsrfProtection"] and not server["enableStaticServing"]
    assert server["maxUploadSize"] <= 20 and server["maxMessageSize"] <= 10
    assert config["client"]["showErrorDetails"] == "none" and not config["browser"]["gatherUsageStats"]


def test_streamlit_knows_every_setting(config):
    from streamlit import config as known

    options = known.get_config_options()
    for section, settings in config.items():
        for name, value in settings.items():
            names = (
                [f"{section}.{name}.{inner}" for inner in value] if isinstance(value, dict) else [f"{section}.{name}"]
            )
            assert all(name in options for name in names), names


def test_the_page_connects_to_no_other_host(monkeypatch):
    def refuse(self, address):
        raise AssertionError(f"the page connects to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    page = send(visit(), message(placed(7)))
    assert set(read(page).values()) == {"7"} and not page.exception


@pytest.mark.slow
def test_two_visitors_never_see_each_others_drawing_history_or_settings(chromium, address):
    contexts = [chromium.new_context() for _ in range(2)]
    first, second = (Visitor(context.new_page(), address) for context in contexts)
    first.draw(placed(3))
    assert list(first.wait_for_answer().values()).count(3) >= 3
    first.click("Networks")
    first.page.get_by_role("radio", name="on MNIST alone").click()
    first.page.wait_for_timeout(1500)
    assert "Draw a digit" in second.wait_for_invitation()
    second.draw(placed(8))
    assert list(second.wait_for_answer().values()).count(8) >= 3
    second.click("Networks")
    assert second.page.get_by_role("radio", name="Trained on drawings").is_checked()
    second.page.keyboard.press("Escape")
    second.click("Clear")
    second.click("Save")
    with second.page.expect_download() as download:
        second.click("Save as CSV")
    assert len(download.value.path().read_text().splitlines()) == 2, "the header and the visitor's own drawing"
    for context in contexts:
        context.close()


@pytest.mark.slow
def test_a_hosts_token_is_in_no_address_that_a_server_sees_and_the_host_is_known_after_a_reload(chromium, tmp_path):
    with running(environment=os.environ | {"DIGIT_ROOMS": f"sqlite:///{tmp_path}/rooms.sqlite"}) as server:
        context = chromium.new_context()
        page, seen = context.new_page(), []
        page.on("request", lambda request: seen.append(f"{request.url} {request.headers.get('referer', '')}"))
        page.goto(f"{server.address}/room")
        page.get_by_role("button", name="Open a room").click()
        controls = page.get_by_role("button", name="Next round")
        controls.wait_for()
        page.wait_for_url("**/room?room=*#host=*")
        code, token = page.url.partition("room=")[2].split("#host=")
        page.reload()
        controls.wait_for()
        page.wait_for_url(f"**/room?room={code}#host={token}")
        assert len(seen) > 20 and not [line for line in seen if token in line]
        context.close()
        old = chromium.new_context().new_page()
        old.goto(f"{server.address}/room?room={code}&host={token}")
        old.get_by_role("button", name="Next round").wait_for()
        old.wait_for_url(f"**/room?room={code}#host={token}")
        old.context.close()
