"""Below the heads: which digit of a number the page is about, and what to try next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from learning.training import possible
from models import NETWORKS
from recognition.prediction import Prediction, majority
from recognition.report import photo_doubts
from ui.drawing.board import Board
from ui.drawing.history import DrawnDigit
from ui.learn import state
from ui.shared import images, session
from ui.shared.percent import percent

SURE = 0.9  # confidence below which a network is said to be unsure
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True)
class Suggestion:
    """Words for a button, and what it opens: a panel, and choices in it by their keys in the session.

    grab: in place of a panel, how the digit is changed under the visitor's hand; browser/grab/ takes the click.
    """

    words: str
    panel: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    grab: str = ""


ALL_SURE = (  # one after another, from drawing to drawing
    Suggestion("All sure? Turn it until one gives up", grab="turn"),
    Suggestion("All sure? Rub it out until one gives up", grab="wiped"),
    Suggestion("All sure? See which ink they depend on", "Which ink?"),
    Suggestion("All sure? Move it until one gives up", grab="right"),
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


def explain_photo(board: Board, doubted: bool) -> None:
    """Of a photo: choose another of its lines, say what was not read, and turn it where it may lie on its side.

    doubted: something on the chosen line may be no digit.
    """
    if board.sheet is None:
        return
    if len(board.sheet.lines) > 1:
        with st.container(key="lines", horizontal=True, gap="small"):
            for line, each in enumerate(board.sheet.lines):
                st.button(
                    f"Line {line + 1}, {len(each.digits)} {'digit' if len(each.digits) == 1 else 'digits'}",
                    key=session.line_of_photo(line),
                    type="primary" if line == board.line else "secondary",
                    on_click=board.choose_line,
                    args=(line,),
                )
    doubts = photo_doubts(board.sheet, board.sheet.lines[board.line]) if board.sheet.lines else []
    if doubts:
        st.markdown(f":material/warning: {' '.join(doubts)}")
    if doubted or doubts or not board.sheet.lines:
        st.button("Turn the photo", key=session.TURN_PHOTO, icon=":material/rotate_right:", on_click=board.turn_photo)


def offer_teaching(drawn: DrawnDigit) -> None:
    """Show a button that teaches a network a digit that it misread, where networks can be trained here."""
    if drawn.misread and possible() and st.button("Teach it", key=session.TEACH, icon=":material/school:"):
        state.teach()


def suggest(drawn: DrawnDigit, number: int) -> None:
    """Show a button for what to try after the predictions for drawing so-and-so many."""
    if offered := _suggestion(drawn, number):
        _tertiary(offered.words, _open, offered, key=f"grab_{offered.grab}" if offered.grab else session.SUGGESTION)


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
    if drawn.outlier and drawn.label is None:
        return Suggestion("They are guessing: see which ink made them", "Which ink?")
    right = majority(predictions) if drawn.label is None else drawn.label
    if others := [each for each in predictions if each.digit != right]:
        return _why(max(others, key=lambda each: each.confidence))
    least = min(predictions, key=lambda each: each.confidence)
    if least.confidence < SURE:
        unsure = f"The {NETWORKS[least.network].title} is only {percent(least.confidence)} sure"
        return Suggestion(f"{unsure}: see which ink confuses it", "Which ink?")
    return ALL_SURE[number % len(ALL_SURE)]


def _why(prediction: Prediction) -> Suggestion:
    """To the journey of a network that is wrong or disagrees: there is what speaks for its answer against the other."""
    title = NETWORKS[prediction.network].title
    return Suggestion(f"Why does the {title} say {prediction.digit}?", "Journey", {session.NETWORK: title})


def _tertiary(words: str, action: Callable[..., None], *arguments: object, key: str = session.SUGGESTION) -> None:
    icon = ":material/arrow_forward:"
    st.button(words, key=key, icon=icon, type="tertiary", on_click=action, args=arguments)


def _choose(board: Board, place: int) -> None:
    board.chosen = place


def _open(offered: Suggestion) -> None:
    st.session_state[session.PANEL] = offered.panel
    for key, choice in offered.choices.items():
        st.session_state[key] = st.query_params[key] = choice  # whose widget is not on the page yet


def _ordinal(place: int) -> str:
    """The place of a digit, counted from 0, in a word: "first"."""
    return ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"
