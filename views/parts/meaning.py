"""Beside the verdict: was it right? What the visitor meant goes into the history."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from digits import CLASSES
from views import learning, serving, session
from views.history import Drawing
from views.parts.number import ordinal


def ask_meaning(number: int, digits: Sequence[Drawing], place: int, verdict: int | None) -> bool:
    """Draws a button for "right", and one that opens the ten digits.

    digits: of the drawing, one or those of a number. place: of the digit that is asked about; "right" is about all.
    verdict: what most networks answer; None where it may be no digit, and nothing is there to be right.
    Returns whether a network shall be taught what it was.
    """
    drawing = digits[place]
    with st.container(key="meaning", horizontal=True, gap="small"):
        if drawing.meant is None and verdict is not None:
            st.button("Right", key=session.RIGHT, icon=":material/check:", on_click=_mean, args=(digits,))
        question = "It is a digit" if verdict is None else "No, I meant"
        label = question if drawing.meant is None else f"You meant {drawing.meant}"
        popover = st.popover(label, key=session.MEANING, on_change="rerun")
        if popover.open:
            with popover:
                st.pills(
                    f"Which digit did you mean{f' by the {ordinal(place)}' if len(digits) > 1 else ''}?",
                    range(CLASSES),
                    default=drawing.meant,
                    key=session.meant(number, place),
                    on_change=_choose,
                    args=(number, drawing, place),
                )
        if not drawing.misread or not learning.possible():
            return False
        return st.button("Teach it", key=session.TEACH, icon=":material/school:")


def _mean(digits: Sequence[Drawing]) -> None:
    """Takes what most networks read as what was meant."""
    for drawing in digits:
        if drawing.meant is None and drawing.answers:
            drawing.meant = serving.majority([answer.shares for answer in drawing.answers.values()])


def _choose(number: int, drawing: Drawing, place: int) -> None:
    drawing.meant = st.session_state.get(session.meant(number, place))
    st.session_state[session.MEANING] = False
