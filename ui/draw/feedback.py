"""Beside the verdict: was it right? What the visitor meant goes into the history.

MERGED: After each answer one thing to try next, which follows from what just happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from digits import CLASSES
from models import NETWORKS
from recognition import ensemble
from recognition.prediction import Prediction
from ui.draw.number import SURE, ordinal
from ui.drawing.history import Drawing
from ui.learn import state
from ui.shared import session
from ui.shared.percent import percent


def ask_label(number: int, digits: Sequence[Drawing], place: int, verdict: int | None) -> bool:
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
        if not drawing.misread or not state.possible():
            return False
        return st.button("Teach it", key=session.TEACH, icon=":material/school:")


def _mean(digits: Sequence[Drawing]) -> None:
    """Takes what most networks read as what was meant."""
    for drawing in digits:
        if drawing.meant is None and drawing.answers:
            drawing.meant = ensemble.majority([answer.shares for answer in drawing.answers.values()])


def _choose(number: int, drawing: Drawing, place: int) -> None:
    drawing.meant = st.session_state.get(session.meant(number, place))
    st.session_state[session.MEANING] = False


INSIDE = {  # by the number of axes of a network's input: what its panel "Inside" shows
    1: "see which of its units light up",
    2: "see it read row by row",
    3: "see what its filters find",
}


@dataclass(frozen=True)
class Suggestion:
    """Words for a button, and what it opens: a panel, and choices in it by their keys in the session."""

    words: str
    panel: str
    choices: dict[str, str] = field(default_factory=dict)


# Where all are sure, in turn.
SURE_OF_IT = (
    Suggestion("All sure? Rotate it until one gives up", "Poke it", {session.PERTURBATION: "Rotate"}),
    Suggestion("All sure? Erase it row by row until one gives up", "Poke it", {session.PERTURBATION: "Erase rows"}),
    Suggestion("All sure? See which ink they depend on", "Which ink?", {}),
    Suggestion("All sure? Add noise until one gives up", "Poke it", {session.PERTURBATION: "Noise"}),
)


def suggestion(answers: Sequence[Prediction], outlier: bool, number: int) -> Suggestion | None:
    """What to try after these answers to drawing so-and-so many; None where nothing has answered."""
    given = [answer for answer in answers if not answer.error]
    if not given:
        return None
    if outlier:
        return Suggestion("They are guessing: see which ink made them", "Which ink?")
    digit = ensemble.majority([answer.shares for answer in given])
    others = [answer for answer in given if answer.digit != digit]
    if len(others) == 1:
        network = NETWORKS[others[0].network]
        words = f"The {network.title} disagrees: {INSIDE[len(network.input_shape)]}"
        return Suggestion(words, "Inside", {session.NETWORK: network.title})
    if others:
        return Suggestion("They disagree: see whether other training would help", "Why did it fail?")
    least = min(given, key=lambda answer: answer.confidence)
    if least.confidence < SURE:
        title = NETWORKS[least.network].title
        return Suggestion(
            f"The {title} is only {percent(least.confidence)} sure: see which ink confuses it", "Which ink?"
        )
    return SURE_OF_IT[number % len(SURE_OF_IT)]


def suggest(offered: Suggestion) -> None:
    """Draws it as a button that opens what it speaks of."""
    st.button(
        offered.words,
        key=session.SUGGESTION,
        icon=":material/arrow_forward:",
        on_click=_open,
        args=(offered,),
        type="tertiary",
    )


def _open(offered: Suggestion) -> None:
    st.session_state[session.PANEL] = offered.panel
    for key, choice in offered.choices.items():
        st.session_state[key] = choice
