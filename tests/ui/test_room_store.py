"""Where the rooms' database is, its settings, and that it is swept even where nobody opens a room."""

from __future__ import annotations

import pytest

from rooms import database as databases
from rooms import hosting
from rooms.limits import Unavailable
from tests.page_server import ROOT
from ui.room import store
from ui.room.changes import POLL_SECONDS, STATE_SECONDS


@pytest.fixture
def secrets(monkeypatch):
    """Streamlit's secrets, as the tests have them."""

    class Secrets(dict):
        def load_if_toml_exists(self) -> bool:
            return bool(self)

    found = Secrets()
    monkeypatch.setattr(store.st, "secrets", found)
    monkeypatch.delenv(store.URL, raising=False)
    store._url_in_settings.cache_clear()
    yield found
    store._url_in_settings.cache_clear()


def test_the_environment_comes_before_the_settings_and_these_before_a_file_beside_the_page(secrets, monkeypatch):
    assert store._url() == f"sqlite:///{store.FOLDER / 'rooms.sqlite'}"
    secrets["connections"] = {"rooms": {"url": "sqlite:////elsewhere.sqlite"}}
    store._url_in_settings.cache_clear()  # as after a restart
    assert store._url() == "sqlite:////elsewhere.sqlite"
    monkeypatch.setenv(store.URL, "postgresql+psycopg://host/rooms")
    assert store._url() == "postgresql+psycopg://host/rooms"


def test_the_settings_may_shorten_a_rooms_life_and_nothing_else(secrets, tmp_path):
    secrets["rooms"] = {"hours": 2, "most_rooms": 5}
    assert (store._limits().hours, store._limits().most_rooms) == (2, 5)
    secrets["connections"] = {"rooms": {"url": f"sqlite:///{tmp_path / 'rooms.sqlite'}"}}
    for wrong in ({"hours": 48}, {"seconds_between": 0}, {"most_rooms": 10_000}):
        secrets["rooms"] = wrong
        store._database.clear()
        with pytest.raises(Unavailable, match="expected"):
            store.database()


def test_the_hosting_page_says_how_often_phones_poll():
    words = " ".join((ROOT / "docs" / "hosting.md").read_text(encoding="utf-8").split())
    assert f"Phones poll their room every {POLL_SECONDS:g} seconds" in words
    assert f"a hundred phones poll {100 / POLL_SECONDS:g} times a second" in words
    assert "good for all of them for a second" in words and STATE_SECONDS == 1


def test_sweeping_makes_no_database_and_deletes_what_an_earlier_process_left(tmp_path, monkeypatch):
    file = tmp_path / "rooms.sqlite"
    monkeypatch.setenv(store.URL, f"sqlite:///{file}")
    store._sweep()
    assert not file.exists()
    earlier = databases.opened(f"sqlite:///{file}")
    hosting.open_room(earlier)
    with earlier.writing() as session:
        session.connection().exec_driver_sql("UPDATE rooms SET expires = 1")
    store._sweep()
    with earlier.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM rooms").scalar() == 0
    earlier.engine.dispose()
