"""The canvas with its brush, Undo and Clear, and the other inputs: samples, a photo from a file, the camera."""

from __future__ import annotations

import logging
import secrets
from base64 import b64encode
from html import escape

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digits.lines import MIN_SURE
from digits.photo import Reading
from digits.picture import MAX_PHOTO_BYTES, PhotoError
from digits.samples import SAMPLES
from digits.strokes import BRUSH, CANVAS_SIDE, DEFAULT_BRUSH
from digits.upright import Box
from language import N_, _, number
from ui.drawing import underlay
from ui.drawing.board import CANVAS_KEY, Board, current_board
from ui.shared import images, modules, session

VISITS = secrets.token_hex(4)  # of this server: after a restart none has emptied its canvas
log = logging.getLogger(__name__)

WIDE = N_("Wide canvas, for numbers of several digits. Clear the right half to make it narrow again.")
READ, OTHER_LINE, UNREAD = "#1f9d55", "#4094ff", "#d9480f"  # frames on a photo; of doubtful digits UNREAD too


def canvas(widens: bool = False, ghost: bool = True, grabs: bool = False) -> Board:
    """Show the canvas and its controls; return the board with the newest drawing.

    widens: offers a canvas twice as wide, for a number, where the window is wide enough.
    ghost: an empty canvas shows a faint digit; not where a certain digit is asked for.
    grabs: offers to turn, squeeze and move the digit; browser/grab/ does it.
    Undo and Clear also act in the browser, before the click reaches the server; see canvas.js.
    """
    board = current_board()
    board.wide = board.wide and widens
    if CANVAS_KEY not in st.session_state:  # Streamlit forgets a canvas while another page is shown
        board.commit()
    with st.container(key="canvas"):
        shape = "wide" if board.width > CANVAS_SIDE else "square"
        emptied = f"{VISITS}-{board.emptied}" if board.emptied else ""  # for browser/page/canvas.js
        st.html(f'<span class="{shape}" data-emptied="{emptied}"></span>')
        layer = st.empty()
        readable = _canvas(board, st.session_state.get(session.BRUSH, DEFAULT_BRUSH))
        layer.html(_layer(board, ghost))
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        st.slider(_("Brush"), *BRUSH, value=DEFAULT_BRUSH, key=session.BRUSH, format="%d px")
        if widens:
            st.toggle(_("Number"), board.wide, key=session.WIDE, on_change=_widen, args=(board,), help=_(WIDE))
        if grabs:
            modules.mount("grab", "grab/grab.js", key="grab", width="content")
        st.button(_("Undo"), key=session.UNDO, on_click=board.undo)
        st.button(_("Clear"), key=session.CLEAR, on_click=board.clear)
    if not readable:
        st.warning(_("The drawing could not be read; please draw it again."))
    return board


def choose_input(board: Board) -> None:
    """Show a button that opens samples and photos; what is chosen goes on the board."""
    inputs = st.popover(_("Samples and photos"), width="stretch", key=session.INPUTS, on_change="rerun")
    if not inputs.open:
        return
    with inputs:
        st.write(_("Start from a sample"))
        with st.container(horizontal=True, gap="small"):
            for name in SAMPLES:
                st.button(_(name), key=session.sample(name), on_click=_put_sample, args=(board, name))
        st.file_uploader(
            _("A photo of digits on paper"),  # of any format: what cannot be read gets a sentence in the answers' place
            key=session.PHOTO,
            max_upload_size=MAX_PHOTO_BYTES // 1_000_000,
            on_change=_put_photo,
            args=(board, session.PHOTO),
        )
        if st.toggle(_("Use the camera"), key=session.CAMERA):
            shot = session.CAMERA_SHOT
            st.camera_input(_("Hold the paper close"), key=shot, on_change=_put_photo, args=(board, shot))


def _put_sample(board: Board, name: str) -> None:
    board.put_sample(name)
    st.session_state[session.INPUTS] = False


def _put_photo(board: Board, key: str) -> None:
    photo = st.session_state.get(key)
    if photo is None:
        return
    try:
        board.put_photo(photo.getvalue())
    except PhotoError as error:
        board.problem = str(error)
    st.session_state[session.INPUTS] = False


def _widen(board: Board) -> None:
    board.wide = st.session_state[session.WIDE]


def _canvas(board: Board, width: int) -> bool:
    """Show the canvas itself; return whether its message could be read."""
    try:
        drawing = st_canvas(
            stroke_width=width,
            stroke_color="white",
            height=CANVAS_SIDE,
            width=board.width,
            initial_drawing={"objects": []},  # always the same: a changed one empties the canvas, also after a restart
            return_image_data=True,
            key=CANVAS_KEY,
        )
        if (picture := drawing.image_bytes) is not None:  # None from a canvas that was just mounted
            board.read(picture, drawing.json_data["objects"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # of forged messages
        log.warning("a canvas sent a drawing that cannot be read: %s", type(error).__name__)  # no visitor's text
        return False
    return True


def _layer(board: Board, ghost: bool) -> str:
    """The layer under the transparent canvas, or over it for a photo."""
    if board.sheet is not None:
        return (
            f'<img class="photo sheet" src="{_sheet(board.sheet, board.line)}" alt="{escape(_described(board.sheet))}">'
        )
    if board.photo and board.digit is not None:
        picture = images.digit(np.hstack(board.digits))
        words = _("an earlier drawing, as the networks get it")
        return f'<img class="photo" src="{picture}" alt="{escape(words)}">'
    if board.background:
        return underlay.strokes(board.background, board.width)
    return underlay.invitation(ghost, _("Draw here")) if not board.foreground else '<span class="background"></span>'


def _sheet(sheet: Reading, chosen: int) -> str:
    """A photo with a box around each digit that was read, and a dashed one around ink that was not, as a data URL."""
    height, width = sheet.picture.shape
    line = max(height, width) / 160
    marks = []
    for place, each in enumerate(sheet.lines):
        colour = READ if place == chosen else OTHER_LINE
        marks += [
            _mark(box, line, colour if whole >= MIN_SURE else UNREAD)
            for box, whole in zip(each.boxes, each.wholes, strict=True)
        ]
        marks += [_mark(box, line, UNREAD, dashed=True) for box in each.unread]
    marks += [_mark(box, line, UNREAD, dashed=True) for box in sheet.unread]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image href="{images.photo(sheet.picture)}" width="{width}" height="{height}"/>{"".join(marks)}</svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _mark(box: Box, line: float, colour: str, dashed: bool = False) -> str:
    """A frame around a box, and a little room between."""
    left, top, right, bottom = box.left - line, box.top - line, box.right + line, box.bottom + line
    dashes = f' stroke-dasharray="{2 * line:.1f} {line:.1f}"' if dashed else ""
    place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    return f'<rect {place} fill="none" stroke="{colour}" stroke-width="{line:.1f}"{dashes}/>'


def _described(sheet: Reading) -> str:
    """The photo and its marks in words."""
    digits, unread = sum(len(each.digits) for each in sheet.lines), any(each.unread for each in sheet.lines)
    if unread or sheet.unread:
        words = _("your photo, with a box around each digit that was read: {n}; other ink is marked as not read")
    else:
        words = _("your photo, with a box around each digit that was read: {n}")
    return words.format(n=number(digits))
