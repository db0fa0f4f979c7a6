"""The page, with a route that counts what is left of visits: what test_ended_visits.py serves in place of app.py."""

from __future__ import annotations

import runpy
import weakref

import streamlit as st

from tests.page_server import ROOT

if __name__ == "__main__":
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
else:
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from streamlit import runtime
    from streamlit.runtime.app_session import AppSession

    from server import maintenance
    from server.middleware import middleware
    from ui.drawing.board import Board
    from ui.drawing.history import History

    maintenance.PERIOD_SECONDS = 0.5
    alive: dict[type, weakref.WeakSet] = {kind: weakref.WeakSet() for kind in (Board, History, AppSession)}

    def counted(kind: type) -> None:
        """Keeps a weak reference to each object of a kind, as the garbage collector does not list frozen ones."""
        make = kind.__init__

        def init(self, *arguments, **named):
            alive[kind].add(self)
            make(self, *arguments, **named)

        kind.__init__ = init

    for kind in alive:
        counted(kind)

    def counts(request: Request) -> JSONResponse:
        files = runtime.get_instance().uploaded_file_mgr.file_storage
        numbers = {kind.__name__: len(objects) for kind, objects in alive.items()}
        return JSONResponse(numbers | {"files": sum(map(len, files.values()))})

    app = st.App(__file__, middleware=middleware(), lifespan=maintenance.lifespan, routes=[Route("/counts", counts)])
