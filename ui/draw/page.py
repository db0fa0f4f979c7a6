"""The first page: the canvas, the networks' predictions, and panels that explain them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from recognition import ensemble
from recognition.ensemble import Selection
from recognition.store import default_recipe, trained_recipes
from ui.draw.feedback import ask_label, choose_digit, offer_doubtful, suggest
from ui.draw.panels.architecture import architecture_panel
from ui.draw.panels.compare import compare_panel
from ui.draw.panels.confidence import confidence_panel
from ui.draw.panels.importance import importance_panel
from ui.draw.panels.journey import journey_panel
from ui.draw.panels.perturb import perturb_panel
from ui.drawing import answers
from ui.drawing.board import Board
from ui.drawing.browser_storage import remember, restore
from ui.drawing.canvas import canvas, choose_input
from ui.drawing.history import DrawnDigit, current_history, read_digits
from ui.learn import state
from ui.room.send import send_button
from ui.room.strip import answers_wait, room_strip
from ui.room.visit import room_visit
from ui.shared import session
from ui.shared.choosers import chosen_recipe, one_recipe, selected, several_networks
from ui.shared.run_lock import RunLock
from ui.shared.share_link import share_button

# Each draws itself, given the digit that it is about, None before one is drawn, and the selection of networks.
PANELS: dict[str, Callable[[DrawnDigit | None, Selection], None]] = {
    "Journey": journey_panel,
    "Which ink?": importance_panel,
    "Poke it": perturb_panel,
    "How sure": confidence_panel,
    "How it's built": architecture_panel,
    "Compare training": compare_panel,
}
HIDDEN = "The answers wait for the reveal"
OLD_NAMES = {  # in links
    "Inside": "Journey",
    "Confidence": "How sure",
    "Summaries": "How it's built",
    "Why did it fail?": "Compare training",
}


@dataclass(frozen=True, eq=False)
class Reading:
    """The predictions for the drawing: of the digits of a number, left to right; none where nothing was predicted."""

    record: answers.Record
    own: str = ""  # the architecture of the visitor's own network

    @property
    def digits(self) -> Sequence[DrawnDigit]:
        return self.record.digits

    @property
    def chosen(self) -> DrawnDigit | None:
        """The digit that bars and panels are about."""
        return self.digits[self.record.place] if self.digits else None


@st.fragment
def page() -> None:
    """Show the canvas first, so that it can be drawn on while the networks load; beside it answers, or a panel."""
    restore()
    with st.container(key="stage"):
        pad = st.container(key="pad")
        reading = st.container(key="reading")
    with pad:
        if not room_strip():
            st.html('<header class="masthead"><h1>Draw a digit</h1><p>Neural networks read it.</p></header>')
    in_room = room_visit().member is not None
    with RunLock() as turn:
        with pad:
            board = canvas(widens=not in_room and not st.context.is_embedded, ghost=not in_room)
            send_button(board)
            with st.container(key="ways_in", horizontal=True, gap="small"):
                selection = _options(board, in_room)
        with reading:
            _show_reading(board, selection, turn, in_room)
    if not in_room:  # what is drawn in a room stays in the room
        remember()


def _options(board: Board, in_room: bool) -> Selection:
    """The other inputs, and the choice of networks, which is returned; folded away in a room."""
    if in_room and not st.toggle("Samples, photos, networks", key=session.ROOM_MORE):
        return selected(chosen_recipe())
    choose_input(board)
    with st.popover("Networks", width="stretch", key=session.NETWORKS_OFFERED):
        several_networks()
        recipe = one_recipe(trained_recipes() or [default_recipe()])
        st.toggle("Raw softmax", key=session.RAW, help="The network's own softmax, before its confidence is calibrated")
    if not in_room:
        share_button()
    return selected(recipe)


def _show_reading(board: Board, selection: Selection, turn: RunLock, in_room: bool) -> None:
    """The answers, or a panel in place of the bars. All of it is known before any is drawn, so nothing jumps."""
    reading = _read(board, selection)
    answers.show("heads", reading.record, selection, reading.own)
    beside = st.container(key="beside")
    panel = _choose_panel()
    with beside:
        _show_feedback(board, reading, bool(panel), in_room)
    if panel and not answers_wait():
        turn.end()
        with st.container(key="opened"):
            PANELS[panel](reading.chosen, selection)
    else:
        answers.show("bars", reading.record, selection, reading.own)
    if not reading.digits:
        ensemble.load(selection)  # after the invitation, so that the first drawing is answered at once
    elif problem := ensemble.detector_problem():
        st.caption(f"The outlier detector is not available: {problem}")


def _read(board: Board, selection: Selection) -> Reading:
    """Predict the digits on the board, and record them in the visit's history."""
    learning, hidden = state.learning(), answers_wait()
    own = learning.learned.job.network if learning.learned else ""
    if board.problem or not board.digits or hidden:
        message = board.problem or (HIDDEN if hidden and board.digits else "")
        return Reading(answers.Record(board.checksum, board.is_foreign, message, hidden), own)
    digits, failures = read_digits(board.digits, selection)
    for drawn in digits:
        drawn.own = learning.predict(drawn.digit, selection.calibrated)
    current_history().record(board.number, digits)
    record = answers.Record(
        board.checksum, board.is_foreign, digits=digits, place=board.place if len(digits) > 1 else 0, failures=failures
    )
    return Reading(record, own)


def _choose_panel() -> str | None:
    """Let the visitor choose a panel; return its name, or None."""
    linked = st.session_state.get(session.PANEL, st.query_params.get(session.PANEL))
    if linked in OLD_NAMES:
        st.session_state[session.PANEL] = OLD_NAMES[linked]
    names = list(PANELS)
    return st.pills("Look closer", names, key=session.PANEL, label_visibility="collapsed", bind="query-params")


def _show_feedback(board: Board, reading: Reading, opened: bool, in_room: bool) -> None:
    """The visitor's word on the predictions, and what to try next; in a room its host knows and says both."""
    drawn = reading.chosen
    if len(reading.digits) > 1:
        choose_digit(board, reading.digits)
    if drawn and drawn.predictions and not in_room and ask_label(board.number, reading.digits, board.place):
        state.teach()
    if opened:
        st.button("Back to the bars", key=session.CLOSE, icon=":material/close:", type="tertiary", on_click=_close)
    elif drawn and not in_room and not (len(reading.digits) > 1 and offer_doubtful(board, reading.digits)):
        suggest(drawn, board.number)


def _close() -> None:
    st.session_state[session.PANEL] = None
