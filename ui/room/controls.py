"""The host's controls: the next prompt, reveal, next round and pause; approval, settings and exports behind buttons.

What the host does on the wall itself comes here too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from html import escape
from typing import Any, cast

import streamlit as st

from language import N_, _, ngettext, number
from learning.training import possible
from rooms import hosting, state, teaching, wall
from rooms.limits import RoomError
from rooms.prompts import ANY_DIGIT, Prompt
from rooms.schema import HIDDEN, WAITING
from rooms.state import RoomState
from ui.room import store, taught
from ui.room.send import in_hours
from ui.room.visit import RoomVisit, Undo, WatchedRoom, room_visit
from ui.room.wall import EXPORTS, command, export_address, picture
from ui.shared import session

CONTROLS_SECONDS = 3.0  # from one look at the room to the next
KINDS = {
    "free": N_("Any digit"),
    "digit": N_("One digit"),
    "turn": N_("Random digits in turn"),
    "fool": N_("Fool them"),
}
USUAL_DIGIT = 7
TIMES = (0, 30, 60, 120, 180, 300)  # seconds of a round; 0 for no timer
SETTINGS = {
    "hide_answers": N_("Hide answers of rounds to come until revealed"),
    "approve_all": N_("Approve every drawing first"),
    "approve_outliers": N_("Approve drawings that look like no digit, except in Fool them"),
    "training": N_("Train on the drawings later; phones are told"),
}
MAX_TO_APPROVE = 12  # drawings shown at once
REFUSED = object()  # what _run returns where the room refused a command


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
            earlier = int(room.stage) if room.stage.isdecimal() else room.round  # the one on the wall
            label = _("Reveal") if earlier == room.round else _("Reveal round {round}").format(round=earlier)
            done = earlier == room.round and room.revealed
            _button(label, hosting.reveal, earlier, type="secondary" if done else "primary", key=session.REVEAL)
            st.button(
                _("Next round"),
                type="primary" if done else "secondary",
                key=session.NEXT_ROUND,
                disabled=room.ended,
                on_click=_next_round,
                args=(room.round,),
            )
            label = _("Go on") if room.paused else _("Pause")
            st.button(
                label, key=session.PAUSE, disabled=room.ended, on_click=_change, kwargs={"paused": not room.paused}
            )
        with st.container(horizontal=True, gap="small"):
            if room.waiting:
                with st.popover(_("{n} to approve").format(n=number(room.waiting))):
                    _held_back(watched, WAITING)
            if possible():
                _train(room)
            with st.popover(_("Hidden")):
                _held_back(watched, HIDDEN)
            with st.popover(_("Settings")):
                _settings(watched, room)
            with st.popover(_("End and export")):
                _end_and_export(watched, room)


def _train(room: RoomState) -> None:
    """The button that trains the room's own network, or ends its training."""
    if room.learning:
        _button(_("Stop training"), teaching.stop, key=session.TRAIN_OURS)
    else:
        label = _("Train again") if room.network else _("Train a network")
        _button(label, taught.begin, key=session.TRAIN_OURS, disabled=room.ended or not room.drawings)


def run_command() -> None:
    """Do what the host chose on the wall, and keep what undoes it."""
    visit = room_visit()
    wanted = command()
    undo, visit.undo = visit.undo, None
    match wanted:
        case {"do": "stage", "stage": str(stage)}:
            _run(hosting.put_on_stage, stage)
        case {"do": "hide", "id": int(drawing_id)}:
            if _run(hosting.hide, drawing_id) is not REFUSED:
                visit.undo = Undo(_("Hidden"), hosting.show, drawing_id)
        case {"do": "remove", "id": int(drawing_id)}:
            _remove_all_of_its_author(visit, drawing_id)
        case {"do": "undo"} if undo is not None:
            _run(undo.command, undo.argument)


def _remove_all_of_its_author(visit: RoomVisit, drawing_id: int) -> None:
    if visit.watched is None:
        return
    with suppress(RoomError):
        tile = wall.tile(store.database(), visit.watched.id, drawing_id)
        removed = _run(hosting.remove_drawings, tile.participant_id) if tile else REFUSED
        if tile and removed is not REFUSED:
            count = len(cast(dict, removed))
            words = ngettext("{n} drawing of {name} removed", "{n} drawings of {name} removed", count)
            visit.undo = Undo(words.format(n=number(count), name=tile.name), hosting.bring_back, removed)


def _next_prompt(room: RoomState) -> None:
    """Let the host choose the next round's prompt; it begins as that of this round."""
    st.session_state.setdefault(session.PROMPT_KIND, room.prompt.kind)
    st.session_state.setdefault(session.PROMPT_DIGIT, USUAL_DIGIT if room.prompt.digit is None else room.prompt.digit)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kind = st.selectbox(
            _("Prompt of the next round"),
            KINDS,
            format_func=lambda each: _(KINDS[each]),
            key=session.PROMPT_KIND,
            filter_mode=None,
        )
        if kind in ("digit", "fool"):
            st.selectbox(_("Digit"), range(10), key=session.PROMPT_DIGIT, width=76, filter_mode=None)


def _held_back(watched: WatchedRoom, status: str) -> None:
    """Draw the drawings that wait for approval, or that were hidden, each with Show."""
    try:
        tiles = wall.tiles(store.database(), watched.id, (status,))
    except RoomError as error:
        st.warning(str(error))
        return
    if status == WAITING:
        _button(_("Show all"), hosting.approve_all)
    elif not tiles:
        st.write(_("Click a drawing on the wall to hide it; it waits here."))
    for tile in tiles[:MAX_TO_APPROVE]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{status}-{tile.id}"):
            words = escape(_("a drawing by {name}").format(name=tile.name), quote=True)
            st.html(f'<img class="room-waiting" src="{picture(tile.digit)}" alt="{words}">', width=56)
            _button(_("Show"), hosting.show, tile.id, key=f"show-{tile.id}")
            if status == WAITING:
                _button(_("Hide"), hosting.hide, tile.id, key=f"hide-{tile.id}")
            st.caption(tile.name)
    if len(tiles) > MAX_TO_APPROVE:
        st.caption(_("and {n} more").format(n=number(len(tiles) - MAX_TO_APPROVE)))


def _settings(watched: WatchedRoom, room: RoomState) -> None:
    for name, label in SETTINGS.items():
        value = getattr(room, name)
        key = session.room_setting(name)
        st.session_state[key] = value  # another host may have changed it
        late = name == "training" and room.drawings > 0 and not value  # participants were told otherwise
        st.toggle(_(label), key=key, on_change=_toggled, args=(name,), disabled=late)
    st.selectbox(_("Timer of rounds to come"), TIMES, format_func=_time, key=session.PROMPT_SECONDS, filter_mode=None)
    if watched.hosted:
        invited = f"{session.ROOM_KEY}={watched.hosted.key}"
        link = f"?{session.ROOM}={watched.code}&{invited}&{session.PROJECTOR}=1"
        st.link_button(_("The wall for the projector"), link)
    st.caption(_("Whoever has this page's own address can host: keep it, and project the wall."))


def _time(seconds: int) -> str:
    if not seconds:
        return _("No timer")
    return _("{n} s").format(n=number(seconds)) if seconds < 60 else _("{n} min").format(n=number(seconds / 60))


def _end_and_export(watched: WatchedRoom, room: RoomState) -> None:
    """Draw links to the exports, made when they are asked for, and the buttons that end and delete the room."""
    links = (
        f'<a href="{escape(export_address(watched, suffix), quote=True)}" download>{label}</a>'
        for suffix, (label, *_rest) in EXPORTS.items()
    )
    st.html(f'<p class="room-exports">{" ".join(links)}</p>')
    if not room.ended:
        _button(_("End the room"), hosting.end, help=_("Takes no more drawings"))
    left = in_hours(max(1, round(room.hours_left)))
    st.caption(_("Everything is deleted in {hours} at most.").format(hours=left))
    if st.toggle(_("Delete everything now"), key=session.DELETE_SURE):
        _button(_("Yes, delete it all"), hosting.delete_room, type="primary")


def _button(label: str, command: Callable[..., Any], *arguments: Any, **look: Any) -> None:
    """Draw a button that runs one of the host's commands. look: more arguments of st.button."""
    st.button(label, on_click=_run, args=(command, *arguments), **look)


def _run(command: Callable[..., Any], *arguments: Any, **settings: bool) -> Any:
    """Run one of the host's commands and return its result; if the room refuses it, the controls show why."""
    visit = room_visit()
    visit.problem = ""
    if visit.watched is None or visit.watched.hosted is None:
        return REFUSED
    try:
        return command(store.database(), visit.watched.hosted, *arguments, **settings)
    except (RoomError, ValueError) as error:  # ValueError: of a forged message
        visit.problem = str(error)
        return REFUSED


def _next_round(after: int) -> None:
    chosen = st.session_state.get(session.PROMPT_SECONDS)
    _run(hosting.next_round, after, _chosen_prompt(), chosen if chosen in TIMES else 0)


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
