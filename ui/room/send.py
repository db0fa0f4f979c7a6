"""Send: puts a drawing into the participant's outbox, and keeps it there until the room has it."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from digits import CLASSES
from digits.strokes import strokes_from_fabric
from language import N_, _, ngettext, number
from recognition import ensemble
from ui.drawing.board import Board
from ui.room import changes, store, taught
from ui.room.visit import Participation, room_visit
from ui.shared import session
from ui.shared.choosers import chosen_recipe, selected

if TYPE_CHECKING:
    from rooms.prompts import Prompt
    from rooms.sending import Drawing
    from rooms.state import RoomState

MAX_OUTBOX = 20  # drawings that wait for the database
ONE_DIGIT = N_("A room collects single digits; clear the canvas and draw one.")
AWAY = N_("The room does not answer; trying again")
AGAIN = N_("This drawing is on the wall already")
UNREADABLE = N_("The drawing could not be read; please draw it again")


def send_button(board: Board) -> None:
    """Draw the button that sends the drawing; nothing for somebody who is in no room."""
    part = room_visit().participation
    if part is None or part.state is None or part.state.ended:
        return
    state = part.state
    prompt = begun_for(part, state, board)[1]
    with st.container(key="room_send"):
        if prompt.kind == "free":
            st.pills(_("Which digit is it?"), range(CLASSES), key=session.LABEL, width="stretch")
        st.button(
            _("Paused by the host") if state.paused else _("Send to the wall"),
            type="primary",
            width="stretch",
            key=session.SEND,
            disabled=len(board.digits) != 1 or state.paused,
            on_click=_send,
            args=(board,),
        )
        if len(board.digits) > 1:
            st.caption(_(ONE_DIGIT))
        if not part.member.drawings or state.training:
            st.html(_privacy_line(state))


def begun_for(part: Participation, state: RoomState, board: Board) -> tuple[int, Prompt]:
    """Return the round, and its prompt, that the drawing on the canvas was begun for; this round for an empty canvas.

    The browser says which round it showed at the first touch, because the room may have gone on since.
    """
    if not board.digits:
        part.begun = 0
        return state.round, state.prompt
    if not part.begun:
        told = changes.begun_round()
        part.begun = told if told in part.prompts else state.round
    return part.begun, part.prompts.get(part.begun, state.prompt)


def label(part: Participation, state: RoomState, board: Board) -> int | None:
    """Return the digit that the drawing on the canvas is meant to be, as far as the phone knows."""
    prompt = begun_for(part, state, board)[1]
    if prompt.kind != "free":
        return prompt.digit_for(part.member.participant_id, part.member.drawings)
    chosen = st.session_state.get(session.LABEL)
    return chosen if chosen in range(CLASSES) else None


def privacy(hours_left: float, training: bool) -> str:
    """Return what happens with a drawing, said before the first is sent."""
    stored = _(
        "Only what you send is stored: on this server, without your name, for at most {hours}, for the room's wall "
        "and a network that the room may train."
    ).format(hours=in_hours(math.ceil(hours_left)))
    more = _("The host may train networks on them, and export them.") if training else _("The host may export them.")
    return f"{stored} {more}"


def in_hours(hours: int) -> str:
    """Return a number of hours in words."""
    return ngettext("{n} hour", "{n} hours", hours).format(n=number(hours)) if hours > 1 else _("an hour")


def _privacy_line(state: RoomState) -> str:
    """Return privacy() as HTML, folded to a line: all of it would push the answers off a small phone."""
    told = _("What you send is stored and may train networks") if state.training else _("Only what you send is stored")
    whole = privacy(state.hours_left, state.training)
    return f'<details class="room-privacy"><summary>{escape(told)}</summary>{escape(whole)}</details>'


def deliver(part: Participation) -> None:
    """Send the outbox, oldest first; a drawing that the room refuses is dropped with a notice, the rest stays."""
    from rooms import sending
    from rooms.limits import RateLimited, RoomError, Unavailable

    while part.outbox:
        try:
            part.synced = 0.0  # the strip reads at once what became of it
            receipt = sending.send(store.database(), part.member, part.outbox[0])
            part.notice = AGAIN if receipt.again else ""
            part.member = replace(part.member, drawings=receipt.drawings)
        except RateLimited:
            return
        except Unavailable:
            part.notice = AWAY
            return
        except RoomError as error:
            part.notice = str(error)
        part.outbox.pop(0)


def _send(board: Board) -> None:
    """Put the drawing into the outbox, clear the canvas, and try to deliver it."""
    part = room_visit().participation
    if part is None or part.state is None or board.digit is None or len(board.digits) > 1:
        return
    if len(part.outbox) >= MAX_OUTBOX:
        part.notice = AWAY
        return
    try:
        part.outbox.append(_drawing(board, board.digit, part, part.state))
    except ValueError:  # forged strokes
        part.notice = UNREADABLE
        return
    part.notice = ""
    board.empty()
    st.session_state[session.LABEL] = None
    deliver(part)


def _drawing(board: Board, digit: np.ndarray, part: Participation, state: RoomState) -> Drawing:
    """Return the drawing to send, whose id is a hash of its strokes: the same after a lost connection.

    The networks predict again, which takes half a millisecond: the page's own predictions are not made while they are
    hidden, and may be raw softmax.
    """
    from rooms.sending import Drawing

    strokes = [np.round(stroke, 1).tolist() for stroke in strokes_from_fabric(board.strokes)[0]]
    selection = replace(selected(chosen_recipe()), calibrated=True)
    (predictions,) = ensemble.predict_all(selection, [digit]).by_digit
    probabilities = {prediction.network: prediction.probabilities.tolist() for prediction in predictions}
    if own := taught.predict(state, digit):
        probabilities[taught.KEY] = own.probabilities.tolist()
    source = json.dumps(strokes).encode("ascii") if strokes else digit.tobytes()
    return Drawing(
        client_id=hashlib.sha256(source).hexdigest()[:32],
        round=begun_for(part, state, board)[0],
        label=label(part, state, board),
        digit=digit.tobytes(),
        strokes=strokes,
        probabilities=probabilities,
        recipe=selection.recipe,
        outlier=ensemble.outliers([digit])[0],
    )
