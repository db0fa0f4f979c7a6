"""The routes that the server answers beside the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import language
from server import browser_files
from server.predict import Predict
from ui.room import changes, taught, wall
from ui.shared.visitor_language import of_request

Endpoint = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    """Return the routes for st.App: at the root, where it keeps them, and below server.baseUrlPath, where pages ask."""
    endpoints = [
        ("api/predict", Predict().answer, "POST"),
        ("browser/net/{sha256}/{recipe}/{key}.tflite", browser_files.network, "GET"),
        ("browser/own/{name}.tflite", browser_files.own, "GET"),
        ("browser/catalog/{name}", browser_files.catalog, "GET"),
        ("browser/styles/{name}", browser_files.styles, "GET"),
        ("browser/{version}/{name:path}", browser_files.script, "GET"),
        (changes.PATH, _translated(changes.answer), "GET"),
        (wall.WALL, _translated(wall.answer_wall), "GET"),
        (wall.DIGITS, wall.answer_digits, "GET"),
        (wall.SCORES, _translated(wall.answer_scores), "GET"),
        (taught.FILE, taught.answer_file, "GET"),
        (wall.EXPORT, _translated(wall.answer_export), "GET"),
    ]
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return [
        Route(f"{prefix}/{path}", endpoint, methods=[method])
        for prefix in dict.fromkeys(("", base and f"/{base}"))
        for path, endpoint, method in endpoints
    ]


def _translated(endpoint: Endpoint) -> Endpoint:
    """The same endpoint, in the language of each request."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        with language.speaking(of_request(request)):
            return await endpoint(request)

    return answer
