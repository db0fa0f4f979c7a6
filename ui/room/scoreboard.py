"""The scoreboard of a room: how the networks did, which drawings stand out, confusion matrices and calibration."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from jinja2 import Environment, Template
from markupsafe import Markup

from models import DEFAULT_NETWORKS, NETWORKS
from rooms import wall
from rooms.limits import RoomError
from rooms.scoreboard import Score, Scoreboard, scoreboard
from rooms.state import RoomState
from rooms.wall import Tile
from ui.room import store
from ui.room.visit import WatchedRoom
from ui.room.wall import picture, title
from ui.shared.percent import percent


def show_scoreboard(watched: WatchedRoom, room: RoomState) -> None:
    """Draw the scoreboard of the room that is watched; it judges networks, never people."""
    try:
        if watched.scores is None or watched.scores_version != room.version:
            watched.scores, watched.scores_version = scoreboard(store.database(), room.id, list(NETWORKS)), room.version
        found = watched.scores
        notable = _notable(watched, found)
    except RoomError as error:
        st.warning(str(error))
        return
    if not found.drawings:
        st.html('<p class="room-empty">Nothing to judge yet: reveal the answers to drawings whose digit is known.</p>')
        return
    html = _template().render(
        found=found,
        drawings="1 drawing" if found.drawings == 1 else f"{found.drawings} drawings",
        most=[max(score.by_digit[digit][1] for score in found.scores) for digit in range(10)],  # of any network
        notable=notable,
        confusions=[_confusion(score) for score in found.scores],
        many=len(found.scores) > len(DEFAULT_NETWORKS),
    )
    st.html(html)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True)
    environment.globals.update(title=title, percent=percent, picture=picture)
    return environment.from_string(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))


def _confusion(score: Score) -> dict[str, str]:
    """Return a network's confusion matrix as HTML, and its commonest mistake in words."""
    from ui.shared.charts import confusion_matrix  # imports Altair, which takes as long as the rest of the page

    pairs = [(n, label, digit) for label, row in enumerate(score.confusion) for digit, n in enumerate(row)]
    n, label, digit = max(pair for pair in pairs if pair[1] != pair[2])
    return {
        "network": title(score.network),
        "matrix": Markup(confusion_matrix(score.confusion, title(score.network), numbers=False)),
        "mistake": f"{label} taken for {digit}, {n} ×" if n else "no mistake",
    }


def _notable(watched: WatchedRoom, found: Scoreboard) -> list[tuple[str, Tile]]:
    """Return the drawings that stand out, each with the reason in words."""
    surest = found.surest_wrong
    wanted = [
        ("Most disputed", found.disputed),
        (f"Fooled all ({found.fooled} did)" if found.fooled > 1 else "Fooled all", found.fooled_all),
    ]
    if surest is not None:
        words = f"Surest while wrong: {title(surest.network)}, {surest.digit} with {percent(surest.confidence)}"
        wanted.append((words, surest.drawing_id))
    tiles = {tile.id: tile for tile in watched.tiles}
    notable = []
    for words, drawing_id in wanted:
        if drawing_id is not None:
            tile = tiles.get(drawing_id) or wall.tile(store.database(), watched.id, drawing_id)
            notable += [(words, tile)] if tile else []
    return notable
