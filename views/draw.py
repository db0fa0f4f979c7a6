"""The first page: draw a digit, and the networks answer."""

from __future__ import annotations

import streamlit as st

from models.weights import WeightsError
from views import answers, networks
from views.canvas import SIZE, canvas
from views.inputs import inputs
from views.summary import summaries

RECIPE = "book"
PANELS = {
    "What went in": inputs,
    "Summaries": summaries,
}  # each draws itself, given the digit or None and the classifiers


@st.fragment
def page() -> None:
    """Canvas first, so that one can draw while the networks load; then their answers; then the panels one opens."""
    left, right = st.columns([SIZE, 1000 - SIZE], gap="medium")
    with left:
        board = canvas()
    answer = right.empty()
    if not networks.awake(RECIPE):
        with answer:
            answers.invitation(answers.LOADING)
    classifiers = networks.classifiers(RECIPE)
    with answer:
        if board.digit is None:
            answers.invitation(answers.TOO_SMALL if board.strokes else answers.INVITATION)
        else:
            answers.answers(
                board.digit,
                {
                    key: found if isinstance(found, WeightsError) else (found.predict(board.digit[None])[0], found.card)
                    for key, found in classifiers.items()
                },
            )
    panel = st.pills("Look closer", PANELS, key="panel", label_visibility="collapsed")
    if panel:
        PANELS[panel](board.digit, classifiers)
