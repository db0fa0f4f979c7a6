"""After each answer one thing to try next, which follows from what just happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from models import NETWORKS
from recognition.answer import Answer
from views import serving, session
from views.percent import percent

SURE = 0.9  # below this confidence a network is said to be unsure
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


def suggestion(answers: Sequence[Answer], outlier: bool, number: int) -> Suggestion | None:
    """What to try after these answers to drawing so-and-so many; None where nothing has answered."""
    given = [answer for answer in answers if not answer.error]
    if not given:
        return None
    if outlier:
        return Suggestion("They are guessing: see which ink made them", "Which ink?")
    digit = serving.majority([answer.shares for answer in given])
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
