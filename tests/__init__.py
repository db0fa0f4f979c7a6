"""The tests, whose NumPy uses one thread, as the page's does (app.py)."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
