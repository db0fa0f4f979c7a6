"""Why a room refuses something: the text of each error is a sentence for the person who asked."""

from __future__ import annotations


class RoomError(Exception):
    """The text says what was expected, what came, or what to do."""


class Unavailable(RoomError):
    """The database does not answer, is locked, or cannot be written; the same call may work later."""


class UnknownRoom(RoomError):
    """There is no such room, or no longer."""


class Forbidden(RoomError):
    """The token is not one that may do this."""


class Refused(RoomError):
    """A limit or a rule of the room stands against it; nothing was stored."""


class TooFast(Refused):
    """The participant's last drawing is too fresh; the same call works a moment later."""
