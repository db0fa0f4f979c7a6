"""Below the heads: which digit of a number the page is about, and what to try next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from language import N_, _, ngettext
from learning.training import possible
from models import NETWORKS
from recognition.prediction import SURE, Prediction, majority
from recognition.report import photo_doubts
from ui.drawing.board import Board
from ui.drawing.history import DrawnDigit
from ui.learn import state
from ui.shared import images, session
from ui.shared.percent import percent

PICTURES = (  # in words, of the digits of a number
    N_("first digit"),
    N_("second digit"),
    N_("third digit"),
    N_("fourth digit"),
    N_("fifth digit"),
    N_("sixth digit"),
    N_("seventh digit"),
    N_("eighth digit"),
    N_("ninth digit"),
    N_("tenth digit"),
)


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
    Suggestion(N_("All sure? Turn it until one gives up"), grab="turn"),
    Suggestion(N_("All sure? Rub it out until one gives up"), grab="wiped"),
    Suggestion(N_("All sure? See which ink they depend on"), "Which ink?"),
    Suggestion(N_("All sure? Move it until one gives up"), grab="right"),
)


def choose_digit(board: Board, digits: Sequence[DrawnDigit]) -> None:
    """Show a button for each digit of a number: its picture, the majority's prediction, and "?" for an outlier."""
    with st.container(key="number", horizontal=True, gap="small"):
        for place, drawn in enumerate(digits):
            read = str(majority([*drawn.predictions.values()])) if drawn.predictions else "–"
            st.button(
                f"![{_nth_digit(place)}]({images.digit(drawn.digit)}) {read}{'?' if drawn.outlier else ''}",
                key=session.digit_of_number(place),
                type="primary" if place == board.place else "secondary",
                on_click=_choose,
                args=(board, place),
            )


def explain_photo(board: Board, doubted: bool) -> None:
    """Of a photo: say what was not read, turn it where it may lie on its side, and choose another of its lines.

    doubted: something on the chosen line may be no digit.
    """
    if board.sheet is None:
        return
    lines = board.sheet.lines
    doubts = photo_doubts(board.sheet, lines[board.line]) if lines else []
    if not (doubts or doubted or len(lines) != 1):
        return
    with st.container(key="explained"):
        if doubts:
            st.markdown(f":material/warning: {' '.join(map(_, doubts))}")
        if doubted or doubts or not lines:
            icon = ":material/rotate_right:"
            st.button(_("Turn the photo"), key=session.TURN_PHOTO, icon=icon, on_click=board.turn_photo)
        for line, each in enumerate(lines if len(lines) > 1 else ()):
            st.button(
                _line(line, len(each.digits)),
                key=session.line_of_photo(line),
                type="primary" if line == board.line else "secondary",
                on_click=board.choose_line,
                args=(line,),
            )


def offer_teaching(drawn: DrawnDigit) -> None:
    """Show a button that teaches a network a digit that it misread, where networks can be trained here."""
    if drawn.misread and possible() and st.button(_("Teach it"), key=session.TEACH, icon=":material/school:"):
        state.teach()


def suggest(drawn: DrawnDigit, number: int) -> None:
    """Show a button for what to try after the predictions for drawing so-and-so many."""
    if offered := _suggestion(drawn, number):
        _tertiary(_(offered.words), _open, offered, key=f"grab_{offered.grab}" if offered.grab else session.SUGGESTION)


def offer_doubtful(board: Board, digits: Sequence[DrawnDigit]) -> bool:
    """Offer a look at the digit of least confidence; not if the networks are sure, or it is chosen already."""
    least = [min((each.confidence for each in drawn.predictions.values()), default=1.0) for drawn in digits]
    place = int(np.argmin(least))
    if least[place] >= SURE or place == board.place:
        return False
    _tertiary(
        _("They are least sure of the {nth_digit}: look at it").format(nth_digit=_nth_digit(place)),
        _choose,
        board,
        place,
    )
    return True


def _suggestion(drawn: DrawnDigit, number: int) -> Suggestion | None:
    predictions = [*drawn.predictions.values()]
    if not predictions:
        return None
    if drawn.outlier and drawn.label is None:
        return Suggestion(N_("They are guessing: see which ink made them"), "Which ink?")
    right = majority(predictions) if drawn.label is None else drawn.label
    if others := [each for each in predictions if each.digit != right]:
        return _why(max(others, key=lambda each: each.confidence))
    least = min(predictions, key=lambda each: each.confidence)
    if least.confidence < SURE:
        words = _("The {network} is only {percent} sure: see which ink confuses it")
        title = NETWORKS[least.network].title
        return Suggestion(words.format(network=title, percent=percent(least.confidence)), "Which ink?")
    return ALL_SURE[number % len(ALL_SURE)]


def _why(prediction: Prediction) -> Suggestion:
    """To the journey of a network that is wrong or disagrees: there is what speaks for its answer against the other."""
    title = NETWORKS[prediction.network].title
    words = _("Why does the {network} say {digit}?").format(network=title, digit=prediction.digit)
    return Suggestion(words, "Journey", {session.NETWORK: title})


def _tertiary(words: str, action: Callable[..., None], *arguments: object, key: str = session.SUGGESTION) -> None:
    icon = ":material/arrow_forward:"
    st.button(words, key=key, icon=icon, type="tertiary", on_click=action, args=arguments)


def _choose(board: Board, place: int) -> None:
    board.chosen = place


def _open(offered: Suggestion) -> None:
    st.session_state[session.PANEL] = offered.panel
    for key, choice in offered.choices.items():
        st.session_state[key] = st.query_params[key] = choice  # whose widget is not on the page yet


def _nth_digit(place: int) -> str:
    """A digit of a number by its place, counted from 0: "first digit"."""
    return _(PICTURES[place]) if place < len(PICTURES) else _("digit {n}").format(n=place + 1)


def _line(line: int, digits: int) -> str:
    """A line of a photo, counted from 0: "Line 1, 3 digits"."""
    return ngettext("Line {line}, {n} digit", "Line {line}, {n} digits", digits).format(line=line + 1, n=digits)
