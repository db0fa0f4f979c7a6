"""One visitor's rooms: the one they draw in, and the one whose wall they look at, as its host or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.room import store
from ui.shared import session

if TYPE_CHECKING:
    from rooms.hosting import Hosted
    from rooms.joining import Membership
    from rooms.prompts import Prompt
    from rooms.sending import Drawing
    from rooms.state import RoomState
    from rooms.wall import Tile


@dataclass(eq=False)
class Participation:
    """A participant's part in the room with this code.

    state: the room when it was last read, at the time synced (time.monotonic()).
    own: the participant's newest drawing, as read with the room's version own_version, after own_drawings drawings, at
    the time own_read; shown: that of the round that was revealed last. outbox: drawings that the room does not have
    yet. notice: why the last one was not stored. poll_key: with which the browser asks whether the room has changed.
    prompts: of the rounds that the phone has shown. begun: the round in which the drawing on the canvas was begun, 0
    while it is empty.
    """

    member: Membership
    code: str
    state: RoomState | None = None
    synced: float = 0.0
    own: Tile | None = None
    shown: Tile | None = None
    own_version: int = 0
    own_drawings: int = 0
    own_read: float = 0.0
    outbox: list[Drawing] = field(default_factory=list)
    notice: str = ""
    poll_key: str = ""
    prompts: dict[int, Prompt] = field(default_factory=dict)
    begun: int = 0


@dataclass(eq=False)
class WatchedRoom:
    """The room whose wall is shown.

    hosted: the host's right to it. invited: what the QR code carries beside the code, where it is known.
    state: the room when it was last read. wall_key: with which the browser asks for the wall.
    """

    id: int
    code: str
    hosted: Hosted | None = None
    invited: str = ""
    state: RoomState | None = None
    wall_key: str = ""


@dataclass(frozen=True, eq=False)
class Undo:
    """The host's last action on the wall, in words, and the command that undoes it."""

    words: str
    command: Callable[..., Any]
    argument: Any


@dataclass(eq=False)
class RoomVisit:
    """The rooms of one visit; leaving a room drops its object, so nothing of it stays.

    found: the room that a link leads to, found_code: its code in that link; found is None where there is no such room.
    problem: why the last request was refused, as a sentence. farewell: why the visitor is in a room no more.
    undo: what the host can take back. wrong: codes that led nowhere.
    """

    participation: Participation | None = None
    watched: WatchedRoom | None = None
    found: RoomState | None = None
    found_code: str = ""
    problem: str = ""
    farewell: str = ""
    undo: Undo | None = None
    wrong: int = 0

    def find(self, code: str, key: str = "") -> RoomState:
        """Return the room with a code, also by its key; raises RoomError, and counts codes that are wrong."""
        from rooms import joining
        from rooms.limits import UnknownRoom

        try:
            return joining.find_room(store.database(), code, key, self.wrong)
        except UnknownRoom:
            self.wrong += 1
            raise

    @property
    def member(self) -> Membership | None:
        """The participant, where the visitor draws in a room."""
        return self.participation.member if self.participation else None

    @property
    def room(self) -> RoomState | None:
        """The room that is watched, otherwise the one that the visitor draws in; None in no room."""
        return (self.watched and self.watched.state) or (self.participation and self.participation.state) or None

    def leave(self, farewell: str = "") -> None:
        """Forget the room that the visitor draws in. farewell: what they are told of that."""
        self.participation = self.found = None
        self.found_code, self.farewell = "", farewell

    def stop_watching(self) -> None:
        """Forget the room whose wall is shown."""
        self.watched = self.found = None
        self.found_code = ""


def room_visit() -> RoomVisit:
    """Return this visit's rooms."""
    return session.kept(session.VISIT, RoomVisit)


def remember_in_link(parameters: Mapping[str, str]) -> None:
    """Keep parameters in the link, for a reload: Streamlit drops them when another page is opened."""
    for name, value in parameters.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
