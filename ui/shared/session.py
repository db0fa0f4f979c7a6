"""Session-state keys of widgets and of objects that live as long as a visit.

Keys that a link carries have the names of its parameters, because Streamlit binds one to the other. Containers, whose
keys are only names for the style sheets, have theirs where they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

# Choices that a link carries.
PANEL, RECIPE, NETWORKS_SHOWN, NETWORK = "panel", "recipe", "networks", "network"
EVIDENCE_RECIPE = "trained"  # of the page Evidence; the first page keeps its own
EVIDENCE_TEST, EVIDENCE_ORDER = "test", "order"  # of its picture of the accuracies

# Other widgets of the first page.
BRUSH, WIDE, RAW, UNDO, CLEAR = "brush", "wide", "raw", "undo", "clear"
BESIDE = "both"  # the other recipe beside the chosen one, in a link, too
NETWORKS_OFFERED = "networks_offered"
SUGGESTION, SAVE = "suggestion", "save"
INPUTS, PHOTO, CAMERA, CAMERA_SHOT, TURN_PHOTO = "inputs_open", "photo", "camera", "shot", "turn_photo"

# Widgets of the page The book.
LESSON, CONTENTS, BACK, ONWARD = "lesson", "contents", "back", "onward"
BOOK_TABLE = "table"

# A room in a link: its code, what the QR code carries beside it, a participant's token, its host's token, the
# wall alone.
ROOM, ROOM_KEY, PARTICIPANT, HOST, PROJECTOR = "room", "invited", "me", "host", "projector"
# Widgets of rooms.
LABEL, SEND, ROOM_CODE, JOIN_ROOM, JOIN_BY_CODE = "meant_digit", "send", "room_code", "join_room", "join_by_code"
ROOM_WALL, ROOM_POLL, ROOM_RESUME, ROOM_MORE = "wall", "room_polls", "room_resume", "room_more"
PROMPT_KIND, PROMPT_DIGIT, PROMPT_SECONDS = "prompt_kind", "prompt_digit", "prompt_seconds"
REVEAL, NEXT_ROUND, PAUSE, DRAW_ON = "reveal", "next_round", "pause", "draw_on"
DELETE_SURE, TRAIN_OURS = "delete_sure", "train_ours"
MODE = "mode"  # of the page Play; a link carries it
# Of what the visitor's browser keeps.
MEMORY, RESTORED, VISIT_ID = "memory_of_browser", "restored", "visit_id"

# Of the page Learn.
LEARN_MODE, LEARN_NETWORK, LEARN_FROM, REHEARSAL, HIDDEN = "how", "learner", "learn_from", "rehearsal", "hidden"
LEARN_RATE = "learning_rate"
TRAIN, PAUSE_TRAINING, STOP_TRAINING, MNIST_YES = "train", "pause_training", "stop_training", "mnist_yes"
DRAW_FOR_IT, LEARN_VIEW = "draw_for_it", "learn_view"
UNDO_LEARNING, FORGET, WEIGHTS_FILE, SERVING_FILE = "undo_learning", "forget", "weights_file", "serving_file"
TEACH = "teach"  # of the first page, which leads there

# No widget's.
BOARD, HISTORY, VISIT, LEARNING, LANGUAGE = "board", "history", "room_visit", "learning", "language"

Kept = TypeVar("Kept")


def sample(name: str) -> str:
    """The key of the button that puts a sample on the canvas."""
    return f"sample-{name}"


def drawing(number: int) -> str:
    """The key of the button that shows an earlier drawing again."""
    return f"drawing-{number}"


def line_of_photo(line: int) -> str:
    """The key of the button that chooses a line of a photo."""
    return f"line-{line}"


def digit_of_number(place: int) -> str:
    """The key of the button that chooses a digit of a number, counted from 0."""
    return f"digit-{place}"


def room_setting(name: str) -> str:
    """The key of a switch among a room's settings."""
    return f"room-{name}"


def learn_seconds(usual: int) -> str:
    """The key of how long a training takes; another one where another time is usual."""
    return f"seconds-{usual}"


def layer_size(network: str) -> str:
    """The key of how large the layers of a network are."""
    return f"size-{network}"


def kept(key: str, make: Callable[[], Kept]) -> Kept:
    """The object in the session under a key, made on first use."""
    if key not in st.session_state:
        st.session_state[key] = make()
    return st.session_state[key]
