"""The pages by name, so that any page can lead to another without importing it. app.py fills them in, once a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

PAGES = {"draw": "Draw", "play": "Play", "room": "Room", "learn": "Learn", "evidence": "Evidence", "book": "The book"}
Page = Any  # what st.Page() returns; Streamlit does not export its type

_KEY = "pages_by_name"


def register(pages: Mapping[str, Page]) -> None:
    """Keeps this run's pages, by the names that go() takes."""
    st.session_state[_KEY] = dict(pages)


def go(name: str, query_params: Mapping[str, str] | None = None) -> None:
    """Opens a page, with these parameters in its address; ends this run. Raises KeyError for an unknown name."""
    st.switch_page(st.session_state[_KEY][name], query_params=query_params)
