"""The routes that the server answers beside the page."""

from __future__ import annotations

import streamlit as st
from starlette.routing import Route

from server.predict import MidStroke, Predict
from ui.room import changes


def routes() -> list[Route]:
    """Return the routes for st.App: at the root, where it keeps them, and below server.baseUrlPath, where pages ask."""
    endpoints = [
        ("api/predict", Predict().answer, "POST"),
        ("api/stroke", MidStroke().answer, "POST"),
        (changes.PATH, changes.answer, "GET"),
    ]
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return [
        Route(f"{prefix}/{path}", endpoint, methods=[method])
        for prefix in dict.fromkeys(("", base and f"/{base}"))
        for path, endpoint, method in endpoints
    ]
