"""What holds for every visitor: settings that are safe, no calls to elsewhere, and nobody sees another's drawing."""

from __future__ import annotations

import socket
import tomllib

import pytest

from tests.browser.driver import Visitor
from tests.drawings import placed
from tests.server import ROOT
from tests.views.page import answers, message, send, visit


@pytest.fixture(scope="module")
def config():
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_servers_settings_are_safe(config):
    server = config["server"]
    assert server["enableCORS"] and server["enableXsrfProtection"] and not server["enableStaticServing"]
    assert server["maxUploadSize"] <= 10 and server["maxMessageSize"] <= 10
    assert config["client"]["showErrorDetails"] == "none" and not config["browser"]["gatherUsageStats"]


def test_every_setting_is_one_that_streamlit_knows(config):
    from streamlit import config as known

    options = known.get_config_options()
    for section, settings in config.items():
        for name, value in settings.items():
            names = (
                [f"{section}.{name}.{inner}" for inner in value] if isinstance(value, dict) else [f"{section}.{name}"]
            )
            assert all(name in options for name in names), names


def test_the_page_calls_nobody(monkeypatch):
    def refuse(self, address):
        raise AssertionError(f"the page calls {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    page = send(visit(), message(placed(7)))
    assert "All four say 7" in answers(page) and not page.exception


def test_two_visitors_never_see_each_others_drawing_history_or_settings(chromium, address):
    contexts = [chromium.new_context() for _ in range(2)]
    one, other = (Visitor(context.new_page(), address + "/?panel=Confidence") for context in contexts)
    one.draw(placed(3))
    assert list(one.wait_for_answer().values()).count(3) >= 3
    one.page.get_by_role("radio", name="on MNIST alone").click()
    one.page.wait_for_timeout(1500)
    assert "Draw a digit" in other.wait_for_invitation()
    other.draw(placed(8))
    assert list(other.wait_for_answer().values()).count(8) >= 3
    assert other.page.get_by_role("radio", name="Trained on drawings").is_checked()
    other.page.get_by_text("Your drawings so far").wait_for()
    with other.page.expect_download() as download:
        other.click("Save as CSV")
    assert len(download.value.path().read_text().splitlines()) == 2, "a heading, and one's own drawing"
    for context in contexts:
        context.close()
