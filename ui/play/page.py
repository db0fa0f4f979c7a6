"""The page "Play": draw a digit against the clock, or one that people can read and the networks cannot."""

from __future__ import annotations

import streamlit as st

from digits import CLASSES
from models import NETWORKS
from recognition.ensemble import Selection
from recognition.prediction import majority
from recognition.store import default_recipe
from ui.drawing import answers
from ui.drawing.board import Board
from ui.drawing.browser_storage import remember, restore
from ui.drawing.canvas import canvas
from ui.drawing.history import DrawnDigit, current_history, read_digits
from ui.drawing.scores import SECONDS, Games, current_games
from ui.shared import session
from ui.shared.choosers import one_of, selected

ONE_DIGIT = "These are several digits; clear the canvas and draw one."
CLOCK, FOOL = "Against the clock", "Fool them"


@st.fragment
def page() -> None:
    """Show the canvas, and beside it the task, its outcome, and the score."""
    restore()
    games, selection = current_games(), selected(default_recipe())
    with st.container(key="stage"):
        with st.container(key="pad"):
            st.html('<header class="masthead"><h1>Play</h1><p>You against the networks.</p></header>')
            board = canvas()
        with st.container(key="reading"):
            with st.container(key="game"):
                mode = one_of("Game", (CLOCK, FOOL), session.MODE)
                drawn, record = _read(board, selection)
                if len(board.digits) > 1:
                    st.html(f'<p class="outcome" role="status">{ONE_DIGIT}</p>')
                (_clock if mode == CLOCK else _fool)(games, board, drawn)
            with st.container(key="played"):
                answers.show("heads", record, selection)
            _scores(games)
    remember()


def _read(board: Board, selection: Selection) -> tuple[DrawnDigit | None, answers.Record]:
    """Predict the digit on the board and record it; None without one, and where no network can answer."""
    if len(board.digits) != 1:
        return None, answers.Record(board.checksum, board.is_foreign)
    (drawn,), failures = read_digits(board.digits, selection)
    current_history().record(board.number, [drawn])
    record = answers.Record(board.checksum, board.is_foreign, digits=[drawn], failures=failures)
    return drawn if drawn.predictions else None, record


def _clock(games: Games, board: Board, drawn: DrawnDigit | None) -> None:
    if games.target is None:
        st.html(f'<p class="task">A digit is named; draw it within {SECONDS} seconds.</p>')
        st.button("Start", key=session.START_GAME, type="primary", on_click=_next, args=(games, board))
        return
    read = majority([*drawn.predictions.values()]) if drawn else None
    if drawn and read is not None and games.judge(board.number, _digits(drawn), read):
        drawn.label = games.target
        words = f"Yes, a {games.target}, in {games.seconds:.1f} seconds."
        words += f" That makes {games.streak} in a row." if games.streak > 1 else ""
    elif games.seconds is not None:
        words = f"You have drawn the {games.target} already; go on with the next digit."
    elif games.late:
        words = f"Time is up. It was a {games.target}." + (f" They read {read}." if drawn else "")
    else:
        words = f"They read {read}; go on" if drawn else ""
    running = games.seconds is None and not games.late
    clock = f'<div class="clock" style="--seconds:{SECONDS}s"></div>' if running else ""
    st.html(f'<p class="task">Draw a <b>{games.target}</b></p>{clock}<p class="outcome" role="status">{words}</p>')
    st.button("Next digit", key=session.NEXT, type="primary", on_click=_next, args=(games, board))


def _next(games: Games, board: Board) -> None:
    board.clear()
    games.ask()


def _fool(games: Games, board: Board, drawn: DrawnDigit | None) -> None:
    st.html('<p class="task">Draw a digit that people can read and the networks cannot.</p>')
    if drawn is None:
        return
    label = st.pills("What is it? Be honest.", range(CLASSES), key=session.fooled(board.number))
    if label is None:
        return
    if drawn.label is None:
        games.fool(_digits(drawn), label)
    drawn.label = label
    wrong = [NETWORKS[key].title for key, digit in _digits(drawn).items() if digit != label]
    words = f"You have fooled {answers.join_words(wrong)}." if wrong else "They all read it. Clear, and try another."
    if wrong and drawn.outlier:
        words += " The detector doubts that it is a digit; would a friend read it?"
    st.html(f'<p class="outcome" role="status">{words}</p>')


def _digits(drawn: DrawnDigit) -> dict[str, int]:
    return {key: each.digit for key, each in drawn.predictions.items()}


def _scores(games: Games) -> None:
    if not games.right:
        return
    rows = [
        {"network": NETWORKS[key].title, "read right": f"{right} of {of}", "fooled": str(of - right)}
        for key, (right, of) in games.right.items()
        if key in NETWORKS
    ]
    drawings = "1 drawing" if games.fooling == 1 else f"{games.fooling} drawings"
    st.write(
        f"Best streak: **{games.best}** · networks fooled: **{games.fooled}**, by **{drawings}**. "
        "Your browser keeps this score."
    )
    st.table(rows, border="horizontal")
