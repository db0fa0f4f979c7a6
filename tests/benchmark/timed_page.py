"""The page with timing of its parts, which the load test serves in place of app.py."""

import runpy

import streamlit as st

from tests.benchmark import timing
from tests.server import ROOT

if __name__ == "__main__":
    timing.measured()
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
else:
    from views.guard.middleware import middleware
    from views.guard.upkeep import lifespan
    from views.routes import routes

    app = st.App(__file__, routes=routes(), middleware=middleware(), lifespan=lifespan)
