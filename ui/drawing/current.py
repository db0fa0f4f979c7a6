"""The canvas, the drawings and the scores of this visit."""

from __future__ import annotations

from ui.drawing.board import Board
from ui.drawing.history import History
from ui.drawing.scores import Games
from ui.shared import session


def board() -> Board:
    """The canvas's state in this visit."""
    return session.kept(session.BOARD, Board)


def history() -> History:
    """The history of this visit."""
    return session.kept(session.HISTORY, History)


def games() -> Games:
    """The games of this visit."""
    return session.kept(session.GAMES, Games)
