"""The wall: browser/wall/ draws it from what these routes answer, and tells the page what the host does on it.

GET api/room/KEY/wall: the room, its rounds and its drawings without their pixels, with an ETag. GET .../digits?ids=:
the pixels of some of them, which a browser asks for once. GET .../scores: the scoreboard. GET .../export/NAME: a file,
for the host.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from digits import SIDE
from language import _, current, number
from models import DEFAULT_NETWORKS, NETWORKS
from ui.room import changes, store, taught
from ui.room.changes import Right
from ui.room.taught import title
from ui.room.visit import WatchedRoom, room_visit
from ui.shared import images, modules, session

if TYPE_CHECKING:
    from rooms.exports import Record
    from rooms.scoreboard import Judged, Scoreboard
    from rooms.state import RoomState
    from rooms.wall import Chapter, Tile

FRESH_SECONDS = 0.5  # that a room's state is good for all its walls
MAX_ROOMS = 50  # whose last content is kept
MAX_IDS = 1000
WALL, DIGITS, SCORES, EXPORT = (f"{changes.PATH}/{name}" for name in ("wall", "digits", "scores", "export/{name}"))

_contents: dict[tuple[str, str, int], tuple[int, bytes]] = {}  # by kind, language and room: its version, and the answer


def room_wall(watched: WatchedRoom, join: dict[str, Any], command: Callable[[], None]) -> None:
    """Mount the wall. join: what browser/wall/join.js shows. command: called when the host does something on it."""
    hosted, undo = watched.hosted, room_visit().undo
    watched.wall_key = changes.issue_key(watched.id, watched.wall_key, hosted)
    data = {
        "address": changes.PATH.format(key=watched.wall_key),
        "host": hosted is not None,
        "projector": session.PROJECTOR in st.query_params,
        "undo": undo.words if hosted is not None and undo is not None else "",
        "join": {"code": watched.code, **join},
    }
    heard = {"on_command_change": command, "on_closed_change": lambda: None}
    modules.mount("wall", "wall/wall.js", data, key=session.ROOM_WALL, **heard)


def command() -> dict[str, Any]:
    """Return what the host has just done on the wall: {"do": ...}; forged messages do not get further than that."""
    found = (st.session_state.get(session.ROOM_WALL) or {}).get("command")
    return found if isinstance(found, dict) else {}


async def answer_wall(request: Request) -> Response:
    """Answer a room with its rounds and drawings; 304 where the browser has them."""
    return await changes.answered(request, lambda right: _cached(request, right, "wall", _wall))


async def answer_scores(request: Request) -> Response:
    """Answer the scoreboard; 304 where the browser has it."""
    return await changes.answered(request, lambda right: _cached(request, right, "scores", _scores))


async def answer_digits(request: Request) -> Response:
    """Answer the pixels of drawings on the wall, in base64, by their ids."""
    from rooms import wall

    def respond(right: Right) -> Response:
        asked = request.query_params.get("ids", "").split(",")[:MAX_IDS]
        ids = [int(value) for value in asked if value.isdecimal() and len(value) < 16]
        found = wall.pictures(store.database(), right.room_id, ids)
        return _json({key: b64encode(pixels).decode() for key, pixels in found.items()})

    return await changes.answered(request, respond)


async def answer_export(request: Request) -> Response:
    """Answer a file with all drawings, for the key of a host alone."""
    from rooms import exports
    from rooms.limits import Forbidden

    def respond(right: Right) -> Response:
        suffix = request.path_params["name"].rpartition(".")[2]
        if right.hosted is None or suffix not in EXPORTS:
            raise Forbidden(_("Only the host of a room can export it."))
        kind, content = EXPORTS[suffix][1:]
        name = f"room-{right.hosted.code}.{suffix}"
        disposition = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(content(exports.records(store.database(), right.hosted)), headers=disposition, media_type=kind)

    return await changes.answered(request, respond)


def export_address(watched: WatchedRoom, suffix: str) -> str:
    """Return the address of one of EXPORTS for the room's host."""
    name = f"room-{watched.code}.{suffix}"
    return EXPORT.format(key=watched.wall_key, name=name)


@lru_cache(maxsize=2000)
def picture(digit: bytes) -> str:
    """Return a data URL of a stored digit, 784 bytes."""
    return images.digit(np.frombuffer(digit, np.uint8).reshape(SIDE, SIDE))


def _cached(request: Request, right: Right, kind: str, content: Callable[[RoomState], Any]) -> Response:
    """Answer content of the room, made once for each of its versions."""
    state = changes.state_of(right, FRESH_SECONDS)
    headers = {"etag": f'"{kind}-{state.version}"', "cache-control": "no-cache", "x-now": f"{time.time():.3f}"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    key = (kind, current(), state.id)
    version, body = _contents.get(key, (0, b""))
    if version != state.version:
        body = json.dumps(content(state), separators=(",", ":")).encode()
        while len(_contents) >= 2 * MAX_ROOMS:
            _contents.pop(next(iter(_contents)), None)
        _contents[key] = (state.version, body)
    return Response(body, headers=headers, media_type="application/json")


def _wall(state: RoomState) -> dict[str, Any]:
    """Return what browser/wall/wall.js calls a Room."""
    from rooms import wall

    tiles = wall.tiles(store.database(), state.id)
    answered = {network for tile in tiles for network in tile.predictions}
    networks = [key for key in NETWORKS if key in answered] + sorted(answered - set(NETWORKS))
    return {
        "round": state.round,
        "stage": state.stage,
        "paused": state.paused,
        "ended": state.ended,
        "participants": state.participants,
        "drawings": state.drawings,
        "networks": [_network(key) for key in networks or DEFAULT_NETWORKS],
        "rounds": [_chapter(chapter) for chapter in wall.chapters(store.database(), state.id)],
        "tiles": [_tile(tile) for tile in tiles],
        "own": _own(state.id, tiles),
    }


def _own(room_id: int, tiles: Sequence[Tile]) -> dict[str, Any] | None:
    """Return the newest training of the room's own network, as browser/wall/own.js shows it; None before the first."""
    from rooms import teaching

    if (found := teaching.teaching(store.database(), room_id)) is None:
        return None
    shown = {tile.id for tile in tiles}
    predictions = [*found.predictions, *[None] * len(found.held_out)]
    return {
        "network": _network(taught.KEY),
        "kind": title(taught.NETWORK),
        "state": found.state,
        "message": _(found.message) if found.message else "",
        "ahead": found.ahead,
        "left": found.seconds_left,
        "learned": found.learned,
        "people": found.people,
        "before": found.before,
        "beforeLearned": found.before_learned,
        "heldOut": [pair for pair in zip(found.held_out, predictions, strict=False) if pair[0] in shown],
    }


def _scores(state: RoomState) -> dict[str, Any]:
    """Return what browser/wall/scores.js calls Scores."""
    from rooms.scoreboard import scoreboard

    found = scoreboard(store.database(), state.id, list(NETWORKS))
    return {
        "drawings": found.drawings,
        "scores": [{**_network(score.network), "confusion": score.confusion} for score in found.scores],
        "notable": [_notable(*pair, state.id) for pair in _stand_out(found)],
        "calibration": [
            {"low": bin.low, "high": bin.high, "n": bin.n, "correct": bin.correct, "confidence": bin.confidence}
            for bin in found.calibration
        ],
    }


def _stand_out(found: Scoreboard) -> list[tuple[str, int]]:
    """Return the drawings that stand out, each with the reason in words."""
    wanted = [
        (_("Most disputed"), found.disputed),
        (_fooled(found.fooled), found.fooled_all),
    ]
    if found.surest_wrong is not None:
        wanted.append((_surest(found.surest_wrong), found.surest_wrong.drawing_id))
    return [(words, drawing_id) for words, drawing_id in wanted if drawing_id is not None]


def _fooled(drawings: int) -> str:
    return _("Fooled all ({n} did)").format(n=number(drawings)) if drawings > 1 else _("Fooled all")


def _surest(wrong: Judged) -> str:
    from ui.shared.percent import percent

    words = _("Surest while wrong: {network}, {digit} with {confidence}")
    return words.format(network=title(wrong.network), digit=wrong.digit, confidence=percent(wrong.confidence))


def _notable(words: str, drawing_id: int, room_id: int) -> dict[str, Any]:
    from rooms import wall

    tile = wall.tile(store.database(), room_id, drawing_id)
    return {"words": words, "tile": _tile(tile) if tile else None}


def _network(key: str) -> dict[str, str]:
    return {"key": key, "title": title(key), "colour": taught.colour(key)}


def _chapter(chapter: Chapter) -> dict[str, Any]:
    prompt = chapter.prompt
    return {
        "number": chapter.number,
        "kind": prompt.kind,
        "digit": prompt.digit,
        "sentence": prompt.sentence(),
        "revealed": chapter.revealed,
        "begun": chapter.begun,
        "seconds": chapter.seconds,
        "showAt": chapter.show_at,
        "shown": chapter.shown,
        "sent": chapter.sent,
    }


def _tile(tile: Tile) -> dict[str, Any]:
    return {
        "id": tile.id,
        "name": tile.name,
        "colour": tile.colour,
        "round": tile.round,
        "label": tile.label,
        "answers": {key: [digit, round(tile.confidences[key], 7)] for key, digit in tile.predictions.items()},
    }


def _json(content: Any) -> Response:
    return Response(json.dumps(content, separators=(",", ":")), media_type="application/json")


def _as_csv(drawings: list[Record]) -> bytes:
    from rooms import exports

    return exports.as_csv(drawings, list(NETWORKS)).encode("utf-8")


def _as_png(drawings: list[Record]) -> bytes:
    from rooms import exports

    return exports.as_png(drawings, {key: title(key) for key in (*NETWORKS, taught.KEY)})


def _as_npz(drawings: list[Record]) -> bytes:
    from rooms import exports

    return exports.as_npz(drawings, list(NETWORKS))


def _as_unipen(drawings: list[Record]) -> bytes:
    from rooms import exports

    return exports.as_unipen(drawings).encode("ascii")


EXPORTS: dict[str, tuple[str, str, Callable[[list[Record]], bytes]]] = {  # by suffix: label, media type and content
    "csv": ("CSV", "text/csv", _as_csv),
    "png": ("PNG", "image/png", _as_png),
    "npz": ("NPZ", "application/octet-stream", _as_npz),
    "dat": ("UNIPEN", "text/plain", _as_unipen),
}
