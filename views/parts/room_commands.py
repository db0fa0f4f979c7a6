"""The host's commands, as the buttons of a room's controls run them; what a room refuses is kept to be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from models import NETWORKS
from views import room_store, session
from views.room_visit import RoomVisit

if TYPE_CHECKING:
    from rooms.exports import Record
    from rooms.hosting import Hosted
    from rooms.prompts import Prompt

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
    """One of FILES; raises rooms.errors.RoomError for all but the host."""
    from rooms import exports

    titles = {key: network.title for key, network in NETWORKS.items()}
    drawings = exports.records(room_store.database(), hosted)
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
    from rooms.errors import RoomError

    visit.problem = ""
    if visit.hosted is None:
        return
    try:
        command(room_store.database(), visit.hosted, *arguments, **settings)
    except RoomError as error:
        visit.problem = str(error)
