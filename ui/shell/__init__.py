"""The style sheets and scripts of all pages, read once for all visitors."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

from digits.samples import DIGITS
from ui.room import strip
from ui.room.visit import room_visit
from ui.shared import session

UI = Path(__file__).resolve().parents[1]
STYLES = (  # in this order
    "shell/page",
    "shared/charts",
    "drawing/stage",
    "drawing/answers",
    "draw/panels/panels",
    "book/book",
    "play/play",
)
SCRIPTS = ("drawing/canvas", "shell/page", "drawing/stroke")
EMBEDDED = (
    "<style>.stApp .stMainBlockContainer { padding-top: 0.75rem; } .stApp { --side: min(42vw, 100vh - 11rem); }</style>"
)
OFFLINE = "Connection lost. Your drawing is safe; it is answered when the connection is back."


def inject_assets() -> None:
    """Put them on the page, and the banner that is shown while the server cannot be reached."""
    with st.container(key="script"):
        st.html(f"<style>{_joined(STYLES, 'css')}</style>")
        st.html(f"<script>{_samples()}{_joined(SCRIPTS, 'js')}</script>", unsafe_allow_javascript=True)
        if st.context.is_embedded:  # on a slide, without navigation
            st.html(EMBEDDED)
        if session.ROOM in st.query_params or room_visit().member is not None:
            st.html(strip.STYLE)
    with st.container(key="offline"):
        st.html(f'<p class="offline">{OFFLINE}</p>')


@cache
def _joined(names: tuple[str, ...], suffix: str) -> str:
    return "\n".join((UI / f"{name}.{suffix}").read_text(encoding="utf-8") for name in names)


@cache
def _samples() -> str:
    """The sample digits as a constant of the scripts: by key, strokes on a canvas of side 1."""
    margin, extent = 0.14, 0.72
    strokes = {
        digit: [[[round(margin + extent * x, 3), round(margin + extent * y, 3)] for x, y in stroke] for stroke in drawn]
        for digit, drawn in DIGITS.items()
    }
    return f"window.SAMPLES ??= {json.dumps(strokes, separators=(',', ':'))};\n"
