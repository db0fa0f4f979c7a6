"""The style sheets and the frame of all pages, which server/index_page.py puts into the first HTML."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from jinja2 import Template

from language import LANGUAGES, N_, _
from ui.room import strip
from ui.room.visit import room_visit
from ui.shared import modules, session

UI = Path(__file__).resolve().parents[1]
STYLES = (  # in this order
    "shell/placeholder",
    "shell/page",
    "shared/charts",
    "drawing/stage",
    "drawing/answers",
    "drawing/grab",
    "draw/projector",
    "draw/panels/panels",
    "draw/panels/journey",
    "book/book",
    "evidence/evidence",
    "play/play",
)
EMBEDDED = (
    "<style>.stApp .stMainBlockContainer { padding-top: 0.75rem; } .stApp { --side: min(42vw, 100vh - 11rem); }</style>"
)
OFFLINE = N_("Connection lost. Your drawing is safe; it is answered when the connection is back.")


def inject_assets() -> None:
    """Put the banner for a lost connection on the page, and the styles that only some visits need."""
    with st.container(key="script"):
        if st.context.is_embedded:  # on a slide, without navigation
            st.html(EMBEDDED)
        visit = room_visit()
        if session.ROOM in st.query_params or visit.member is not None or visit.farewell:
            st.html(strip.STYLES[0])
    with st.container(key="offline"):
        st.html(f'<p class="offline">{_(OFFLINE)}</p>')
    if st.context.is_embedded:
        return
    with st.container(key="language"):
        modules.mount("menu", "page/menu.js", {"languages": LANGUAGES}, key="menu")


def placeholder() -> str:
    """Return the frame that stands on the page until the page is there, in the current language."""
    frame = Template((UI / "shell" / "placeholder.html").read_text(encoding="utf-8"), autoescape=True)
    return frame.render(title=_("Draw a digit"), invitation=_("Draw a digit from 0 to 9"))


@cache
def styles() -> str:
    """Return the style sheets of all pages."""
    return "\n".join((UI / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
