"""The address for phones is one that they can open."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ui.page import START_SECONDS
from ui.shared import share_link


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("http://localhost:8501", "http://10.1.2.3:8501/"),
        ("http://127.0.0.1:8501/", "http://10.1.2.3:8501/"),
        ("http://[::1]:8501/?panel=Inside", "http://10.1.2.3:8501/"),
        ("http://0.0.0.0:8501/", "http://10.1.2.3:8501/"),
        ("http://[::]:8501/", "http://10.1.2.3:8501/"),
        ("http://localhost/digits/", "http://10.1.2.3/digits/"),
        ("http://10.9.8.7:8501/?recipe=book", "http://10.9.8.7:8501/"),
        ("https://digits.example.org/class/7b?panel=Inside", "https://digits.example.org/class/7b/"),
    ],
)
def test_only_a_local_address_is_replaced(monkeypatch, opened, expected):
    monkeypatch.setattr(share_link, "own_address", lambda: "10.1.2.3")
    assert share_link.reachable(opened) == expected


def test_the_address_that_the_host_has_set_is_the_one_for_phones(monkeypatch):
    monkeypatch.setenv(share_link.PUBLIC, "https://digits.example.org")
    assert share_link.reachable("http://10.88.0.8:8501/?recipe=book") == "https://digits.example.org/"


@pytest.mark.parametrize("opened", ["http://[::1", "http://localhost:99999999/", f"http://example.org/{'x' * 5000}"])
def test_an_address_that_no_code_can_hold_is_said(monkeypatch, opened):
    monkeypatch.setattr(share_link, "own_address", lambda: "10.1.2.3")
    with pytest.raises(ValueError):
        share_link.reachable(opened)
    monkeypatch.setattr(st, "context", SimpleNamespace(url=opened, cookies={}, headers={}, locale="en"))
    page = AppTest.from_string(
        "from ui.shared import share_link; share_link.share_button()", default_timeout=START_SECONDS
    )
    page.run().button[0].click().run()
    assert not page.exception and "fits into no QR code" in page.markdown[0].value


def test_without_a_network_there_is_no_address(monkeypatch):
    def no_route(*_):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", no_route)
    assert share_link.own_address() is None
    assert share_link.reachable("http://localhost:8501") is None


def test_finding_the_address_sends_nothing(monkeypatch):
    monkeypatch.setattr(socket.socket, "send", lambda *_: pytest.fail("something was sent"))
    address = share_link.own_address()
    assert address is None or not address.startswith("127.")


def test_the_page_shows_the_qr_code_and_the_address(visit):
    visitor = visit()
    visitor.page.get_by_role("button", name="QR code").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.wait_for()
    if share_link.own_address() is None:
        dialog.get_by_text("This machine is on no network").wait_for()
        return
    picture = dialog.get_by_role("img", name="QR code of http")
    picture.wait_for()
    dialog.get_by_text(picture.get_attribute("alt").split()[-1]).wait_for()
    assert min(picture.bounding_box()[side] for side in ("width", "height")) > 300
