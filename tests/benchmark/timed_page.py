"""The page, writing down where its time goes: what the load test serves in place of app.py."""

import runpy

from tests.benchmark import timing
from tests.server import ROOT

timing.measured()
runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
