"""Keeps a training alive while its visitor looks at another page, and takes its network when it is done."""

from __future__ import annotations

import streamlit as st

from views import session

EVERY = 3.0  # seconds


def beat() -> None:
    """Looks at the training again and again; costs nothing where none runs."""
    if session.learning().running:
        _beat()


@st.fragment(run_every=EVERY)
def _beat() -> None:
    if session.learning().follow():
        st.rerun()
