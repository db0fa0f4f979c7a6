"""What the server answers beside the page."""

from __future__ import annotations

from starlette.routing import Route

from server.predict import Api, MidStroke
from ui.room import changes


def routes() -> list[Route]:
    """What st.App takes as its routes."""
    return [
        Route("/api/predict", Api().predict, methods=["POST"]),
        Route("/api/stroke", MidStroke().answer, methods=["POST"]),
        Route(changes.PATH, changes.answer, methods=["GET"]),
    ]
