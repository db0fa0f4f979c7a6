"""The canvas one draws on, with its brush, Undo and Clear."""

from __future__ import annotations

import logging
from base64 import b64encode
from functools import cache

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digits.samples import sample_strokes
from digits.strokes import BRUSH, CANVAS_SIDE, DEFAULT_BRUSH, strokes_from_fabric
from ui.drawing import current
from ui.drawing.board import CANVAS_KEY, Board
from ui.shared import images, session

log = logging.getLogger(__name__)

WIDE = "Twice as wide, for a number; it stays so until what is drawn on its right half is cleared."
GHOST, GHOST_BRUSH = "5", 12  # the sample that shows faintly on an empty canvas what is meant by drawing


def canvas(widens: bool = False) -> Board:
    """Draws the canvas and its controls; returns the board with the newest drawing on it.

    widens: it may be made twice as wide, for a number, where the window is wide enough.
    Undo and Clear also act in the browser, before the click reaches the server; see canvas.js.
    """
    board = current.board()
    board.wide = board.wide and widens
    if CANVAS_KEY not in st.session_state:  # Streamlit forgets a canvas while another page is shown
        board.settle()
    with st.container(key="canvas"):
        shape = "wide" if board.width > CANVAS_SIDE else "square"
        st.html(f'<span class="{shape}"></span>')  # for the style sheet; in the layer it would be gone for a moment
        layer = st.empty()
        readable = _canvas(board, st.session_state.get(session.BRUSH, DEFAULT_BRUSH))
        layer.html(_layer(board))
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        st.slider("Brush", *BRUSH, value=DEFAULT_BRUSH, key=session.BRUSH, format="%d px")
        if widens:
            st.toggle("Wide", board.wide, key=session.WIDE, on_change=_widen, args=(board,), help=WIDE)
        st.button("Undo", key=session.UNDO, on_click=board.undo)
        st.button("Clear", key=session.CLEAR, on_click=board.clear)
    if not readable:
        st.warning("The drawing could not be read; please draw it again.")
    return board


def _widen(board: Board) -> None:
    board.wide = st.session_state[session.WIDE]


def _canvas(board: Board, width: int) -> bool:
    """Draws the canvas itself; says whether what it sent could be read."""
    try:
        drawing = st_canvas(
            stroke_width=width,
            stroke_color="white",
            height=CANVAS_SIDE,
            width=board.width,
            initial_drawing={"objects": [], "emptied": board.emptied},  # another one empties the canvas where it stands
            return_image_data=True,
            key=CANVAS_KEY,
        )
        if (picture := drawing.image_bytes) is not None:  # a canvas that was just mounted has sent none yet
            board.read(picture, drawing.json_data["objects"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # whatever a forged message holds
        log.warning("a canvas sent a drawing that cannot be read: %s: %s", type(error).__name__, error)
        return False
    return True


def _layer(board: Board) -> str:
    """What is seen under the transparent canvas, or over it, if it is a photo."""
    if board.photo and board.digit is not None:
        words = "digit" if len(board.digits) == 1 else "digits"
        picture = images.digit(np.hstack(board.digits))
        return f'<img class="photo" src="{picture}" alt="the {words} read from your photo">'
    if board.under:
        strokes = zip(*strokes_from_fabric(board.under), strict=True)
        return "".join(_picture("under", _line(stroke, "#fff", brush), board.width) for stroke, brush in strokes)
    return _ghost() if not board.drawn else '<span class="under"></span>'


@cache
def _ghost() -> str:
    """A faint digit that shows on an empty canvas what it is for."""
    lines = "".join(_line(stroke, "#3d4450", GHOST_BRUSH) for stroke in sample_strokes(GHOST))
    words = f'<text x="{CANVAS_SIDE / 2}" y="{CANVAS_SIDE - 12}">Draw here</text>'
    return _picture(
        "under ghost",
        f'<g font-family="sans-serif" font-size="17" text-anchor="middle" fill="#aeb6c2">{lines}{words}</g>',
        CANVAS_SIDE,
    )


def _line(stroke: np.ndarray, colour: str, brush: float) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*stroke, stroke[-1]])  # twice, as one point alone draws nothing
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{brush:.1f}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _picture(kind: str, content: str, width: int) -> str:
    """A layer as an image, in the middle of a wider canvas: Streamlit lets no SVG through on the page itself."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {CANVAS_SIDE}">{content}</svg>'
    return f'<img class="{kind}" alt="" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'
