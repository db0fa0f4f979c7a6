"""The host's controls: the next prompt, reveal, next round and pause; approval, settings and exports behind buttons."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import streamlit as st

from models import NETWORKS
from rooms import exports, hosting, state, wall
from rooms.exports import Record
from rooms.hosting import Hosted
from rooms.limits import RoomError
from rooms.prompts import ANY_DIGIT, Prompt
from rooms.state import RoomState
from ui.room import store
from ui.room.visit import WatchedRoom, room_visit
from ui.room.wall import picture, title
from ui.shared import session

CONTROLS_SECONDS = 3.0  # from one look at the room to the next
KINDS = {
    "free": "Any digit",
    "digit": "One digit",
    "turn": "Random digits in turn",
    "fool": "Fool them",
}
USUAL_DIGIT = 7
SETTINGS = {
    "hide_answers": "Hide answers until revealed",
    "approve_all": "Approve every drawing first",
    "approve_outliers": "Approve drawings that look like no digit",
    "training": "Train on the drawings later; phones are told",
}
MAX_TO_APPROVE = 12  # drawings shown at once
ORDER = list(NETWORKS)
EXPORTS: dict[str, tuple[str, str, Callable[[list[Record]], bytes]]] = {  # label: suffix, type and content
    "CSV": ("csv", "text/csv", lambda drawings: exports.as_csv(drawings, ORDER).encode("utf-8")),
    "PNG": ("png", "image/png", lambda drawings: exports.as_png(drawings, {key: title(key) for key in ORDER})),
    "NPZ": ("npz", "application/octet-stream", lambda drawings: exports.as_npz(drawings, ORDER)),
    "UNIPEN": ("dat", "text/plain", lambda drawings: exports.as_unipen(drawings).encode("ascii")),
}


@st.fragment(run_every=CONTROLS_SECONDS)
def controls() -> None:
    """Draw the controls of the room that this visit hosts."""
    watched = room_visit().watched
    if watched is None or watched.hosted is None:
        return
    with suppress(RoomError):  # the wall says so
        watched.state = state.state(store.database(), watched.id)
    if (room := watched.state) is None:
        return
    with st.container(key="room_controls"):
        if problem := room_visit().problem:
            st.warning(problem)
        _next_prompt(room)
        with st.container(horizontal=True, gap="small"):
            _button("Reveal", hosting.reveal, room.round, type="primary", disabled=room.revealed)
            st.button("Next round", disabled=room.ended, on_click=_next_round, args=(room.round,))
            label = "Go on" if room.paused else "Pause"
            st.button(
                label, key=session.PAUSE, disabled=room.ended, on_click=_change, kwargs={"paused": not room.paused}
            )
        with st.container(horizontal=True, gap="small"):
            if room.waiting:
                with st.popover(f"{room.waiting} to approve"):
                    _approval(watched)
            with st.popover("Settings"):
                _settings(watched, room)
            with st.popover("End and export"):
                _end_and_export(watched.hosted, room)


def remember_picked() -> None:
    """Remember the drawing that the host chose on the wall."""
    if watched := room_visit().watched:
        watched.picked = st.session_state[session.ROOM_WALL].picked


def picked_drawing(watched: WatchedRoom) -> None:
    """Draw the commands for the drawing that the host chose."""
    tile = next((tile for tile in watched.tiles if tile.id == watched.picked), None)
    if tile is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="room_picked"):
        st.html(f'<img src="{picture(tile.digit)}" alt="the chosen drawing">')
        st.write(tile.name)
        _button("Hide", hosting.hide, tile.id)
        _button(f"Remove all of {tile.name}", hosting.remove_drawings, tile.participant_id)
        st.button("Keep", on_click=setattr, args=(watched, "picked", None))


def exported(hosted: Hosted, label: str) -> bytes:
    """Return the content of one of EXPORTS; raises rooms.limits.RoomError for all but the host."""
    _, _, content = EXPORTS[label]
    return content(exports.records(store.database(), hosted))


def _next_prompt(room: RoomState) -> None:
    """Let the host choose the next round's prompt; it begins as that of this round."""
    st.session_state.setdefault(session.PROMPT_KIND, room.prompt.kind)
    st.session_state.setdefault(session.PROMPT_DIGIT, USUAL_DIGIT if room.prompt.digit is None else room.prompt.digit)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kind = st.selectbox(
            "Prompt of the next round", KINDS, format_func=KINDS.__getitem__, key=session.PROMPT_KIND, filter_mode=None
        )
        if kind in ("digit", "fool"):
            st.selectbox("Digit", range(10), key=session.PROMPT_DIGIT, width=76, filter_mode=None)


def _approval(watched: WatchedRoom) -> None:
    """Draw the drawings that wait for approval, each with Show and Hide."""
    try:
        waiting = wall.waiting(store.database(), watched.id)
    except RoomError as error:
        st.warning(str(error))
        return
    _button("Show all", hosting.approve_all)
    for tile in waiting[:MAX_TO_APPROVE]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"waiting-{tile.id}"):
            st.html(f'<img class="room-waiting" src="{picture(tile.digit)}" alt="a drawing by {tile.name}">', width=56)
            _button("Show", hosting.show, tile.id, key=f"show-{tile.id}")
            _button("Hide", hosting.hide, tile.id, key=f"hide-{tile.id}")
            st.caption(tile.name)


def _settings(watched: WatchedRoom, room: RoomState) -> None:
    for name, label in SETTINGS.items():
        value = getattr(room, name)
        key = session.room_setting(name)
        st.session_state[key] = value  # another host may have changed it
        late = name == "training" and room.drawings > 0 and not value  # participants were told otherwise
        st.toggle(label, key=key, on_change=_toggled, args=(name,), disabled=late)
    st.link_button("This page without controls", f"?{session.ROOM}={watched.code}", type="tertiary")
    st.caption("Whoever has this page's own address can host. Keep it, and project the page without controls.")


def _end_and_export(hosted: Hosted, room: RoomState) -> None:
    """Draw the downloads, made when they are pressed, and the buttons that end and delete the room."""
    with st.container(horizontal=True, gap="small"):
        for label, (suffix, kind, _) in EXPORTS.items():
            name = f"room-{room.code}.{suffix}"
            data = partial(exported, hosted, label)
            st.download_button(label, data, name, kind, key=f"export-{suffix}", on_click="ignore")
    if not room.ended:
        _button("End the room", hosting.end, help="Takes no more drawings")
    hours = max(1, round(room.hours_left))
    st.caption(f"Everything is deleted in {f'{hours} hours' if hours > 1 else 'an hour'} at most.")
    if st.toggle("Delete everything now", key=session.DELETE_SURE):
        _button("Yes, delete it all", hosting.delete_room, type="primary")


def _button(label: str, command: Callable[..., Any], *arguments: Any, **look: Any) -> None:
    """Draw a button that runs one of the host's commands. look: more arguments of st.button."""
    st.button(label, on_click=_run, args=(command, *arguments), **look)


def _run(command: Callable[..., Any], *arguments: Any, **settings: bool) -> None:
    """Run one of the host's commands; if the room refuses it, the controls show why."""
    visit = room_visit()
    visit.problem = ""
    if visit.watched is None or visit.watched.hosted is None:
        return
    try:
        command(store.database(), visit.watched.hosted, *arguments, **settings)
    except RoomError as error:
        visit.problem = str(error)


def _next_round(after: int) -> None:
    _run(hosting.next_round, after, _chosen_prompt())


def _change(**settings: bool) -> None:
    _run(hosting.change, **settings)


def _toggled(name: str) -> None:
    _change(**{name: bool(st.session_state.get(session.room_setting(name)))})


def _chosen_prompt() -> Prompt:
    """Return the chosen prompt, a valid one whatever a forged message holds."""
    kind = st.session_state.get(session.PROMPT_KIND) or "free"
    digit = st.session_state.get(session.PROMPT_DIGIT, USUAL_DIGIT)
    try:
        return Prompt(kind, int(digit) if kind in ("digit", "fool") else None)
    except (TypeError, ValueError):
        return ANY_DIGIT
