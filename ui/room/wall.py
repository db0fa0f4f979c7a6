"""The wall component: it keeps the element of each tile when another one comes, so that nothing flickers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from digits import SIDE
from models import NETWORKS
from ui.shared import images, session

if TYPE_CHECKING:
    from rooms.wall import Tile

HERE = Path(__file__).parent


def room_wall(tiles: Sequence[Tile], picked: Callable[[], None] | None = None) -> None:
    """Draw the tiles, given oldest first, the newest largest; picked: called when the host chooses one."""
    data = {"tiles": [_tile(tile) for tile in tiles], "host": picked is not None}
    _component()(key=session.ROOM_WALL, data=data, on_picked_change=picked or (lambda: None))


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return st.components.v2.component(
        "room_wall",
        html='<div class="frame"><div class="wall" role="group" aria-label="the wall"></div></div>',
        css=(HERE / "wall.css").read_text(encoding="utf-8"),
        js=(HERE / "wall.js").read_text(encoding="utf-8"),
    )


@lru_cache(maxsize=2000)
def picture(digit: bytes) -> str:
    """Return a data URL of a stored digit, 784 bytes."""
    return images.digit(np.frombuffer(digit, np.uint8).reshape(SIDE, SIDE))


def title(network: str) -> str:
    """Return the title of a network, by its key; the key of one that is no longer known."""
    return NETWORKS[network].title if network in NETWORKS else network


def _tile(tile: Tile) -> dict[str, Any]:
    order = sorted(tile.predictions, key=[*NETWORKS, *tile.predictions].index)
    return {
        "id": tile.id,
        "picture": picture(tile.digit),
        "name": tile.name,
        "colour": tile.colour,
        "label": tile.label,
        "predictions": [[title(network), tile.predictions[network]] for network in order],
    }
