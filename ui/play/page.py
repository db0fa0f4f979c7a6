"""The page "Play": six digits against the clock, or digits that people can read and the networks cannot.

browser/play/ runs the games and keeps their scores; the server reads the drawings and keeps their labels.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from digits import CLASSES
from language import N_, _
from models import NETWORKS
from recognition.ensemble import Selection
from recognition.recipes import YOURS
from recognition.store import default_recipe
from ui.drawing import answers
from ui.drawing.board import Board
from ui.drawing.browser_storage import remember, restore
from ui.drawing.canvas import canvas
from ui.drawing.history import DrawnDigit, current_history, read_digits
from ui.learn import state
from ui.shared import modules, session
from ui.shared.choosers import one_of, selected
from ui.shared.run_lock import one_at_a_time

GAMES = (N_("Against the clock"), N_("Fool them"))


@st.fragment
@one_at_a_time
def page() -> None:
    """Show the prompt above the canvas, and beside it what the networks see and the drawings so far."""
    restore()
    selection, learned = selected(default_recipe()), state.learning().learned
    own = (learned.job.network, "", learned.address) if learned else ()
    with st.container(key="stage"):
        pad, reading = st.container(key="pad"), st.container(key="reading")
        with reading, st.container(key="game"):
            game = one_of(_("Game"), GAMES, session.MODE)
        with pad:
            _play("prompt", game, selection)
            board = canvas(ghost=False)
        drawn, record = _read(board, selection)
        with reading:
            labelled = _play("outcome", game, selection)
            with st.container(key="played"):
                answers.show("heads", record, selection, *own)
            _play("table", game, selection)
    _label(board, drawn, labelled)
    remember()


def _read(board: Board, selection: Selection) -> tuple[DrawnDigit | None, answers.Record]:
    """Predict the digit on the board and record it; None without exactly one."""
    if not board.digits:
        return None, answers.Record(board.checksum, board.is_foreign)
    digits, failures = read_digits(board.digits, selection)
    for drawn in digits:
        drawn.own = state.learning().predict(drawn.digit, selection.calibrated)
    record = answers.Record(board.checksum, board.is_foreign, digits=digits, failures=failures)
    if len(digits) != 1:
        return None, record
    current_history().record(board.number, digits)
    return digits[0], record


def _play(part: str, game: str, selection: Selection) -> object:
    """Mount one of the game's parts; return the label that the browser has told of a drawing."""
    result = modules.mount(
        "play",
        "play/play.js",
        {"part": part, "game": game, "networks": _titles(selection)},
        key=f"play_{part}",
        on_labelled_change=lambda: None,
    )
    return result.get("labelled")


def _titles(selection: Selection) -> dict[str, str]:
    """The titles of the networks that play, by key: the chosen ones, and the visitor's own."""
    learned = state.learning().learned
    return {key: NETWORKS[key].title for key in selection.networks} | ({YOURS: learned.title} if learned else {})


def _label(board: Board, drawn: DrawnDigit | None, labelled: object) -> None:
    """Keep the label of the drawing that still stands on the board; the browser's message may be forged."""
    if drawn is None or drawn.label is not None or not isinstance(labelled, dict):
        return
    if labelled.get("ink") == board.checksum and labelled.get("label") in range(CLASSES):
        label = int(labelled["label"])
        # After Clear, the canvas may come once more as it was; the label is that of the drawing before.
        if not any(
            np.array_equal(old.digit, drawn.digit) for old in current_history().labelled() if old.label == label
        ):
            drawn.label = label
