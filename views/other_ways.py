"""Other ways in than drawing: samples, a photo from a file or a phone, and the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from models.picture import LARGEST_FILE, PhotoError
from views.samples import SAMPLES

if TYPE_CHECKING:
    from views.canvas import Board

TYPES = ("png", "jpg", "jpeg", "webp", "gif", "bmp")


def other_ways(board: Board) -> None:
    """Draws a button that opens them; what is chosen goes on the board and closes them."""
    ways = st.popover("Samples and photos", width="stretch", key="ways", on_change="rerun")
    if ways.open:
        with ways:
            st.write("Begin with a sample")
            with st.container(horizontal=True, gap="small"):
                for name in SAMPLES:
                    st.button(name, key=f"sample-{name}", on_click=_put_sample, args=(board, name))
            _photos(board)


def complain() -> None:
    """Says what was wrong with the last photo, once."""
    if problem := st.session_state.pop("photo_problem", None):
        st.warning(problem)


def _photos(board: Board) -> None:
    st.file_uploader(
        "A photo of a digit on paper",
        TYPES,
        key="photo",
        max_upload_size=LARGEST_FILE // 1_000_000,
        on_change=_take,
        args=(board, "photo"),
    )
    if st.toggle("Use the camera", key="camera"):
        st.camera_input("Hold the paper close", key="shot", on_change=_take, args=(board, "shot"))


def _put_sample(board: Board, name: str) -> None:
    board.put_sample(name)
    st.session_state.ways = False


def _take(board: Board, key: str) -> None:
    photo = st.session_state.get(key)
    if photo is None:
        return
    try:
        board.put_photo(photo.getvalue())
    except PhotoError as error:
        st.session_state.photo_problem = str(error)
    st.session_state.ways = False
