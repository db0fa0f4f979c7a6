"""Below the headline: which digit of a number the page is about, whether it was read right, and what to try next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from digits import CLASSES
from models import NETWORKS
from recognition.prediction import majority
from ui.drawing.board import Board
from ui.drawing.history import DrawnDigit
from ui.learn import state
from ui.shared import images, session
from ui.shared.percent import percent

SURE = 0.9  # confidence below which a network is said to be unsure
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
JOURNEY = {  # by the number of axes of a network's input: what its journey shows
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


ALL_SURE = (  # one after another, from drawing to drawing
    Suggestion("All sure? Rotate it until one gives up", "Poke it", {session.PERTURBATION: "Rotate"}),
    Suggestion("All sure? Erase it row by row until one gives up", "Poke it", {session.PERTURBATION: "Erase rows"}),
    Suggestion("All sure? See which ink they depend on", "Which ink?"),
    Suggestion("All sure? Add noise until one gives up", "Poke it", {session.PERTURBATION: "Noise"}),
)


def choose_digit(board: Board, digits: Sequence[DrawnDigit]) -> None:
    """Show a button for each digit of a number: its picture, the majority's prediction, and "?" for an outlier."""
    with st.container(key="number", horizontal=True, gap="small"):
        for place, drawn in enumerate(digits):
            read = str(majority([*drawn.predictions.values()])) if drawn.predictions else "–"
            st.button(
                f"![{_ordinal(place)} digit]({images.digit(drawn.digit)}) {read}{'?' if drawn.outlier else ''}",
                key=session.digit_of_number(place),
                type="primary" if place == board.place else "secondary",
                on_click=_choose,
                args=(board, place),
            )


def ask_label(number: int, digits: Sequence[DrawnDigit], place: int) -> bool:
    """Show a button for "right", and one that opens the ten digits; return whether a network shall be taught.

    digits: of the drawing with this number. place: of the digit that is asked about; "right" is about all of them.
    """
    drawn = digits[place]
    with st.container(key="meaning", horizontal=True, gap="small"):
        if drawn.label is None and not drawn.outlier:
            st.button("Yes, right", key=session.RIGHT, icon=":material/check:", on_click=_confirm, args=(digits,))
        question = "It is a digit" if drawn.outlier else "No, I meant"
        label = question if drawn.label is None else f"You meant {drawn.label}"
        popover = st.popover(label, key=session.MEANING, on_change="rerun")
        if popover.open:
            with popover:
                st.pills(
                    f"Which digit did you mean{f' by the {_ordinal(place)}' if len(digits) > 1 else ''}?",
                    range(CLASSES),
                    default=drawn.label,
                    key=session.label(number, place),
                    on_change=_set_label,
                    args=(drawn, session.label(number, place)),
                )
        if not drawn.misread or not state.possible():
            return False
        return st.button("Teach it", key=session.TEACH, icon=":material/school:")


def suggest(drawn: DrawnDigit, number: int) -> None:
    """Show a button for what to try after the predictions for drawing so-and-so many."""
    if offered := _suggestion(drawn, number):
        _tertiary(offered.words, _open, offered)


def offer_doubtful(board: Board, digits: Sequence[DrawnDigit]) -> bool:
    """Offer a look at the digit of least confidence; not if the networks are sure, or it is chosen already."""
    least = [min((each.confidence for each in drawn.predictions.values()), default=1.0) for drawn in digits]
    place = int(np.argmin(least))
    if least[place] >= SURE or place == board.place:
        return False
    _tertiary(f"They are least sure of the {_ordinal(place)} digit: look at it", _choose, board, place)
    return True


def _suggestion(drawn: DrawnDigit, number: int) -> Suggestion | None:
    predictions = [*drawn.predictions.values()]
    if not predictions:
        return None
    if drawn.outlier:
        return Suggestion("They are guessing: see which ink made them", "Which ink?")
    digit = majority(predictions)
    others = [each for each in predictions if each.digit != digit]
    if len(others) == 1:
        network = NETWORKS[others[0].network]
        words = f"The {network.title} disagrees: {JOURNEY[len(network.input_shape)]}"
        return Suggestion(words, "Journey", {session.NETWORK: network.title})
    if others:
        return Suggestion("They disagree: see whether other training would help", "Compare training")
    least = min(predictions, key=lambda each: each.confidence)
    if least.confidence < SURE:
        unsure = f"The {NETWORKS[least.network].title} is only {percent(least.confidence)} sure"
        return Suggestion(f"{unsure}: see which ink confuses it", "Which ink?")
    return ALL_SURE[number % len(ALL_SURE)]


def _tertiary(words: str, action: Callable[..., None], *arguments: object) -> None:
    icon = ":material/arrow_forward:"
    st.button(words, key=session.SUGGESTION, icon=icon, type="tertiary", on_click=action, args=arguments)


def _confirm(digits: Sequence[DrawnDigit]) -> None:
    """Take the majority's prediction as the label, where there is none yet."""
    for drawn in digits:
        if drawn.label is None and drawn.predictions:
            drawn.label = majority([*drawn.predictions.values()])


def _set_label(drawn: DrawnDigit, key: str) -> None:
    drawn.label = st.session_state.get(key)
    st.session_state[session.MEANING] = False


def _choose(board: Board, place: int) -> None:
    board.chosen = place


def _open(offered: Suggestion) -> None:
    st.session_state[session.PANEL] = offered.panel
    for key, choice in offered.choices.items():
        st.session_state[key] = choice


def _ordinal(place: int) -> str:
    """The place of a digit, counted from 0, in a word: "first"."""
    return ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"
