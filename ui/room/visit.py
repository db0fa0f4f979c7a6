"""One visit's part in a room: as a participant, as its host, or looking on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ui.shared import session

if TYPE_CHECKING:
    from rooms.hosting import Hosted
    from rooms.joining import Membership
    from rooms.scoreboard import Scoreboard
    from rooms.sending import Drawing
    from rooms.state import RoomState
    from rooms.wall import Tile


@dataclass(eq=False)
class RoomVisit:
    """What is remembered between two runs of the page.

    member, code: of a participant. looked: the room that a link leads to, before one has joined, or why there is none.
    state: the room when it was last asked for; followed: when that was, by time.monotonic().
    own: the participant's newest drawing, as the room had it when its version was own_version, at the time own_at,
    after own_drawings drawings.
    outbox: drawings on their way. word: what became of the last one, where it was not stored.
    hosted: a host's right. watched, watched_code: the room that one hosts or looks on; room: it, when last asked for.
    tiles, scores: the wall and the scoreboard, with the room's version that each is of.
    picked: the drawing that the host chose. watch: the key with which the browser looks at the room.
    """

    member: Membership | None = None
    code: str = ""
    looked: RoomState | None = None
    looked_code: str = ""
    problem: str = ""
    state: RoomState | None = None
    own: Tile | None = None
    own_version: int = 0
    own_drawings: int = 0
    own_at: float = 0.0
    followed: float = 0.0
    outbox: list[Drawing] = field(default_factory=list)
    word: str = ""
    hosted: Hosted | None = None
    watched: int = 0
    watched_code: str = ""
    room: RoomState | None = None
    tiles: list[Tile] = field(default_factory=list)
    tiles_version: int = 0
    scores: Scoreboard | None = None
    scores_version: int = 0
    picked: int | None = None
    watch: str = ""

    def leave(self) -> None:
        """Forgets the room that one was a participant of."""
        self.member, self.code, self.state, self.own = None, "", None, None
        self.own_version, self.own_drawings, self.own_at, self.followed, self.word = 0, 0, 0.0, 0.0, ""
        self.watch = ""
        self.outbox.clear()


def room_visit() -> RoomVisit:
    """This visit's part in a room."""
    return session.kept(session.VISIT, RoomVisit)
