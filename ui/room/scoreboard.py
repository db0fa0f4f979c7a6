"""The scoreboard of a room: how the networks did, which drawings stand out, who fools whom, calibration."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from models import DEFAULT_NETWORKS, NETWORKS
from ui.room import store
from ui.room.visit import RoomVisit
from ui.room.wall import picture
from ui.shared.percent import percent

if TYPE_CHECKING:
    from rooms.scoreboard import Bin, Score, Scoreboard

CONFUSIONS = "Confusion: meant down, answered across, 0 to 9"


def room_scores(visit: RoomVisit) -> None:
    """Draws it for the room that this visit looks at; networks are judged, never people."""
    from rooms.limits import RoomError
    from rooms.scoreboard import scoreboard

    if visit.room is None:
        return
    try:
        if visit.scores is None or visit.scores_version != visit.room.version:
            visit.scores = scoreboard(store.database(), visit.watched, list(NETWORKS))
            visit.scores_version = visit.room.version
    except RoomError as error:
        st.warning(str(error))
        return
    found = visit.scores
    if not found.drawings:
        st.html('<p class="room-empty">Nothing to judge yet: reveal the answers to drawings whose digit is known.</p>')
        return
    many = "many" if len(found.scores) > len(DEFAULT_NETWORKS) else ""
    confusions = "".join(_confusion(score) for score in found.scores)
    st.html(
        f'<section class="room-scores"><div class="table">{_table(found)}</div>'
        f'<div class="notable">{_notable(visit, found)}</div>'
        f'<div class="confusions"><h3>{CONFUSIONS}</h3><div class="{many}">{confusions}</div></div>'
        f'<div class="calibration">{_calibration(found.calibration)}</div></section>'
    )


def _title(network: str) -> str:
    return escape(NETWORKS[network].title if network in NETWORKS else network)


def _table(found: Scoreboard) -> str:
    most = [max(score.by_digit[digit][1] for score in found.scores) for digit in range(10)]  # of any network
    heads = "".join(f'<th scope="col">{digit}<small>of {n}</small></th>' for digit, n in enumerate(most))
    rows = []
    for score in found.scores:
        cells = "".join(_cell(*given, all_of=n) for given, n in zip(score.by_digit, most, strict=True))
        share = f"{percent(score.right / score.n)}" if score.n else "–"
        rows.append(
            f'<tr><th scope="row">{_title(score.network)}</th><td class="all"><b>{score.right}</b> of {score.n}</td>'
            f"<td>{share}</td>{cells}</tr>"
        )
    return (
        f"<table><caption>Right answers, by the digit that was meant; {found.drawings} drawings</caption>"
        f'<thead><tr><th></th><th scope="col" colspan="2">right</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _cell(right: int, n: int, all_of: int) -> str:
    if not n:
        return '<td class="none">·</td>'
    words = str(right) if n == all_of else f"{right}/{n}"  # a network that not everybody asked
    return f'<td style="--share:{100 * (1 - right / n):.0f}%" title="{right} of {n}">{words}</td>'


def _confusion(score: Score) -> str:
    from ui.shared.charts import confusion_matrix  # imports Altair, which takes as long as the rest of the page

    pairs = [(n, row, column) for row, counts in enumerate(score.confusion) for column, n in enumerate(counts)]
    n, row, column = max((pair for pair in pairs if pair[1] != pair[2]), default=(0, 0, 0))
    words = f"{row} taken for {column}, {n} ×" if n else "no mistake"
    title = _title(score.network)
    matrix = confusion_matrix(score.confusion, title, numbers=False)
    return f"<figure>{matrix}<figcaption><b>{title}</b> {words}</figcaption></figure>"


def _notable(visit: RoomVisit, found: Scoreboard) -> str:
    """Pictures of the drawings that stand out."""
    surest = found.surest_wrong
    parts = [
        _drawing(visit, found.disputed, "Most disputed"),
        _drawing(visit, found.fooled_all, f"Fooled all ({found.fooled} did)" if found.fooled > 1 else "Fooled all"),
    ]
    if surest is not None:
        words = f"Surest while wrong: {_title(surest.network)}, {surest.digit} with {percent(surest.confidence)}"
        parts.append(_drawing(visit, surest.drawing_id, words))
    return "".join(parts) or "<p>No network was wrong yet.</p>"


def _drawing(visit: RoomVisit, drawing_id: int | None, words: str) -> str:
    from rooms import wall
    from rooms.limits import RoomError

    if drawing_id is None:
        return ""
    tile = next((tile for tile in visit.tiles if tile.id == drawing_id), None)
    if tile is None:
        try:
            tile = wall.tile(store.database(), visit.watched, drawing_id)
        except RoomError:
            return ""
    if tile is None:
        return ""
    answers = ", ".join(f"{_title(key)} {tile.answers[key]}" for key in NETWORKS if key in tile.answers)
    return (
        f'<figure><img src="{picture(tile.digit)}" alt="{words}"><figcaption><b>{words}</b>'
        f"meant {tile.meant}; {answers}</figcaption></figure>"
    )


def _calibration(bins: tuple[Bin, ...]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{100 * part.low:.0f} to {100 * part.high:.0f} %</th><td>{part.n}</td>'
        f'<td><span class="track"><span class="bar" style="width:{100 * part.right / part.n:.0f}%"></span>'
        f'<span class="said" style="left:{100 * part.confidence:.0f}%"></span></span></td>'
        f"<td>{100 * part.right / part.n:.0f} %</td></tr>"
        for part in bins
    )
    return (
        "<table><caption>Calibration: of the answers given with this confidence, so many were right; "
        "the mark is what a calibrated network would reach</caption>"
        '<thead><tr><th scope="col">confidence</th><th scope="col">answers</th><th scope="col"></th>'
        f'<th scope="col">right</th></tr></thead><tbody>{rows}</tbody></table>'
    )
