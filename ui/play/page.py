"""The page "Play": draw a digit against the clock, or one that people can read and the networks cannot."""

from __future__ import annotations

import streamlit as st

from digits import CLASSES
from models import NETWORKS
from recognition import ensemble
from recognition.prediction import Prediction
from recognition.store import default_recipe
from ui.drawing import answers, current
from ui.drawing.board import Board
from ui.drawing.browser_storage import remember, restore
from ui.drawing.canvas import canvas
from ui.drawing.scores import SECONDS, Games
from ui.shared import session
from ui.shared.choosers import one_of, selected

ONE_DIGIT = "These are several digits; clear the canvas and draw one."
CLOCK, FOOL = "Against the clock", "Fool them"


@st.fragment
def page() -> None:
    """The canvas, and beside it what to draw, what came of it, and the score."""
    restore()
    with st.container(key="stage"):
        with st.container(key="pad"):
            st.html('<header class="masthead"><h1>Play</h1><p>You against the networks.</p></header>')
            board = canvas()
        with st.container(key="reading"):
            with st.container(key="game"):
                mode = one_of("Game", (CLOCK, FOOL), session.MODE)
                given = _ask(board)
                if len(board.digits) > 1:
                    st.html(f'<p class="outcome" role="status">{ONE_DIGIT}</p>')
                (_clock if mode == CLOCK else _fool)(current.games(), board, given)
            if given and board.digit is not None:
                heads = answers.show_answers(board.digit, given, ensemble.is_outlier(board.digit)).heads
                st.html(f'<div class="played">{heads}</div>')
            _scores(current.games())
    remember()


def _ask(board: Board) -> list[Prediction]:
    """The answers to the drawing, which goes into the visit's history; none without a drawing, or to a number."""
    if board.digit is None or len(board.digits) > 1:
        return []
    given = ensemble.predict_all(selected(default_recipe()), board.digit)
    current.history().record(board.number, board.digit, given)
    return [answer for answer in given if not answer.error]


def _clock(games: Games, board: Board, given: list[Prediction]) -> None:
    if games.target is None:
        st.html(f'<p class="task">A digit is named; draw it within {SECONDS} seconds.</p>')
        st.button("Start", key=session.START_GAME, type="primary", on_click=_next, args=(games, board))
        return
    majority = ensemble.majority([answer.shares for answer in given]) if given else -1
    drawn = bool(given) and games.judge(board.number, {answer.network: answer.digit for answer in given}, majority)
    if drawn and games.seconds is not None:
        current.history().drawings[board.number].meant = games.target
        words = f"Yes, a {games.target}, in {games.seconds:.1f} seconds. {_in_a_row(games.streak)}"
    elif games.seconds is not None:
        words = f"The {games.target} is drawn already; go on with the next digit."
    elif games.late:
        words = f"Time is up. It was a {games.target}." + (f" They read {majority}." if given else "")
    else:
        words = f"They read {majority}; go on" if given else ""
    clock = "" if games.seconds is not None or games.late else f'<div class="clock" style="--seconds:{SECONDS}s"></div>'
    st.html(f'<p class="task">Draw a <b>{games.target}</b></p>{clock}<p class="outcome" role="status">{words}</p>')
    st.button("Next digit", key=session.NEXT, type="primary", on_click=_next, args=(games, board))


def _next(games: Games, board: Board) -> None:
    board.clear()
    games.ask()


def _in_a_row(streak: int) -> str:
    return f"That makes {streak} in a row." if streak > 1 else ""


def _fool(games: Games, board: Board, given: list[Prediction]) -> None:
    st.html('<p class="task">Draw a digit that people can read and the networks cannot.</p>')
    if not given:
        return
    key = session.fooled(board.number)
    meant = st.pills("What is it? Be honest.", range(CLASSES), key=key)
    drawing = current.history().drawings[board.number]
    if meant is None:
        return
    if drawing.meant is None:
        games.fool({answer.network: answer.digit for answer in given}, meant)
    drawing.meant = meant
    wrong = [NETWORKS[answer.network].title for answer in given if answer.digit != meant]
    words = f"You have fooled {' and '.join(filter(None, [', '.join(wrong[:-1]), wrong[-1]]))}." if wrong else ""
    if wrong and board.digit is not None and ensemble.is_outlier(board.digit):
        words += " The detector doubts that it is a digit; would a friend read it?"
    st.html(f'<p class="outcome" role="status">{words or "They all read it. Clear, and try another."}</p>')


def _scores(games: Games) -> None:
    if not games.right:
        return
    rows = [
        {"network": NETWORKS[key].title, "read as meant": f"{right} of {of}", "fooled": str(of - right)}
        for key, (right, of) in games.right.items()
        if key in NETWORKS
    ]
    st.write(
        f"Longest row: **{games.best}** · networks fooled: **{games.fooled}**, by **{games.fooling}** drawings. "
        "Your browser keeps this score."
    )
    st.table(rows, border="horizontal")
