"""What a room's host presses: the prompt, reveal, next round, pause, and behind two buttons everything rarer.

MERGED: The host's commands, as the buttons of a room's controls run them; what a room refuses is kept to be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from models import NETWORKS
from ui.room import store
from ui.room.visit import RoomVisit, room_visit
from ui.room.wall import picture
from ui.shared import session

if TYPE_CHECKING:
    from rooms.exports import Record
    from rooms.hosting import Hosted
    from rooms.prompts import Prompt
    from rooms.state import RoomState

EVERY = 3.0  # seconds from one look at the room to the next
KINDS = {
    "free": "Any digit",
    "digit": "One digit",
    "turn": "Random digits in turn",
    "fool": "Fool them",
}
SETTINGS = {
    "hide_answers": "Hide answers until revealed",
    "approve_all": "Approve every drawing first",
    "approve_outliers": "Approve what looks like no digit",
    "training": "Train on the drawings later; phones are told",
}
FILES: dict[str, tuple[str, str]] = {  # label: suffix of the file, and its type
    "CSV": ("csv", "text/csv"),
    "PNG": ("png", "image/png"),
    "NPZ": ("npz", "application/octet-stream"),
    "UNIPEN": ("dat", "text/plain"),
}
MOST_TO_APPROVE = 12  # shown at once


@st.fragment(run_every=EVERY)
def controls() -> None:
    """Draws them, for the room that this visit hosts."""
    visit = room_visit()
    if visit.hosted is None or visit.room is None:
        return
    room = _current(visit) or visit.room
    with st.container(key="room_controls"):
        if visit.problem:
            st.warning(visit.problem)
        _prompt(room)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Reveal",
                type="primary",
                disabled=room.revealed,
                on_click=reveal,
                args=(visit, room.round),
            )
            st.button("Next round", disabled=room.ended, on_click=next_round, args=(visit, room.round))
            label = "Go on" if room.paused else "Pause"
            st.button(
                label,
                key="pause",
                disabled=room.ended,
                on_click=change,
                args=(visit, {"paused": not room.paused}),
            )
        with st.container(horizontal=True, gap="small"):
            if room.waiting:
                with st.popover(f"{room.waiting} to approve"):
                    _approval(visit)
            with st.popover("Settings"):
                _settings(visit, room)
            with st.popover("End and export"):
                _afterwards(visit, room)


def picked_tile_changed() -> None:
    """Remembers the drawing that the host chose on the wall."""
    room_visit().picked = st.session_state[session.ROOM_WALL].picked


def picked_tile(visit: RoomVisit) -> None:
    """What can be done with the drawing that the host chose."""
    tile = next((tile for tile in visit.tiles if tile.id == visit.picked), None)
    if tile is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="room_picked"):
        st.html(f'<img src="{picture(tile.digit)}" alt="the chosen drawing">')
        st.write(tile.name)
        st.button("Hide", on_click=hide, args=(visit, tile.id))
        st.button(f"Remove all of {tile.name}", on_click=remove, args=(visit, tile.participant_id))
        st.button("Keep", on_click=keep, args=(visit,))


def _current(visit: RoomVisit) -> RoomState | None:
    """The room as it is now, or None where the database is away; the wall says so."""
    from rooms import state
    from rooms.limits import RoomError

    try:
        visit.room = state.state(store.database(), visit.watched)
    except RoomError:
        return None
    return visit.room


def _prompt(room: RoomState) -> None:
    """What the next round asks for; at first, what this one does."""
    st.session_state.setdefault(session.PROMPT_KIND, room.prompt.kind)
    if room.prompt.digit is not None:
        st.session_state.setdefault(session.PROMPT_DIGIT, room.prompt.digit)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kind = st.selectbox(
            "Prompt of the next round", KINDS, format_func=KINDS.__getitem__, key=session.PROMPT_KIND, filter_mode=None
        )
        if kind in ("digit", "fool"):
            st.session_state.setdefault(session.PROMPT_DIGIT, USUAL_DIGIT)
            st.selectbox("Digit", range(10), key=session.PROMPT_DIGIT, width=76, filter_mode=None)


def _approval(visit: RoomVisit) -> None:
    """The drawings that wait, each with Show and Hide."""
    from rooms import wall
    from rooms.limits import RoomError

    try:
        waiting = wall.waiting(store.database(), visit.watched)
    except RoomError as error:
        st.warning(str(error))
        return
    st.button("Show all", on_click=approve_all, args=(visit,))
    for tile in waiting[:MOST_TO_APPROVE]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"waiting-{tile.id}"):
            st.html(f'<img class="room-waiting" src="{picture(tile.digit)}" alt="a drawing by {tile.name}">', width=56)
            st.button("Show", key=f"show-{tile.id}", on_click=show, args=(visit, tile.id))
            st.button("Hide", key=f"hide-{tile.id}", on_click=hide, args=(visit, tile.id))
            st.caption(tile.name)


def _settings(visit: RoomVisit, room: RoomState) -> None:
    for name, label in SETTINGS.items():
        value = getattr(room, name)
        key = session.room_setting(name)
        st.session_state[key] = value  # another host may have changed it
        late = name == "training" and room.drawings > 0 and not value  # who has sent was told otherwise
        st.toggle(label, key=key, on_change=toggled, args=(visit, name), disabled=late)
    st.link_button("This page without controls", f"?{session.ROOM}={visit.watched_code}", type="tertiary")
    st.caption("Whoever has this page's own address can host. Keep it, and project the page without controls.")


def _afterwards(visit: RoomVisit, room: RoomState) -> None:
    """Downloads, made when they are pressed; end; delete."""
    if visit.hosted is None:
        return
    with st.container(horizontal=True, gap="small"):
        for label, (suffix, kind) in FILES.items():
            name = f"room-{room.code}.{suffix}"
            data = partial(exported, visit.hosted, label)
            st.download_button(label, data, name, kind, key=f"export-{suffix}", on_click="ignore")
    if not room.ended:
        st.button("End the room", on_click=end, args=(visit,), help="Takes no more drawings")
    hours = max(1, round(room.hours_left))
    st.caption(f"Everything is deleted in {hours} hours at most.")
    if st.toggle("Delete everything now", key="delete_sure"):
        st.button("Yes, delete it all", type="primary", on_click=delete, args=(visit,))


USUAL_DIGIT = 7


def reveal(visit: RoomVisit, round_number: int) -> None:
    from rooms import hosting

    _command(visit, hosting.reveal, round_number)


def next_round(visit: RoomVisit, after: int) -> None:
    from rooms import hosting

    _command(visit, hosting.next_round, after, chosen_prompt())


def change(visit: RoomVisit, settings: dict[str, bool]) -> None:
    from rooms import hosting

    _command(visit, hosting.change, **settings)


def toggled(visit: RoomVisit, name: str) -> None:
    change(visit, {name: bool(st.session_state.get(session.room_setting(name)))})


def hide(visit: RoomVisit, drawing_id: int) -> None:
    from rooms import hosting

    visit.picked = None
    _command(visit, hosting.hide, drawing_id)


def show(visit: RoomVisit, drawing_id: int) -> None:
    from rooms import hosting

    _command(visit, hosting.show, drawing_id)


def approve_all(visit: RoomVisit) -> None:
    from rooms import hosting

    _command(visit, hosting.approve_all)


def remove(visit: RoomVisit, participant_id: int) -> None:
    from rooms import hosting

    visit.picked = None
    _command(visit, hosting.remove_drawings, participant_id)


def keep(visit: RoomVisit) -> None:
    visit.picked = None


def end(visit: RoomVisit) -> None:
    from rooms import hosting

    _command(visit, hosting.end)


def delete(visit: RoomVisit) -> None:
    from rooms import hosting

    _command(visit, hosting.delete_room)


def exported(hosted: Hosted, label: str) -> bytes:
    """One of FILES; raises rooms.limits.RoomError for all but the host."""
    from rooms import exports

    titles = {key: network.title for key, network in NETWORKS.items()}
    drawings = exports.records(store.database(), hosted)
    makers: dict[str, Callable[[list[Record]], bytes]] = {
        "CSV": lambda found: exports.as_csv(found, list(NETWORKS)).encode("utf-8"),
        "PNG": lambda found: exports.as_png(found, titles),
        "NPZ": lambda found: exports.as_npz(found, list(NETWORKS)),
        "UNIPEN": lambda found: exports.as_unipen(found).encode("ascii"),
    }
    return makers[label](drawings)


def chosen_prompt() -> Prompt:
    """The prompt that the host has chosen; whatever a forged message holds, it is one."""
    from rooms.prompts import ANY_DIGIT, Prompt

    kind = st.session_state.get(session.PROMPT_KIND) or "free"
    digit = st.session_state.get(session.PROMPT_DIGIT, USUAL_DIGIT)
    try:
        return Prompt(kind, int(digit) if kind in ("digit", "fool") else None)
    except (TypeError, ValueError):
        return ANY_DIGIT


def _command(visit: RoomVisit, command: Callable[..., Any], *arguments: Any, **settings: bool) -> None:
    """Runs one of the host's commands; what it refuses is said."""
    from rooms.limits import RoomError

    visit.problem = ""
    if visit.hosted is None:
        return
    try:
        command(store.database(), visit.hosted, *arguments, **settings)
    except RoomError as error:
        visit.problem = str(error)
