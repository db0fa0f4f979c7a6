"""The pages by name, so that any page can open another without importing it. app.py registers them in each run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from language import N_

PAGES = {  # title and icon by name, in the order of the navigation
    "draw": (N_("Draw"), ":material/draw:"),
    "play": (N_("Play"), ":material/timer:"),
    "room": (N_("Room"), ":material/groups:"),
    "learn": (N_("Learn"), ":material/school:"),
    "evidence": (N_("Evidence"), ":material/query_stats:"),
    "book": (N_("The book"), ":material/menu_book:"),
}
OLD_PANELS = {  # of the page Draw, by the names that links have carried
    "Inside": "Journey",
    "Confidence": "Bars",
    "How sure": "Bars",
    "Summaries": "How it is built",
    "How it's built": "How it is built",
    "Why did it fail?": "Bars",
    "Compare training": "Bars",
}
Page = Any  # what st.Page() returns; Streamlit does not export its type

_KEY = "pages_by_name"


def register(pages: Mapping[str, Page]) -> None:
    """Keep this run's pages under the names that go() takes."""
    st.session_state[_KEY] = dict(pages)


def go(name: str, query_params: Mapping[str, str] | None = None) -> None:
    """Open a page with these query parameters and end this run. Raises KeyError for an unknown name."""
    st.switch_page(st.session_state[_KEY][name], query_params=query_params)
