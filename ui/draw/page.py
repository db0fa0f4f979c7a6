"""The first page: draw a digit, and the networks answer."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from recognition import ensemble
from recognition.ensemble import Selection
from recognition.prediction import Prediction
from recognition.store import default_recipe, trained_recipes
from ui.draw.feedback import ask_label, suggest, suggestion
from ui.draw.number import choose_digit, offer_doubtful, show_number
from ui.draw.panels.architecture import architecture_panel
from ui.draw.panels.compare import compare_panel
from ui.draw.panels.confidence import confidence_panel
from ui.draw.panels.importance import importance_panel
from ui.draw.panels.inside import inside_panel
from ui.draw.panels.perturb import perturb_panel
from ui.drawing import answers, current
from ui.drawing.board import Board
from ui.drawing.browser_storage import remember, restore
from ui.drawing.canvas import canvas
from ui.drawing.inputs import choose_input
from ui.learn import state
from ui.learn.controls import teach
from ui.room.send import send_button
from ui.room.strip import answers_wait, room_strip
from ui.room.visit import room_visit
from ui.shared import session
from ui.shared.choosers import chosen_recipe, one_recipe, selected, several_networks
from ui.shared.run_lock import RunLock
from ui.shared.share_link import share_button

# Each draws itself, given the board and the selection of networks.
PANELS = {
    "Inside": inside_panel,
    "Which ink?": importance_panel,
    "Poke it": perturb_panel,
    "Confidence": confidence_panel,
    "Summaries": architecture_panel,
    "Why did it fail?": compare_panel,
    "Compare training": compare_panel,  # the same where nothing has failed; one of the two is offered
}
FAILED, NOTHING_FAILED = list(PANELS)[-2:]


@st.fragment
def page() -> None:
    """Canvas first, so that one can draw while the networks load; beside it their answers, or the panel one opens."""
    restore()
    with st.container(key="stage"):
        pad = st.container(key="pad")
        reading = st.container(key="reading")
    with pad:
        if not room_strip():
            st.html('<header class="masthead"><h1>Draw a digit</h1><p>Neural networks read it.</p></header>')
    with RunLock() as turn:
        with pad:
            board = canvas(widens=room_visit().member is None and not st.context.is_embedded)
            send_button(board)
            with st.container(key="ways_in", horizontal=True, gap="small"):
                selection = _offers(board)
        with reading:
            _reading(board, selection, turn)
    if room_visit().member is None:  # what is drawn in a room stays in the room
        remember()


def _offers(board: Board) -> Selection:
    """What one can choose beside drawing; folded away in a room, where one only draws. Returns the selection."""
    in_room = room_visit().member is not None
    if in_room and not st.toggle("Samples, photos, networks", key=session.ROOM_MORE):
        return selected(chosen_recipe())
    choose_input(board)
    selection = _networks()
    if not in_room:
        share_button()
    return selection


def _reading(board: Board, selection: Selection, turn: RunLock) -> None:
    """The answers, and among them the panel one opens. They are known before any of it is drawn, so nothing jumps."""
    reading = _read(board, selection)
    st.html(reading.shown.heads)
    beside = st.container(key="beside")
    panel = _panel(reading, board)
    with beside:
        _next(board, reading, bool(panel))
    if panel and not answers_wait():
        turn.end()
        with st.container(key="opened"):
            PANELS[panel](board, selection)
    else:
        st.html(reading.shown.bars)
    if not reading.given:
        ensemble.load(selection)  # after the invitation, so that the first drawing is answered at once
    elif problem := ensemble.detector_problem():
        st.caption(f"Drawings that are no digit are not detected now: {problem}")


@dataclass(frozen=True)
class Reading:
    """What is said of the drawing now: the answers as they are shown, and what they hold, where there are any.

    number, outliers: for each digit of a number, left to right. place: of the digit that bars and panels are about.
    """

    shown: answers.Shown
    number: tuple[tuple[Prediction, ...], ...] = ()
    outliers: tuple[bool, ...] = ()
    place: int = 0

    @property
    def given(self) -> tuple[Prediction, ...]:
        """The answers to that digit."""
        return self.number[self.place] if self.number else ()

    @property
    def outlier(self) -> bool:
        """Whether that digit may be none."""
        return self.outliers[self.place] if self.outliers else False


def _read(board: Board, selection: Selection) -> Reading:
    if board.problem:
        return Reading(answers.invitation(selection.networks, board.problem))
    if board.digit is None:
        message = answers.TOO_SMALL if board.strokes else answers.INVITATION
        return Reading(answers.invitation(selection.networks, message))
    if answers_wait():
        return Reading(answers.invitation(selection.networks, "The answers wait for the reveal"))
    given = tuple(tuple(ensemble.predict_all(selection, digit)) for digit in board.digits)
    outliers, place = tuple(ensemble.outliers(board.digits)), board.place
    own = [state.learning().answers(digit, selection.calibrated) for digit in board.digits]
    current.history().record_number(board.number, board.digits, given, own)
    both = [(*shipped, *more) for shipped, more in zip(given, own, strict=True)]
    if len(given) > 1:
        return Reading(show_number(board.digits, both, place), given, outliers, place)
    return Reading(answers.show_answers(board.digit, both[0], outliers[0]), given, outliers)


def _panel(reading: Reading, board: Board) -> str | None:
    """Lets the visitor choose a panel; returns its name, or None."""
    drawings = current.history().drawings.get(board.number)
    drawing = drawings.digits[board.place] if drawings else None
    digits = {answer.digit for answer in reading.given if not answer.error}
    wrong = drawing is not None and drawing.meant is not None and digits != {drawing.meant}
    failed = reading.outlier or len(digits) > 1 or wrong
    offered, other = (FAILED, NOTHING_FAILED) if failed else (NOTHING_FAILED, FAILED)
    if st.session_state.get(session.PANEL, st.query_params.get(session.PANEL)) == other:
        st.session_state[session.PANEL] = offered  # a link may name either
    names = [name for name in PANELS if name != other]
    return st.pills("Look closer", names, key=session.PANEL, label_visibility="collapsed", bind="query-params")


def _next(board: Board, reading: Reading, opened: bool) -> None:
    """What one can say to the answers, and what one can try next."""
    if len(reading.number) > 1:
        choose_digit(board, reading.number, reading.outliers)
    in_room = room_visit().member is not None  # where it is known what was meant, and what comes next
    shares = [answer.shares for answer in reading.given if not answer.error]
    if shares and not in_room:
        verdict = None if reading.outlier else ensemble.majority(shares)
        if ask_label(board.number, current.history().drawings[board.number].digits, board.place, verdict):
            teach()
    if opened:
        st.button("Back to the bars", key=session.CLOSE, icon=":material/close:", type="tertiary", on_click=_close)
    elif in_room or (len(reading.number) > 1 and offer_doubtful(board, reading.number)):
        pass
    elif offered := suggestion(reading.given, reading.outlier, board.number):
        suggest(offered)


def _close() -> None:
    st.session_state[session.PANEL] = None


def _networks() -> Selection:
    """Lets the visitor choose which networks answer, how they were trained, and whether the softmax is calibrated."""
    with st.popover("Networks", width="stretch", key="networks_offered"):
        several_networks()
        recipe = one_recipe(trained_recipes() or [default_recipe()])
        st.toggle("Raw softmax", key=session.RAW, help="The network's own softmax, before its confidence is calibrated")
    return selected(recipe)
