"""The newest states of rooms, read from the database once in a while for all who look, not for each of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from rooms.database import Database
from rooms.errors import UnknownRoom
from rooms.state import RoomState, state

MOST = 400  # rooms that are remembered; a server has 200


class Recent:
    """Remembers states of rooms. clock: gives seconds; tests have their own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self._known: dict[tuple[Database, int], tuple[float, RoomState]] = {}

    def state(self, database: Database, room_id: int, age: float) -> RoomState:
        """The room as it was at most so many seconds ago, or, while somebody else is reading it, a little earlier.

        Raises UnknownRoom if it was deleted or its time is over, Unavailable where the database does not answer.
        """
        key, now = (database, room_id), self.clock()
        if known := self._known.get(key):
            if now - known[0] < age:
                return known[1]
            self._known[key] = (now, known[1])  # others go on with this one while it is read again
        try:
            newest = state(database, room_id)
        except UnknownRoom:
            self._known.pop(key, None)
            raise
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = (now, newest)
        return newest
