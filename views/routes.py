"""What the server answers beside the page."""

from __future__ import annotations

from starlette.routing import Route

from views import room_watch
from views.api import Api
from views.mid_stroke import MidStroke


def routes() -> list[Route]:
    """What st.App takes as its routes."""
    return [
        Route("/api/predict", Api().predict, methods=["POST"]),
        Route("/api/stroke", MidStroke().answer, methods=["POST"]),
        Route(room_watch.PATH, room_watch.answer, methods=["GET"]),
    ]
