"""The address that phones are given is one they can open."""

from __future__ import annotations

import socket

import pytest

from views.parts import invite


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("http://localhost:8501", "http://10.1.2.3:8501/"),
        ("http://127.0.0.1:8501/", "http://10.1.2.3:8501/"),
        ("http://[::1]:8501/?panel=Inside", "http://10.1.2.3:8501/"),
        ("http://localhost/digits/", "http://10.1.2.3/digits/"),
        ("http://10.9.8.7:8501/?recipe=book", "http://10.9.8.7:8501/"),
        ("https://digits.example.org/class/7b?panel=Inside", "https://digits.example.org/class/7b/"),
    ],
)
def test_only_an_address_that_means_this_machine_is_replaced(monkeypatch, opened, expected):
    monkeypatch.setattr(invite, "own_address", lambda: "10.1.2.3")
    assert invite.reachable(opened) == expected


def test_without_a_network_there_is_no_address(monkeypatch):
    def no_route(*_):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", no_route)
    assert invite.own_address() is None
    assert invite.reachable("http://localhost:8501") is None


def test_ones_own_address_is_found_without_a_word_to_anybody(monkeypatch):
    monkeypatch.setattr(socket.socket, "send", lambda *_: pytest.fail("something was sent"))
    found = invite.own_address()
    assert found is None or not found.startswith("127.")


def test_the_code_and_the_address_are_shown_on_the_page(visit):
    visitor = visit(path="/?panel=Confidence")
    visitor.page.get_by_role("button", name="Join").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.wait_for()
    if invite.own_address() is None:
        dialog.get_by_text("This machine is on no network").wait_for()
        return
    picture = dialog.get_by_role("img", name="QR code of http")
    picture.wait_for()
    dialog.get_by_text(picture.get_attribute("alt").split()[-1]).wait_for()
    assert min(picture.bounding_box()[side] for side in ("width", "height")) > 300
