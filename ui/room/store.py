"""The rooms of this process: where their database is, and a thread that deletes expired ones.

The database is SQLite in FOLDER until the settings say otherwise: `[connections.rooms]` with a `url` in
.streamlit/secrets.toml, or the environment variable DIGIT_ROOMS. `[rooms]` there may set `hours` and `most_rooms`.
Nothing here is imported or opened for visitors who are in no room.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from language import _

if TYPE_CHECKING:
    from rooms.database import Database
    from rooms.limits import Limits
    from rooms.state import StateCache

URL = "DIGIT_ROOMS"  # the environment variable
FOLDER = Path(__file__).resolve().parents[2] / ".rooms"
SWEEP_SECONDS = 60.0  # from one deletion of expired rooms, and of what hosts removed, to the next
FIRST_SWEEP_SECONDS = 30.0  # after the start, when the networks are loaded

log = logging.getLogger(__name__)


def database() -> Database:
    """Return the database, opened once for all visitors; raises rooms.limits.Unavailable, a sentence, without one."""
    from rooms.limits import Unavailable

    try:
        return _database(_url())
    except (OSError, ImportError, ValueError) as error:  # a folder that cannot be made, a driver, a setting
        raise Unavailable(_("The rooms' database cannot be used: {error}.").format(error=error)) from error


@cache
def states() -> StateCache:
    """Return the states of rooms that this process has read lately."""
    from rooms.state import StateCache

    return StateCache()


@st.cache_resource(show_spinner=False)
def sweep_in_background() -> None:
    """Start, once in a process, the thread that deletes expired rooms, also those of a process before this one."""
    threading.Thread(target=_sweep_forever, name="rooms", daemon=True).start()


@st.cache_resource(show_spinner=False)
def _database(url: str) -> Database:
    from rooms.database import engine_arguments, prepared, sqlite_file

    if file := sqlite_file(url):
        file.parent.mkdir(parents=True, exist_ok=True)
    connection = st.connection("rooms", type="sql", url=url, **engine_arguments(url))
    return prepared(connection.engine, _limits())


def _url() -> str:
    return os.environ.get(URL) or _url_in_settings() or f"sqlite:///{FOLDER / 'rooms.sqlite'}"


@cache
def _url_in_settings() -> str:
    """Read once: Streamlit takes a lock, and looks for the file again, each time."""
    settings = st.secrets.get("connections", {}).get("rooms", {}) if st.secrets.load_if_toml_exists() else {}
    return str(settings.get("url") or "")


def _limits() -> Limits:
    from rooms.limits import Limits

    settings = dict(st.secrets.get("rooms", {})) if st.secrets.load_if_toml_exists() else {}
    if unknown := set(settings) - {"hours", "most_rooms"}:
        raise ValueError(f"expected hours and most_rooms under [rooms] in secrets.toml, got {', '.join(unknown)}")
    return Limits(**settings)


def _sweep_forever() -> None:
    time.sleep(FIRST_SWEEP_SECONDS)
    while True:
        try:
            _sweep()
        except Exception as error:  # whatever it is, it may be over in a minute
            log.warning("expired rooms could not be deleted: %s", error)
        time.sleep(SWEEP_SECONDS)


def _sweep() -> None:
    url = _url()
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return  # nobody has opened a room: make no database
    from rooms.database import sweep

    sweep(_database(url))
