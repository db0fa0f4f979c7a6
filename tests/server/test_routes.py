"""The addresses beside the page are found at the root and below the prefix that the page is served under."""

from __future__ import annotations

import inspect

import pytest
import streamlit as st
from starlette.routing import Match

from server import browser_files
from server.predict import Predict
from server.routes import routes
from ui.room import changes, wall


@pytest.mark.parametrize(("base", "prefixes"), [("", [""]), ("digits", ["", "/digits"]), ("/a/b/", ["", "/a/b"])])
@pytest.mark.parametrize(
    ("method", "path", "endpoint"),
    [
        ("GET", "/api/room/x", changes.answer),
        ("GET", "/api/room/x/wall", wall.answer_wall),
        ("GET", "/api/room/x/export/room-ACDEFG.csv", wall.answer_export),
        ("POST", "/api/predict", Predict.answer),
        ("GET", "/browser/0a/engine/worker.js", browser_files.script),
        ("GET", "/browser/net/0a/drawn/mlp.tflite", browser_files.network),
        ("GET", "/browser/catalog/0a.json", browser_files.catalog),
        ("GET", "/browser/styles/0a.css", browser_files.styles),
    ],
)
def test_every_address_is_found_below_the_pages_prefix_too(monkeypatch, base, prefixes, method, path, endpoint):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.get)
    for prefix in prefixes:
        scope = {"type": "http", "path": prefix + path, "method": method}
        first = next(route for route in routes() if route.matches(scope)[0] is Match.FULL)
        found = inspect.unwrap(first.endpoint)  # the routes that speak the visitor's language are wrapped
        assert getattr(found, "__func__", found) is endpoint
