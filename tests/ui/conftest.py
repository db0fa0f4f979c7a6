"""A room in a database of the test's own, and no process that stands by for a training."""

from __future__ import annotations

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner

from rooms import database as databases
from rooms import hosting
from rooms.prompts import Prompt
from ui.room import changes, store, strip


@pytest.fixture
def url(tmp_path, monkeypatch):
    address = f"sqlite:///{tmp_path / 'rooms.sqlite'}"
    monkeypatch.setenv(store.URL, address)
    return address


@pytest.fixture(scope="session", autouse=True)
def scanned_once():
    """Streamlit's AppTest reads the metadata of every installed package for each page that it opens; here once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def always_asked(monkeypatch):
    """Each run asks for the room again, as one that comes later does."""
    monkeypatch.setattr(changes, "STATE_SECONDS", 0.0)
    for seconds in ("FRESH_SECONDS", "OWN_SECONDS"):
        monkeypatch.setattr(strip, seconds, 0.0)


@pytest.fixture(autouse=True)
def nothing_stands_by(monkeypatch):
    """The page Learn starts no process before a training."""
    monkeypatch.setattr("learning.training.prepare", lambda: None)
    monkeypatch.setattr("ui.learn.page.prepare", lambda: None)


@pytest.fixture
def database(url):
    database = databases.opened(url)
    yield database
    database.engine.dispose()


@pytest.fixture
def room(database):
    """A room that asks for a 7 and shows the answers at once, seen by its host; its code."""
    made = hosting.open_room(database, Prompt("digit", 7), hide_answers=False)
    return made, made.code
