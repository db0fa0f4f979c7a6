"""The addresses beside the page are found at the root and below the prefix that the page is served under."""

from __future__ import annotations

import pytest
import streamlit as st
from starlette.routing import Match

from server.routes import routes


@pytest.mark.parametrize(("base", "prefixes"), [("", [""]), ("digits", ["", "/digits"]), ("/a/b/", ["", "/a/b"])])
@pytest.mark.parametrize(
    ("path", "method"), [("/api/room/x", "GET"), ("/api/stroke", "POST"), ("/api/predict", "POST")]
)
def test_every_address_is_found_below_the_pages_prefix_too(monkeypatch, base, prefixes, path, method):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    for prefix in prefixes:
        scope = {"type": "http", "path": prefix + path, "method": method}
        assert [route.matches(scope)[0] for route in routes()].count(Match.FULL) == 1
