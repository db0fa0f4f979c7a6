"""Send: puts a drawing on its way into the room, and keeps it until the room has it."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from digits import CLASSES
from digits.strokes import strokes_from_fabric
from recognition import ensemble
from ui.drawing.board import Board
from ui.room import store
from ui.room.visit import RoomVisit, room_visit
from ui.shared import session
from ui.shared.choosers import chosen_recipe, selected

if TYPE_CHECKING:
    from rooms.joining import Membership
    from rooms.sending import Drawing
    from rooms.state import RoomState

LONGEST_OUTBOX = 20  # drawings that wait for the database
ONE_DIGIT = "A room collects single digits; clear the canvas and draw one."
AWAY = "The room does not answer; trying again"


def send_button(board: Board) -> None:
    """Draws the button that sends the drawing; nothing for somebody who is in no room."""
    visit = room_visit()
    state = visit.state
    if visit.member is None or state is None or state.ended:
        return
    with st.container(key="room_send"):
        if state.prompt.kind == "free":
            st.pills("Which digit is it?", range(CLASSES), key=session.MEANT, width="stretch")
        st.button(
            "Paused by the host" if state.paused else "Send to the wall",
            type="primary",
            width="stretch",
            key="send",
            disabled=len(board.digits) != 1 or state.paused,
            on_click=_send,
            args=(board,),
        )
        if len(board.digits) > 1:
            st.caption(ONE_DIGIT)
        if not visit.member.drawings or state.training:
            st.caption(privacy(state.hours_left, state.training))


def privacy(hours_left: float, training: bool) -> str:
    """What happens with a drawing, said before the first is sent."""
    hours = math.ceil(hours_left)
    kept = f"at most {hours} hours" if hours > 1 else "at most an hour"
    more = " The host may train networks on them, and export them." if training else " The host may export them."
    return f"Only what you send is stored: on this server, without your name, for {kept}, for the room's wall.{more}"


def deliver(visit: RoomVisit) -> None:
    """Sends what is in the outbox, oldest first; what the room refuses is dropped with a word, the rest stays."""
    from rooms import sending
    from rooms.limits import RateLimited, RoomError, Unavailable

    while visit.outbox and visit.member is not None:
        try:
            visit.followed = 0.0  # the strip shows at once what became of it
            receipt = sending.send(store.database(), visit.member, visit.outbox[0])
            visit.word = "This drawing is on the wall already" if receipt.again else ""
            visit.member = replace(visit.member, drawings=receipt.drawings)
            if receipt.tile is not None:
                visit.own, visit.own_drawings, visit.own_at = receipt.tile, receipt.drawings, time.monotonic()
        except RateLimited:
            return
        except Unavailable:
            visit.word = AWAY
            return
        except RoomError as error:
            visit.word = str(error)
        visit.outbox.pop(0)


def _send(board: Board) -> None:
    """Puts the drawing on its way and clears the canvas; it stays in the outbox until the room has it."""
    visit = room_visit()
    if visit.member is None or visit.state is None or board.digit is None or len(board.digits) > 1:
        return
    if len(visit.outbox) >= LONGEST_OUTBOX:
        visit.word = AWAY
        return
    try:
        visit.outbox.append(_drawing(board, board.digit, visit.state, visit.member))
    except ValueError:  # forged strokes
        visit.word = "The drawing could not be read; please draw it again"
        return
    visit.word = ""
    board.empty()
    st.session_state[session.MEANT] = None
    deliver(visit)


def _drawing(board: Board, digit: np.ndarray, state: RoomState, member: Membership) -> Drawing:
    """What is sent. Its id is made of the strokes as they were drawn, so that it is the same after a broken line."""
    from rooms.sending import Drawing

    strokes = [np.round(stroke, 1).tolist() for stroke in strokes_from_fabric(board.strokes)[0]]
    recipe = chosen_recipe()
    selection = replace(selected(recipe), calibrated=True)
    (predictions,) = ensemble.predict_all(selection, [digit]).by_digit
    prompted = state.prompt.digit_for(member.participant_id, member.drawings)
    meant = prompted if state.prompt.kind != "free" else st.session_state.get(session.MEANT)
    source = json.dumps(strokes).encode("ascii") if strokes else digit.tobytes()
    return Drawing(
        client_id=hashlib.sha256(source).hexdigest()[:32],
        round=state.round,
        meant=meant if meant in range(CLASSES) else None,
        digit=digit.tobytes(),
        strokes=strokes,
        answers={each.network: each.probabilities.tolist() for each in predictions},
        recipe=selection.recipe,
        outlier=ensemble.outliers([digit])[0],
    )
