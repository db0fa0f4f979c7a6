"""The first page: the canvas, the networks' predictions, and panels that explain them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from language import N_, _
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.recipes import RECIPES
from recognition.store import default_recipe, released, trained_recipes
from ui.draw.drawings import drawings_strip
from ui.draw.feedback import choose_digit, explain_photo, offer_doubtful, offer_teaching, suggest
from ui.draw.panels.architecture import architecture_panel
from ui.draw.panels.importance import importance_panel
from ui.draw.panels.journey import journey_panel
from ui.drawing import answers
from ui.drawing.board import Board
from ui.drawing.browser_storage import remember, restore
from ui.drawing.canvas import canvas, choose_input
from ui.drawing.history import DrawnDigit, current_history, read_digits
from ui.learn import state
from ui.room import taught
from ui.room.send import send_button
from ui.room.strip import answers_wait, room_strip
from ui.room.visit import room_visit
from ui.shared import session
from ui.shared.choosers import chosen_recipe, one_of, one_recipe, selected, several_networks
from ui.shared.run_lock import RunLock
from ui.shared.share_link import share_button

BARS = N_("Bars")
# Each takes the place of the bars.
PANELS: dict[str, Callable[[Selection], None]] = {
    N_("Journey"): journey_panel,
    N_("Which ink?"): importance_panel,
    N_("How it is built"): architecture_panel,
}
HIDDEN = N_("The answers wait for the reveal")


@dataclass(frozen=True, eq=False)
class Reading:
    """The predictions for the drawing: of the digits of a number, left to right; none where nothing was predicted."""

    record: answers.Record
    own: str = ""  # the architecture of the visitor's own network
    own_url: str = ""  # of its file

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
            title, words = _("Draw a digit"), _("Neural networks read it.")
            st.html(f'<header class="masthead"><h1>{title}</h1><p>{words}</p></header>')
    in_room = room_visit().member is not None
    with RunLock() as turn:
        with pad:
            board = canvas(widens=not in_room and not st.context.is_embedded, ghost=not in_room, grabs=not in_room)
            send_button(board)
            with st.container(key="inputs", horizontal=True, gap="small"):
                selection = _options(board, in_room)
        with reading:
            _show_reading(board, selection, turn, in_room)
        if not in_room and not st.context.is_embedded:
            with pad:
                drawings_strip(board)
    if not in_room:  # what is drawn in a room stays in the room
        remember()


def _options(board: Board, in_room: bool) -> Selection:
    """The other inputs, and the choice of networks, which is returned; folded away in a room."""
    if in_room and not st.toggle(_("Samples, photos, networks"), key=session.ROOM_MORE):
        return selected(chosen_recipe())
    choose_input(board)
    with st.popover(_("Networks"), width="stretch", key=session.NETWORKS_OFFERED):
        several_networks()
        recipe = one_recipe(trained_recipes() or [default_recipe()])
        if other := _other_recipe(recipe):
            words = _("Beside it: trained on {digits}").format(digits=_(RECIPES[other].trained_on))
            st.toggle(words, key=session.BESIDE, bind="query-params")
        st.toggle(
            _("Raw softmax"),
            key=session.RAW,
            help=_("The network's own softmax, before its confidence is calibrated"),
        )
    if not in_room:
        share_button()
    return selected(recipe)


def _show_reading(board: Board, selection: Selection, turn: RunLock, in_room: bool) -> None:
    """The answers, or a panel in place of the bars. All of it is known before any is drawn, so nothing jumps."""
    reading = _read(board, selection)
    answers.show("heads", reading.record, selection, reading.own, _beside(selection.recipe), reading.own_url, in_room)
    explain_photo(board, any(each.outlier for each in reading.digits))
    beside = st.container(key="beside")
    panel = _choose_panel()
    with beside:
        st.html('<span class="reserved"></span>')  # Streamlit leaves out an empty container, whose place is kept here
        _show_feedback(board, reading, panel, in_room)
    if panel != BARS and not answers_wait():
        turn.end()
        with st.container(key="opened"):
            PANELS[panel](selection)
    else:
        answers.show(
            "bars", reading.record, selection, reading.own, _beside(selection.recipe), reading.own_url, in_room
        )
    if not reading.digits:
        ensemble.load(selection)  # after the invitation, so that the first drawing is answered at once
    elif problem := ensemble.detector_problem():
        st.caption(_("The outlier detector is not available: {problem}").format(problem=problem))


def _read(board: Board, selection: Selection) -> Reading:
    """Predict the digits on the board, and record them in the visit's history."""
    learning, hidden = state.learning(), answers_wait()
    drawing = board.drawing if room_visit().member is None else None  # in a room nobody asks whether it was right
    part = room_visit().participation
    room = part.state if part else None  # whose network stands in the place of the visitor's
    own, url = (learning.learned.job.network, learning.learned.address) if learning.learned else ("", "")
    if part and room:
        own, url = taught.NETWORK if room.network else "", taught.address(part)
    if board.problem or not board.digits or hidden:
        message = board.problem or (_(HIDDEN) if hidden and board.digits else "")
        return Reading(answers.Record(board.checksum, board.is_foreign, message, hidden, drawing=drawing), own, url)
    digits, failures = read_digits(board.digits, selection)
    if recipe := _beside(selection.recipe):
        networks = tuple(key for key in selection.networks if key in released(recipe))
        others = ensemble.predict_all(replace(selection, recipe=recipe, networks=networks), board.digits).by_digit
        for drawn, predictions in zip(digits, others, strict=True):
            drawn.beside = predictions
    for drawn in digits:
        drawn.own = (
            taught.predict(room, drawn.digit, selection.calibrated)
            if room
            else learning.predict(drawn.digit, selection.calibrated)
        )
    current_history().record(board.drawing, digits)
    answers.take_labels(current_history())
    record = answers.Record(
        board.checksum,
        board.is_foreign,
        digits=digits,
        place=board.place if len(digits) > 1 else 0,
        failures=failures,
        drawing=drawing,
    )
    return Reading(record, own, url)


def _other_recipe(recipe: str) -> str:
    """Another recipe than this one, or ""."""
    return next((other for other in trained_recipes() if other != recipe), "")


def _beside(recipe: str) -> str:
    """The recipe whose answers the visitor wants beside those of the chosen one, or ""."""
    return _other_recipe(recipe) if st.session_state.get(session.BESIDE) else ""


def _choose_panel() -> str:
    """Let the visitor choose what stands below the heads; return its name."""
    return one_of(_("What stands below"), [BARS, *PANELS], session.PANEL)


def _show_feedback(board: Board, reading: Reading, panel: str, in_room: bool) -> None:
    """Suggest what to try next; in a room its host says that."""
    drawn = reading.chosen
    if len(reading.digits) > 1:
        choose_digit(board, reading.digits)
    if drawn is None or in_room:
        return
    if panel == BARS and not (len(reading.digits) > 1 and offer_doubtful(board, reading.digits)):
        suggest(drawn, board.drawing)
    offer_teaching(drawn)
