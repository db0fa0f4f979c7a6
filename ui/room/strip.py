"""The strip above the canvas for who is in a room: its prompt, one's own name, what became of the last drawing.

Somebody who is in no room sees none of it, and no database is opened for them.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from models import NETWORKS
from ui.room import store
from ui.room.changes import poll
from ui.room.send import privacy
from ui.room.sync import GONE, come_back, sync
from ui.room.visit import RoomVisit, room_visit
from ui.shared import images, session
from ui.shared.run_lock import RunLock

if TYPE_CHECKING:
    from rooms.state import RoomState

EVERY = 30.0  # seconds after which the strip is drawn again, even where its browser has seen no change (room_look)
STYLE = Path(__file__).with_name("room.css")


def room_strip() -> bool:
    """Draws the strip of the room one is in, and says so, or the invitation of the one that a link leads to."""
    visit = room_visit()
    code = st.query_params.get(session.ROOM, "")
    if not code and visit.member is None:
        return False
    if visit.member is None or (code and code != visit.code):
        come_back(visit, code)
    if visit.member is not None:
        _remember_in_link(visit)
        with st.container(key="room_strip"):
            _strip()
        return True
    _invitation(visit, code)
    return False


def answers_wait() -> bool:
    """Whether one is in a room whose answers are hidden until the host reveals them."""
    visit = room_visit()
    return visit.member is not None and visit.state is not None and not visit.state.revealed


def _remember_in_link(visit: RoomVisit) -> None:
    """A reload finds the same participant again; Streamlit drops the parameters when another page is opened."""
    if visit.member is None:
        return
    for name, value in ((session.ROOM, visit.code), (session.PARTICIPANT, visit.member.token)):
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def _invitation(visit: RoomVisit, code: str) -> None:
    """What somebody sees who has scanned the code: one tap joins."""
    from rooms import joining
    from rooms.limits import RoomError

    if visit.looked_code != code:
        visit.looked, visit.looked_code, visit.problem = None, code, ""
        try:
            visit.looked = joining.look(store.database(), code, st.query_params.get(session.ROOM_KEY, ""))
        except RoomError as error:
            visit.problem = str(error)
    with st.container(key="invited"):
        if visit.looked is None:
            st.warning(visit.problem)
            st.button("Try again", on_click=_forget, args=(visit,))
        elif visit.looked.ended:
            st.info("This room has ended.")
        else:
            st.html(f'<p class="room-joining">Room <b>{escape(visit.looked.code)}</b></p>')
            st.button("Join the room", type="primary", width="stretch", key="join_room", on_click=join, args=(visit,))
            st.caption(privacy(visit.looked.hours_left, visit.looked.training))


def join(visit: RoomVisit) -> None:
    """Makes a participant of the room that was looked at."""
    from rooms import joining
    from rooms.limits import RoomError

    if visit.looked is None or visit.member is not None:
        return
    try:
        visit.member = joining.join(store.database(), visit.looked.id)
        visit.code, visit.state = visit.looked.code, visit.looked
    except RoomError as error:
        visit.looked, visit.problem = None, str(error)


def _forget(visit: RoomVisit) -> None:
    visit.looked_code = ""


@st.fragment(run_every=EVERY)
def _strip() -> None:
    """Looks at the room, sends what waits, and draws the strip; its height never changes, as one draws below it."""
    visit = room_visit()
    if visit.member is None:
        return
    before = visit.state
    problem = sync(visit)
    with RunLock():
        _draw_strip(visit, problem)
    if before is not None and visit.state is not None and _shape(before) != _shape(visit.state):
        st.rerun()  # what stands below depends on it: the answers, the button, the question what was meant


def _draw_strip(visit: RoomVisit, problem: str) -> None:
    if visit.member is None or visit.state is None:
        st.info(problem or GONE)
        return
    state, member = visit.state, visit.member
    digit = state.prompt.digit_for(member.participant_id, member.drawings)
    prompt = "This room has ended" if state.ended else state.prompt.sentence(digit)
    colour = escape(member.colour, quote=True)
    st.html(
        f'<section class="room-strip" style="--mine:{colour}" data-version="{state.version}">'
        f"<header><b>{escape(member.name)}</b><h1>Room {escape(visit.code)}</h1></header>"
        f'<p class="prompt" role="status">{escape(prompt)}</p>{_result(visit, problem)}</section>'
    )
    poll(visit)


def _shape(state: RoomState) -> tuple[bool, ...]:
    return state.revealed, state.paused, state.ended, state.training, state.prompt.kind == "free"


def _result(visit: RoomVisit, problem: str) -> str:
    """The line on one's last drawing."""
    own, drawings = visit.own, visit.member.drawings if visit.member else 0
    if problem or visit.word:
        return f'<p class="result">{escape(problem or visit.word)}</p>'
    if own is None:
        return '<p class="result">Draw below, then send</p>'
    picture = images.digit(np.frombuffer(own.digit, np.uint8).reshape(28, 28))
    if own.status == "waiting":
        words = "waits for the host"
    elif own.status == "hidden":
        words = "taken off the wall by the host"
    elif not own.revealed:
        words = "on the wall; the answers wait"
    else:
        answers = [_answer(key, own.answers[key], own.meant) for key in NETWORKS if key in own.answers]
        words = " ".join(answers) or "is on the wall"
        return f'<p class="result"><img src="{picture}" alt="drawing {drawings}">{words}</p>'
    return f'<p class="result"><img src="{picture}" alt="drawing {drawings}">{escape(words)}</p>'


def _answer(key: str, digit: int, meant: int | None) -> str:
    kind = "" if meant is None else "right" if digit == meant else "wrong"
    return f'<span class="{kind}">{escape(NETWORKS[key].title)} <b>{digit}</b></span>'
