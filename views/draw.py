"""The first page: draw a digit, and the networks answer."""

from __future__ import annotations

import time

import streamlit as st

from models.network import RECIPES
from models.weights import trained_recipes
from views import answers, networks
from views.canvas import SIZE, canvas
from views.choose import one_recipe, which_networks
from views.compare import compare
from views.confidence import confidence
from views.history import history
from views.importance import mattered
from views.inside import inside
from views.invite import invite
from views.other_ways import complain, other_ways
from views.poke import poke
from views.summary import summaries

# Each draws itself, given the board and the classifiers of the recipe in use.
PANELS = {
    "Inside": inside,
    "Which ink?": mattered,
    "Poke it": poke,
    "Confidence": confidence,
    "Summaries": summaries,
    "Why did it fail?": compare,
}
# Seconds for the canvas to reach the browser; importing TensorFlow stops the whole server now and then.
HEAD_START = 0.7


@st.fragment
def page() -> None:
    """Canvas first, so that one can draw while the networks load; then their answers; then the panels one opens."""
    left, right = st.columns([SIZE, 1000 - SIZE], gap="medium")
    with left:
        board = canvas()
        with st.container(width=SIZE, horizontal=True, gap="small"):
            other_ways(board)
            which_networks()
            invite()
        complain()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        panel = st.pills("Look closer", PANELS, key="panel", label_visibility="collapsed", bind="query-params")
        recipe, raw = _settings()
    answer = right.empty()
    if not networks.awake(recipe):
        with answer:
            answers.invitation(networks.chosen(recipe), answers.LOADING)
        if not networks.any_awake():
            time.sleep(HEAD_START)
    classifiers = networks.classifiers(recipe)
    with answer:
        if board.digit is None:
            answers.invitation(classifiers, answers.TOO_SMALL if board.strokes else answers.INVITATION)
        else:
            found = networks.ask(recipe, board.digit, raw)
            answers.answers(board.digit, found, networks.doubtful(board.digit))
            history().record(board.number, board.digit, recipe, found)
    if panel:
        PANELS[panel](board, classifiers)


def _settings() -> tuple[str, bool]:
    """The recipe whose weights answer, and whether their softmax is shown as it is, not calibrated."""
    recipe = one_recipe(trained_recipes() or RECIPES[-1:])
    raw = st.toggle("Raw softmax", key="raw", help="As the network says it, before its confidence is calibrated")
    return recipe, raw
