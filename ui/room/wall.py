"""The wall: a component that keeps each tile as it is when another one comes, so that nothing flickers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from models import NETWORKS
from ui.shared import images, session

if TYPE_CHECKING:
    from rooms.wall import Tile

HERE = Path(__file__).parent


def room_wall(tiles: Sequence[Tile], picked: Callable[[], None] | None = None) -> None:
    """Draws the drawings, oldest first as they are given, newest largest; picked: called when the host chooses one."""
    data = {"tiles": [_tile(tile) for tile in tiles], "host": picked is not None}
    _component()(key=session.ROOM_WALL, data=data, on_picked_change=picked or _nothing)


def _nothing() -> None:
    pass


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component(
        "room_wall",
        html='<div class="frame"><div class="wall" role="group" aria-label="the wall"></div></div>',
        css=(HERE / "wall.css").read_text(encoding="utf-8"),
        js=(HERE / "wall.js").read_text(encoding="utf-8"),
    )


def _tile(tile: Tile) -> dict[str, Any]:
    order = [*(key for key in NETWORKS if key in tile.answers), *(key for key in tile.answers if key not in NETWORKS)]
    return {
        "id": tile.id,
        "picture": picture(tile.digit),
        "name": tile.name,
        "colour": tile.colour,
        "meant": tile.meant,
        "answers": [[NETWORKS[key].title if key in NETWORKS else key, tile.answers[key]] for key in order],
    }


@lru_cache(maxsize=2000)
def picture(digit: bytes) -> str:
    """A data URL of a stored digit."""
    return images.digit(np.frombuffer(digit, np.uint8).reshape(28, 28))
