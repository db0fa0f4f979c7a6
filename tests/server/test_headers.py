"""Every response says what the page may load and who may frame it; the setting opens frames to named sites alone."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from server.headers import EMBEDDERS, headers


def directive(name: str) -> str:
    parts = dict(part.split(" ", 1) for part in headers()["content-security-policy"].split("; "))
    return parts[name]


@pytest.mark.parametrize("path", ["/", "/room", "/_stcore/health", "/nothing/./here", "/browser/0/nothing.js"])
def test_every_response_has_them_errors_too(server, path):
    try:
        with urllib.request.urlopen(server.address + path, timeout=30) as response:
            found = response.headers
    except urllib.error.HTTPError as error:
        found = error.headers
    assert {name: found[name] for name in headers()} == headers()


def test_scripts_run_from_this_site_alone_and_no_text_becomes_one(monkeypatch):
    assert "'unsafe-eval'" not in directive("script-src") and "'wasm-unsafe-eval'" in directive("script-src")
    assert "http" not in headers()["content-security-policy"] and "*" not in headers()["content-security-policy"]


def test_only_this_site_shows_the_page_in_a_frame_unless_the_host_names_others(monkeypatch):
    assert directive("frame-ancestors") == "'self'"
    monkeypatch.setenv(EMBEDDERS, "https://school.example https://slides.example")
    assert directive("frame-ancestors") == "'self' https://school.example https://slides.example"
    monkeypatch.setenv(EMBEDDERS, "https://school.example; script-src *")
    with pytest.raises(ValueError, match="expected origins"):
        headers()
