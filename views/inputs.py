"""A panel: the digit that went in, and the shape in which each network gets it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from models import NETWORKS
from views import pictures
from views.answers import shape_in_words
from views.canvas import Board

WORDS = {
    1: "It sees one long list, the rows of the picture laid end to end; nothing says which values were neighbours.",
    2: "It reads one row after another, from top to bottom, and has to remember what it has read.",
    3: "It sees the picture as a picture, with one channel, and slides small filters over it.",
}


def inputs(board: Board, classifiers: Mapping) -> None:
    """Draws the 28x28 digit and each network's input made of it."""
    digit = board.digit
    if digit is None:
        st.write("Draw a digit to see what goes into each network.")
        return
    shown = "".join(_input(key, digit) for key in NETWORKS)
    st.html(
        '<section class="inputs"><article><h3>The digit</h3>'
        f'<img src="{pictures.digit(digit)}" alt="your drawing as 28 by 28 pixels">'
        "<p>Your drawing as 28 × 28 pixels: cut out, fitted into 20 × 20, its centre of mass in the middle, "
        f"white on black, as MNIST's digits are. This is all that any network gets.</p></article>{shown}</section>"
    )


def _input(key: str, digit: np.ndarray) -> str:
    network = NETWORKS[key]
    values = network.inputs(digit[None])[0]
    return (
        f"<article><h3>{network.title} <small>{shape_in_words(network)}</small></h3>"
        f'<img class="input{values.ndim}d" src="{pictures.network_input(values)}" alt="{shape_in_words(network)}">'
        f"<p>{WORDS[values.ndim]}</p></article>"
    )
