"""The canvas one draws on, with its brush, Undo and Clear."""

from __future__ import annotations

import logging

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digits.strokes import BRUSH, CANVAS_SIDE, DEFAULT_BRUSH
from views import session
from views.board import Board
from views.parts import pictures

log = logging.getLogger(__name__)


def canvas() -> Board:
    """Draws the canvas and its controls; returns the board with the newest drawing on it."""
    board = session.board()
    if board.key not in st.session_state and not board.photo:  # Streamlit forgets a canvas while another page is shown
        board.remount()
    with st.container(key="canvas", width=CANVAS_SIDE):
        if board.photo and board.digit is not None:
            st.html(f'<img src="{pictures.digit(board.digit)}" alt="the digit read from your photo">')
        else:
            _canvas(board, st.session_state.get(session.BRUSH, DEFAULT_BRUSH))
    with st.container(key="controls", width=CANVAS_SIDE, horizontal=True, vertical_alignment="bottom"):
        st.slider("Brush", *BRUSH, value=DEFAULT_BRUSH, key=session.BRUSH, format="%d px")
        st.button("Undo", key=session.UNDO, on_click=board.undo, disabled=not board.strokes)
        st.button("Clear", key=session.CLEAR, on_click=board.clear, disabled=not board.strokes and not board.photo)
    return board


def _canvas(board: Board, width: int) -> None:
    try:
        drawing = st_canvas(
            stroke_width=width,
            stroke_color="white",
            height=CANVAS_SIDE,
            width=CANVAS_SIDE,
            initial_drawing={"objects": board.start},
            return_image_data=True,
            key=board.key,
        )
        if (picture := drawing.image_bytes) is not None:  # a canvas that was just mounted has sent none yet
            board.read(picture, drawing.json_data["objects"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # whatever a forged message holds
        log.warning("a canvas sent a drawing that cannot be read: %s: %s", type(error).__name__, error)
        st.warning("The drawing could not be read; please draw it again.")
