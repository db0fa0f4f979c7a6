"""The strip above the canvas of a participant: the prompt, their name, and what became of their last drawing.

It is redrawn with every stroke and whenever the browser sees that the room has changed, so the room is read as rarely
as that allows. Somebody who is in no room sees none of it, and no database is opened for them.
"""

from __future__ import annotations

import time
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from language import N_, _, number
from models import NETWORKS
from ui.drawing.board import current_board
from ui.room import changes, store, taught
from ui.room.send import AWAY, begun_for, deliver, label, privacy
from ui.room.visit import Participation, RoomVisit, remember_in_link, room_visit
from ui.room.wall import picture
from ui.shared import modules, session
from ui.shared.run_lock import RunLock

if TYPE_CHECKING:
    from rooms.state import RoomState
    from rooms.wall import Tile

STRIP_SECONDS = 30.0  # after which the strip is drawn again, even where its browser has seen no change
FRESH_SECONDS = 1.5  # in which the room is not read again
OWN_SECONDS = 8.0  # after which the participant's drawing is read again: the host may have approved or hidden it
SHOWN_SECONDS = 60.0  # after which somebody who comes back is not shown a reveal any more
GONE = N_("The room is closed, and all that was in it is deleted.")
ORDER = (*NETWORKS, taught.KEY)  # of the answers to a drawing
STYLES = (Path(__file__).with_name("room.css"), Path(__file__).with_name("wall.css"))


def room_strip() -> bool:
    """Draw the strip of the visitor's room and return True, or offer to join the room that the link leads to."""
    visit = room_visit()
    code = code_in_link()
    if code and (visit.participation is None or code != visit.participation.code):
        _rejoin(visit, code, st.query_params.get(session.PARTICIPANT, ""))
    if visit.participation is not None:
        part = visit.participation
        remember_in_link({session.ROOM: part.code, session.PARTICIPANT: part.member.token})
        with st.container(key="room_strip"):
            _strip()
        return True
    if code:
        visit.farewell = ""
        _offer_to_join(visit, code)
    elif visit.farewell:
        _say_farewell(visit)
        return True
    return False


def code_in_link() -> str:
    """Return the code of the room in the link, in capitals and without gaps, or as it stands if it cannot be one."""
    if not (code := st.query_params.get(session.ROOM, "")):
        return ""
    from rooms import identity

    return identity.cleaned(code) or code


def answers_wait() -> bool:
    """Return True in a room whose predictions are hidden until the host reveals them."""
    part = room_visit().participation
    return part is not None and part.state is not None and not part.state.revealed


def join(visit: RoomVisit) -> None:
    """Make the visitor a participant of the room that was found."""
    from rooms import joining
    from rooms.limits import RoomError

    if visit.found is None or visit.participation is not None:
        return
    try:
        member = joining.join(store.database(), visit.found.id)
        visit.participation = Participation(member, visit.found.code, visit.found)
    except RoomError as error:
        visit.found, visit.problem = None, str(error)


def resume(visit: RoomVisit, code: str) -> None:
    """Make the visitor the participant whose token their browser has kept, because they scanned the code again."""
    token = (st.session_state.get(session.ROOM_RESUME) or {}).get("resumed")
    if isinstance(token, str) and visit.participation is None:
        _rejoin(visit, code, token)


def _rejoin(visit: RoomVisit, code: str, token: str) -> None:
    """Find the participant who has a token: after a reload, on another copy of the page, after another scan."""
    from rooms import joining
    from rooms.limits import Forbidden, RoomError

    visit.participation = None
    if not token:
        return
    try:
        visit.participation = Participation(joining.rejoin(store.database(), code, token), code)
    except Forbidden:
        st.query_params.pop(session.PARTICIPANT, None)
    except RoomError as error:
        visit.found, visit.found_code, visit.problem = None, code, str(error)


def _offer_to_join(visit: RoomVisit, code: str) -> None:
    """Show the room whose code was scanned: one tap joins."""
    from rooms.limits import RoomError

    if visit.found_code != code:
        visit.found, visit.found_code, visit.problem = None, code, ""
        try:
            visit.found = visit.find(code, st.query_params.get(session.ROOM_KEY, ""))
        except RoomError as error:
            visit.problem = str(error)
    with st.container(key="room_found"):
        if visit.found is None:
            st.warning(visit.problem)
            st.button(_("Try again"), on_click=setattr, args=(visit, "found_code", ""))
        elif visit.found.ended:
            st.info(_("This room has ended."))
        else:
            words = escape(_("Room {code}")).format(code=f"<b>{escape(visit.found.code)}</b>")
            st.html(f'<p class="room-joining">{words}</p>')
            modules.mount(
                "resume",
                "room/resume.js",
                {"code": visit.found.code},
                key=session.ROOM_RESUME,
                on_resumed_change=lambda: resume(visit, code),
            )
            st.button(
                _("Join the room"),
                key=session.JOIN_ROOM,
                type="primary",
                width="stretch",
                on_click=join,
                args=(visit,),
            )
            st.caption(privacy(visit.found.hours_left, visit.found.training))


def _say_farewell(visit: RoomVisit) -> None:
    """Say why the room is gone, in the place of its strip, until that has been read: somebody may be drawing."""
    with st.container(key="room_strip", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<section class="room-strip"><p role="status">{escape(visit.farewell)}</p></section>')
        st.button(_("Draw on"), key=session.DRAW_ON, on_click=visit.leave)


@st.fragment(run_every=STRIP_SECONDS)
def _strip() -> None:
    """Read the room, send what waits, and draw the strip; its height never changes: the canvas is below it."""
    visit = room_visit()
    if visit.participation is None:
        return
    before = visit.participation.state
    problem = _sync(visit)
    if visit.farewell:
        st.rerun()
    with RunLock():
        _draw_strip(visit.participation, problem)
    after = visit.participation and visit.participation.state
    if before is not None and after and before.etag != after.etag:
        st.rerun()  # the answers and the Send button below depend on it


def _sync(visit: RoomVisit) -> str:
    """Send what waits and read what may have changed; return what is wrong, as a sentence, or nothing."""
    from rooms import wall
    from rooms.limits import RoomError, UnknownRoom

    part = visit.participation
    if part is None:
        return GONE
    if part.state is not None and not part.outbox and time.monotonic() - part.synced < FRESH_SECONDS:
        return ""
    try:
        database = store.database()
        before = part.state
        part.state = store.states().get(database, part.member.room_id, changes.STATE_SECONDS)
        part.prompts[part.state.round] = part.state.prompt
        deliver(part)
        if _own_may_differ(part, before, part.state):
            member, state = part.member, part.state
            part.own = wall.own(database, member.room_id, member.participant_id)
            if state.show_round and (part.own is None or part.own.round != state.show_round):
                part.shown = wall.own(database, member.room_id, member.participant_id, state.show_round)
            else:
                part.shown = part.own
            part.own_version, part.own_read = part.state.version, time.monotonic()
            part.own_drawings = part.member.drawings
        part.synced = time.monotonic()
    except UnknownRoom as error:
        visit.leave(farewell=str(error))
        for name in (session.PARTICIPANT, session.ROOM):
            st.query_params.pop(name, None)
        return visit.farewell
    except RoomError:
        return AWAY
    return AWAY if part.outbox and part.notice == AWAY else ""


def _own_may_differ(part: Participation, before: RoomState | None, state: RoomState) -> bool:
    """Return True after sending, after a reveal or a next round, and now and then, for the host's approval."""
    if before is None or part.member.drawings != part.own_drawings:
        return True
    if state.etag != before.etag and part.own is not None:
        return True
    return state.version != part.own_version and time.monotonic() - part.own_read >= OWN_SECONDS


def _draw_strip(part: Participation | None, problem: str) -> None:
    if part is None or part.state is None:
        st.info(_(problem or GONE))
        return
    state, member = part.state, part.member
    colour = escape(member.colour, quote=True)
    numbers = f'data-version="{state.version}" data-round="{state.round}"'
    st.html(
        f'<section class="room-strip" style="--mine:{colour}" {numbers}>'
        f"<header><b>{escape(member.name)}</b><h1>{escape(_('Room {code}').format(code=part.code))}</h1></header>"
        f'<p class="prompt" role="status">{escape(_prompt(part, state))}</p>'
        f'<p class="result">{_result(part, problem)}</p></section>'
    )
    changes.poll(part, _show(part, state))


def _prompt(part: Participation, state: RoomState) -> str:
    """Return what the participant is asked to do, in words."""
    if state.ended:
        return _("This room has ended")
    board = current_board()
    if begun_for(part, state, board)[0] != state.round:
        meant = label(part, state, board)
        if meant is None:
            return _("New round: send your drawing first?")
        return _("New round: send your {digit} first?").format(digit=meant)
    return state.prompt.sentence(state.prompt.digit_for(part.member.participant_id, part.member.drawings))


def _show(part: Participation, state: RoomState) -> dict[str, Any] | None:
    """Return what browser/room/phone.js shows of the last reveal; None where the participant drew nothing for it."""
    tile = part.shown
    elapsed = time.time() - state.show_at
    if tile is None or not tile.predictions or tile.round != state.show_round or elapsed > SHOWN_SECONDS:
        return None
    order = [key for key in ORDER if key in tile.predictions]
    return {
        "id": f"{state.show_round} {state.show_at:.1f}",
        "elapsed": elapsed,
        "picture": picture(tile.digit),
        "label": tile.label,
        "fool": part.prompts.get(tile.round, state.prompt).kind == "fool",
        "answers": [
            [taught.title(key), taught.colour(key), tile.predictions[key], round(tile.confidences[key], 7)]
            for key in order
        ],
    }


def _result(part: Participation, problem: str) -> str:
    """Return the line on the last drawing, as HTML."""
    own = part.own
    if problem or part.notice:
        return escape(_(problem or part.notice))
    if own is None:
        return escape(_("Draw below, then send"))
    predictions = [_prediction(key, own.predictions[key], own.label) for key in ORDER if key in own.predictions]
    words = escape(_own_status(own))
    if own.status == "shown" and own.revealed and predictions:
        words = " ".join(predictions)
    alt = escape(_("drawing {n}").format(n=number(part.member.drawings)), quote=True)
    return f'<img src="{picture(own.digit)}" alt="{alt}">{words}'


def _own_status(own: Tile) -> str:
    if own.status == "waiting":
        return _("waits for the host")
    if own.status == "hidden":
        return _("taken off the wall by the host")
    return _("is on the wall") if own.revealed else _("on the wall; the answers wait")


def _prediction(network: str, digit: int, label: int | None) -> str:
    kind = "" if label is None else "right" if digit == label else "wrong"
    return f'<span class="{kind}">{escape(taught.title(network))} <b>{digit}</b></span>'
