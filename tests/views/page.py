"""The page without a browser: what Streamlit's AppTest needs to draw on it and to read its answers."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from digits.strokes import draw_strokes
from tests.server import ROOT

BRUSH = 18
START_SECONDS = 120  # TensorFlow comes in with the first run


def visit() -> AppTest:
    """The page after its first run, as a visitor finds it."""
    return opened({})


def opened(query: Mapping[str, list[str]]) -> AppTest:
    """The page after its first run, opened by a link with these parameters."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=START_SECONDS)
    for name, values in query.items():
        page.query_params[name] = values
    return page.run()


def data_url(drawing: np.ndarray, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.fromarray(drawing).convert("RGBA" if kind == "PNG" else "RGB").save(file, kind)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def message(strokes: list[np.ndarray], **changes) -> dict:
    """What the canvas sends after these strokes."""
    paths = [[["M", *stroke[0].tolist()], *(["L", *point] for point in stroke[1:].tolist())] for stroke in strokes]
    objects = [{"type": "Path", "path": path, "strokeWidth": BRUSH} for path in paths]
    sent = {"raw": {"version": "7.4.0", "objects": objects}, "data": data_url(draw_strokes(strokes, BRUSH, 280, 280))}
    return {"drawing": sent | changes}


def send(page: AppTest, sent) -> AppTest:
    """Lets the canvas that is mounted send something."""
    page.session_state[page.session_state["board"].key] = sent
    return page.run()


def answers(page: AppTest) -> str:
    (found,) = (html.body for html in page.html if 'class="answers' in html.body)
    return found


def click(page: AppTest, label: str) -> AppTest:
    (button,) = (button for button in page.button if button.label == label)
    return page if button.disabled else button.click().run()


def choose_sample(page: AppTest, name: str) -> AppTest:
    page.session_state["ways"] = True
    return click(page.run(), name)
