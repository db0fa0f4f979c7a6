"""The session of one visit: every key that the page keeps in it, and typed ways to what lies there.

Keys that a link carries have the names of its parameters, as Streamlit binds one to the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from models import FIRST, NETWORKS
from recognition.store import released
from views.board import Board
from views.history import History

# Choices that a link carries.
PANEL, RECIPE, NETWORKS_SHOWN, NETWORK = "panel", "recipe", "networks", "network"
ATTRIBUTION, PERTURBATION = "ink", "poke"
EVIDENCE_RECIPE = "trained"  # of the page Evidence; the first page keeps its own

# Other widgets of the first page.
BRUSH, RAW, UNDO, CLEAR = "brush", "raw", "undo", "clear"
WAYS_IN, PHOTO, CAMERA, CAMERA_SHOT, PHOTO_PROBLEM = "ways", "photo", "camera", "shot", "photo_problem"

# Widgets of the page The book.
BOOK_TABLE, LOSS_CURVE, START, RATE, STEPS = "table", "curve", "start", "rate", "steps"
FILTER, FILTER_ROW, FILTER_COLUMN, TEMPERATURE = "filter", "row", "column", "temperature"

_BOARD, _HISTORY = "board", "history"  # objects that are no widget's


def sample(name: str) -> str:
    """The key of the button that puts a sample on the canvas."""
    return f"sample-{name}"


def amount(perturbation: str) -> str:
    """The key of a perturbation's slider."""
    return f"amount-{perturbation}"


def meant(drawing: int) -> str:
    """The key of the question which digit a drawing was meant to be."""
    return f"meant-{drawing}"


def logit(place: int) -> str:
    """The key of one of the softmax lesson's sliders."""
    return f"logit-{place}"


@dataclass(frozen=True)
class Selection:
    """Which networks answer, and how: the choices that all panels share.

    recipe: whose weights. networks: keys, in display order. calibrated: or the softmax as the network gives it.
    """

    recipe: str
    networks: tuple[str, ...]
    calibrated: bool = True


def selection(recipe: str) -> Selection:
    """The visitor's choices with a recipe; the first four networks until others are chosen."""
    titles = st.session_state.get(NETWORKS_SHOWN) or ()
    keys = tuple(key for key in released(recipe) if NETWORKS[key].title in titles)
    return Selection(recipe, keys or FIRST, calibrated=not st.session_state.get(RAW, False))


def board() -> Board:
    """The canvas's state in this visit."""
    if _BOARD not in st.session_state:
        st.session_state[_BOARD] = Board()
    return st.session_state[_BOARD]


def history() -> History:
    """The history of this visit."""
    if _HISTORY not in st.session_state:
        st.session_state[_HISTORY] = History()
    return st.session_state[_HISTORY]
