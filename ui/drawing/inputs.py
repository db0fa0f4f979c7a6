"""Ways in other than drawing: samples, a photo from a file or a phone, and the camera."""

from __future__ import annotations

import streamlit as st

from digits.picture import LARGEST_FILE, SUFFIXES, PhotoError
from digits.samples import SAMPLES
from ui.drawing.board import Board
from ui.shared import session


def choose_input(board: Board) -> None:
    """Draws a button that opens them; a choice goes on the board and closes them."""
    ways = st.popover("Samples and photos", width="stretch", key=session.WAYS_IN, on_change="rerun")
    if ways.open:
        with ways:
            st.write("Start from a sample")
            with st.container(horizontal=True, gap="small"):
                for name in SAMPLES:
                    st.button(name, key=session.sample(name), on_click=_put_sample, args=(board, name))
            _photos(board)


def _photos(board: Board) -> None:
    st.file_uploader(
        "A photo of a digit on paper",
        SUFFIXES,
        key=session.PHOTO,
        max_upload_size=LARGEST_FILE // 1_000_000,
        on_change=_take,
        args=(board, session.PHOTO),
    )
    if st.toggle("Use the camera", key=session.CAMERA):
        st.camera_input(
            "Hold the paper close", key=session.CAMERA_SHOT, on_change=_take, args=(board, session.CAMERA_SHOT)
        )


def _put_sample(board: Board, name: str) -> None:
    board.put_sample(name)
    st.session_state[session.WAYS_IN] = False


def _take(board: Board, key: str) -> None:
    photo = st.session_state.get(key)
    if photo is None:
        return
    try:
        board.put_photo(photo.getvalue())
    except PhotoError as error:
        board.problem = str(error)
    st.session_state[session.WAYS_IN] = False
