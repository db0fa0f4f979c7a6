"""What a visit leaves in the visitor's own browser: its last drawings and scores, so that a reload loses nothing.

Nothing of it is kept on the server. What comes back may be forged: everything is checked, and bounded.
"""

from __future__ import annotations

import base64
import json
import logging
import zlib
from functools import cache, lru_cache
from typing import Any

import numpy as np
import streamlit as st

from digits import CLASSES, SIDE
from recognition import ensemble
from recognition.store import default_recipe
from ui.drawing import current
from ui.drawing.history import Drawing
from ui.shared import session
from ui.shared.choosers import selected

KEPT = 20  # drawings
LONGEST = 100_000  # letters of what a browser sends back
NAME = "draw-a-digit"  # of the entry in the browser's storage

SCRIPT = """
export default function ({ data, setStateValue }) {
  const [name, restored, save] = data; // a list, as Streamlit looks for data frames in anything else
  try {
    if (save) localStorage.setItem(name, save);
    else if (!restored) setStateValue("kept", localStorage.getItem(name) ?? "");
  } catch (error) {
    if (!restored) setStateValue("kept", ""); // a browser that keeps nothing
  }
}
"""

log = logging.getLogger(__name__)


@cache
def _component() -> Any:
    return st.components.v2.component("draw_a_digit_memory", js=SCRIPT, isolate_styles=False)


def restore() -> None:
    """At the beginning of a visit, takes over what the browser has kept, once it has sent it."""
    kept = (st.session_state.get(session.MEMORY) or {}).get("kept")
    if kept is not None and not st.session_state.get(session.RESTORED):
        st.session_state[session.RESTORED] = True
        _unpack(kept)


def remember() -> None:
    """Lets the browser keep what there is now; before that, asks it for what it has kept."""
    restored = st.session_state.get(session.RESTORED, False)
    with st.container(key="memory"):
        _component()(
            data=[NAME, restored, _packed() if restored else ""],
            key=session.MEMORY,
            default={"kept": None},
            on_kept_change=lambda: None,
        )


def _packed() -> str:
    drawings = [drawing for _, drawing in current.history().digits()][-KEPT:]
    if not drawings and not current.games().right:
        return ""
    kept = [[_packed_digit(drawing.digit.tobytes()), drawing.meant] for drawing in drawings]
    return json.dumps({"drawings": kept, "games": current.games().to_json()}, separators=(",", ":"))


@lru_cache(maxsize=4096)
def _packed_digit(digit: bytes) -> str:
    """Remembered, as each run of the page packs the last drawings again."""
    return base64.b64encode(zlib.compress(digit)).decode("ascii")


def _unpack(text: str) -> None:
    """Puts the drawings that were kept before those of this visit; the networks answer to them again."""
    if not text:
        return
    try:
        kept = json.loads(text[:LONGEST])
        drawings = [(_digit(picture), _meant(meant)) for picture, meant in kept["drawings"][-KEPT:]]
        current.games().restore(kept["games"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error) as error:
        log.warning("a browser sent back something that it was not given: %s", type(error).__name__)
        return
    selection = selected(default_recipe())
    history = current.history()
    for place, (digit, meant) in enumerate(drawings):
        answers = {answer.network: answer for answer in ensemble.predict_all(selection, digit) if not answer.error}
        history.drawings.setdefault(place - len(drawings), Drawing(digit, answers, meant))
    history.drawings = dict(sorted(history.drawings.items()))


def _digit(picture: str) -> np.ndarray:
    data = zlib.decompressobj().decompress(base64.b64decode(picture, validate=True), SIDE * SIDE)
    return np.frombuffer(data, np.uint8).reshape(SIDE, SIDE)


def _meant(value: object) -> int | None:
    if value is not None and value not in range(CLASSES):
        raise ValueError("expected a digit")
    return value if isinstance(value, int) else None
