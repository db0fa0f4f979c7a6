"""The server imports app.py before anything else, and then makes of it what stands in front of Streamlit."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.page_server import ROOT

IMPORTED = """
import os, sys, streamlit, streamlit.web.cli
before = "numpy" in sys.modules
import app
print(before, os.environ["OPENBLAS_NUM_THREADS"], "numpy" in sys.modules)
"""


def test_numpy_is_imported_after_its_threads_were_limited_and_a_host_may_choose_another_limit():
    for limit, printed in (({}, "False 1 True"), ({"OPENBLAS_NUM_THREADS": "2"}, "False 2 True")):
        environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | limit
        call = [sys.executable, "-c", IMPORTED]
        result = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
        assert result.stdout.strip() == printed, result.stderr
