"""The first page: draw a digit, and the networks answer."""

from __future__ import annotations

import time

import streamlit as st

from digits.strokes import CANVAS_SIDE
from recognition.recipes import RECIPES
from recognition.store import trained_recipes
from views import serving, session
from views.board import Board
from views.panels.compare import compare_panel
from views.panels.confidence import confidence_panel
from views.panels.importance import importance_panel
from views.panels.inside import inside_panel
from views.panels.poke import poke_panel
from views.panels.summary import summary_panel
from views.parts import answers
from views.parts.canvas import canvas
from views.parts.choosers import one_recipe, several_networks
from views.parts.invite import invite
from views.parts.ways_in import photo_problem, ways_in
from views.session import Selection

# Each draws itself, given the board and the selection of networks.
PANELS = {
    "Inside": inside_panel,
    "Which ink?": importance_panel,
    "Poke it": poke_panel,
    "Confidence": confidence_panel,
    "Summaries": summary_panel,
    "Why did it fail?": compare_panel,
}
# Seconds for the canvas to reach the browser; importing TensorFlow stops the whole server now and then.
HEAD_START = 0.7


@st.fragment
def page() -> None:
    """Canvas first, so that one can draw while the networks load; then their answers; then the panel one opens."""
    left, right = st.columns([CANVAS_SIDE, 1000 - CANVAS_SIDE], gap="medium")
    with left:
        board = canvas()
        with st.container(width=CANVAS_SIDE, horizontal=True, gap="small"):
            ways_in(board)
            several_networks()
            invite()
        photo_problem()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        panel = st.pills("Look closer", PANELS, key=session.PANEL, label_visibility="collapsed", bind="query-params")
        selection = _selection()
    _answers(board, selection, right.empty())
    if panel:
        PANELS[panel](board, selection)


def _answers(board: Board, selection: Selection, place: st.delta_generator.DeltaGenerator) -> None:
    if not serving.is_loaded(selection):
        with place:
            answers.invitation(selection.networks, answers.LOADING)
        if not serving.any_loaded():
            time.sleep(HEAD_START)
        serving.load(selection)
    with place:
        if board.digit is None:
            answers.invitation(selection.networks, answers.TOO_SMALL if board.strokes else answers.INVITATION)
        else:
            given = serving.ask(selection, board.digit)
            answers.show_answers(board.digit, given, serving.is_outlier(board.digit))
            session.history().record(board.number, board.digit, given)


def _selection() -> Selection:
    """Lets the visitor choose the recipe, and whether the softmax is shown as the network gives it."""
    recipe = one_recipe(trained_recipes() or list(RECIPES)[-1:])
    st.toggle("Raw softmax", key=session.RAW, help="The network's own softmax, before its confidence is calibrated")
    return session.selection(recipe)
