"""The page without a browser: draws on Streamlit's AppTest and reads the predictions."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from digits.strokes import draw_strokes, strokes_from_fabric
from tests.page_server import ROOT
from ui.drawing.board import CANVAS_KEY

BRUSH = 18
START_SECONDS = 120  # TensorFlow comes in with the first run


def visit() -> AppTest:
    """The page after its first run."""
    return opened({})


def opened(query: Mapping[str, list[str]]) -> AppTest:
    """The page after its first run, opened with these query parameters."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=START_SECONDS)
    for name, values in query.items():
        page.query_params[name] = values
    return page.run()


def data_url(drawing: np.ndarray, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.fromarray(drawing).convert("RGBA" if kind == "PNG" else "RGB").save(file, kind)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def message(strokes: list[np.ndarray], **changes) -> dict:
    """The canvas's message after these strokes."""
    paths = [[["M", *stroke[0].tolist()], *(["L", *point] for point in stroke[1:].tolist())] for stroke in strokes]
    objects = [{"type": "Path", "path": path, "strokeWidth": BRUSH} for path in paths]
    sent = {"raw": {"version": "7.4.0", "objects": objects}, "data": data_url(draw_strokes(strokes, BRUSH, 280, 280))}
    return {"drawing": sent | changes}


def send(page: AppTest, sent) -> AppTest:
    """Let the canvas that is mounted send something."""
    page.session_state[CANVAS_KEY] = sent
    return page.run()


def answers(page: AppTest) -> dict[str, dict]:
    """The data that browsers draw: "heads" with the verdict, and "bars" unless a panel is open."""
    elements = (element.proto for element in page.get("bidi_component"))
    sent = [json.loads(element.json) for element in elements if element.component_name == "draw_a_digit_answers"]
    return {data["part"]: data for data in sent}


def record(page: AppTest) -> dict:
    """The server's record of the drawing; see ui.drawing.answers.Record."""
    return answers(page)["heads"]["record"]


def read(page: AppTest) -> dict[str, str]:
    """The digit, or the number, that each network reads; nothing where there are no answers."""
    digits = [digit["probabilities"] for digit in record(page)["digits"]]
    return {key: "".join(str(np.argmax(digit[key])) for digit in digits) for key in (digits[0] if digits else ())}


def say(page: AppTest, labels: object) -> AppTest:
    """Tell what was meant by each digit of the drawing, as the browser does after a tap."""
    page.session_state["answers_heads"] = {"meant": {"drawing": record(page)["drawing"], "labels": labels}}
    return page.run()


def click(page: AppTest, label: str) -> AppTest:
    (button,) = (button for button in page.button if button.label == label)
    return button.click().run()


def clear(page: AppTest) -> AppTest:
    """Clear, as in a browser: it empties its canvas, and presses the button."""
    page.session_state[CANVAS_KEY] = message([])
    return click(page, "Clear")


def undo(page: AppTest) -> AppTest:
    """Undo, as in a browser: it takes back its last stroke, or presses the button where its canvas is empty."""
    board = page.session_state["board"]
    if not board.foreground:
        return click(page, "Undo")
    return send(page, message(strokes_from_fabric(board.foreground)[0][:-1]))


def choose_sample(page: AppTest, name: str) -> AppTest:
    page.session_state["inputs_open"] = True
    return click(page.run(), name)
