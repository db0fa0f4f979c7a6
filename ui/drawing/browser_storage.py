"""Keeps the visitor's last drawings in their own browser, so that a reload loses nothing.

None of it is kept on the server. The browser's storage may be forged: whatever comes back is checked and bounded.
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
import zlib
from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from digits import CLASSES, SIDE
from recognition import ensemble
from recognition.store import default_recipe
from ui.drawing.history import DrawnDigit, current_history
from ui.shared import session
from ui.shared.choosers import selected

MAX_DRAWINGS = 20  # digits that the browser keeps
LATEST = 3  # drawings that each run sends: the newest, and those of runs that were interrupted
MAX_STORED = 100_000  # characters of what a browser sends back
NAME = "draw-a-digit"  # of the entry in the browser's storage

SCRIPT = """
export default function ({ data, setStateValue }) {
  const [name, restored, latest] = data; // a list, because Streamlit looks for data frames in anything else
  try {
    const stored = localStorage.getItem(name) ?? "";
    if (!restored) setStateValue("kept", stored);
    else if (latest) localStorage.setItem(name, merged(stored, JSON.parse(latest)));
  } catch (error) {
    if (!restored) setStateValue("kept", ""); // a browser without storage
  }
}

function merged(stored, drawings) {
  let before = [];
  const latest = Object.entries(drawings).flatMap(([drawing, digits]) => digits.map((digit) => [...digit, drawing]));
  const again = new Set(latest.map(([digit]) => digit)); // a reload draws the newest one once more
  try {
    before = JSON.parse(stored).drawings;
    before = before.filter(([digit, label, drawing]) => !(drawing in drawings) && !again.has(digit));
  } catch {}
  return JSON.stringify({ drawings: [...before, ...latest].slice(-MAX_DRAWINGS) });
}
""".replace("MAX_DRAWINGS", str(MAX_DRAWINGS))

log = logging.getLogger(__name__)


@cache
def _component() -> Any:
    return st.components.v2.component("draw_a_digit_memory", js=SCRIPT, isolate_styles=False)


def restore() -> None:
    """Take over what the browser has stored, once in a visit, when the browser has sent it."""
    stored = (st.session_state.get(session.MEMORY) or {}).get("kept")
    if stored and not st.session_state.get(session.RESTORED):
        _restore(stored)
    if stored is not None:
        st.session_state[session.RESTORED] = True


def remember() -> None:
    """Send the newest drawings to the browser; before they are restored, ask for what it has stored."""
    restored = st.session_state.get(session.RESTORED, False)
    with st.container(key="memory"):
        _component()(
            data=[NAME, restored, _latest() if restored else ""],
            key=session.MEMORY,
            default={"kept": None},
            on_kept_change=lambda: None,
        )


def _latest() -> str:
    visit = session.kept(session.VISIT_ID, lambda: secrets.token_hex(4))
    drawings = {
        f"{visit}-{number}": [[_pack(digit.digit), digit.label] for digit in drawing]
        for number, drawing in list(current_history().drawings.items())[-LATEST:]
        if number >= 0  # not those that were restored
    }
    return json.dumps(drawings, separators=(",", ":")) if drawings else ""


def _restore(stored: str) -> None:
    """Put the stored drawings before those of this visit, with new predictions."""
    try:
        content = json.loads(stored[:MAX_STORED])
        kept = content["drawings"][-MAX_DRAWINGS:]
        digits, labels = [_unpack(digit) for digit, *_ in kept], [_label(label) for _, label, *_ in kept]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error) as error:
        log.warning("a browser sent back something that it was not given: %s", type(error).__name__)
        return
    predictions = ensemble.predict_all(selected(default_recipe()), digits).by_digit
    history = current_history()
    for place, (digit, label, each) in enumerate(zip(digits, labels, predictions, strict=True), -len(digits)):
        by_network = {prediction.network: prediction for prediction in each}
        history.drawings.setdefault(place, (DrawnDigit(digit, by_network, label=label),))
    history.drawings = dict(sorted(history.drawings.items()))


def _pack(digit: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(digit.tobytes())).decode("ascii")


def _unpack(digit: str) -> np.ndarray:
    data = zlib.decompressobj().decompress(base64.b64decode(digit, validate=True), SIDE * SIDE)
    return np.frombuffer(data, np.uint8).reshape(SIDE, SIDE)


def _label(value: object) -> int | None:
    if value is not None and value not in range(CLASSES):
        raise ValueError(f"expected a digit from 0 to {CLASSES - 1}")
    return value if isinstance(value, int) else None
