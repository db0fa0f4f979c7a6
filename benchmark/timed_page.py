"""The page with timing of its parts, which the load test serves in place of app.py."""

import runpy

import streamlit as st

from benchmark import timing
from tests.page_server import ROOT

if __name__ == "__main__":
    timing.measured()
    timing.allow_runs()
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
else:
    from server.maintenance import lifespan
    from server.middleware import middleware
    from server.routes import routes

    app = st.App(__file__, routes=routes(), middleware=middleware(), lifespan=lifespan)
