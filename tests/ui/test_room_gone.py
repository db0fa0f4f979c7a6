"""A phone whose room is not there, or whose page has no database: a sentence, and the page works alone."""

from __future__ import annotations

import pytest

from rooms import hosting
from tests.drawings import placed
from tests.ui.page import answers, click, message, opened, send
from tests.ui.room_pages import joined, room_page, strip
from ui.room import store

NOWHERE = "sqlite:////proc/nowhere/rooms.sqlite"


@pytest.mark.parametrize("code", ["AAAAAA", "<script>alert(1)</script>", "' OR 1=1 --", "\0"])
def test_a_code_that_is_none_is_a_sentence_and_is_not_shown(room, code):
    page = opened({"room": [code]})
    assert not page.exception and "There is no room with this code" in page.warning[0].value
    assert not any("alert(1)" in html.body for html in page.html)
    send(page, message(placed(7)))
    assert "answered" in answers(page), "the page works alone"


def test_a_room_that_is_deleted_lets_its_phones_go_on_alone(room, database):
    host, code = room
    page = joined(code)
    hosting.delete_room(database, host)
    page.run()
    assert not page.exception and "closed" in page.info[0].value
    send(page, message(placed(7)))
    assert "answered" in answers(page) and not strip(page)


def test_without_a_database_the_page_says_so_and_works_alone(monkeypatch):
    monkeypatch.setenv(store.URL, NOWHERE)
    page = opened({"room": ["AAAAAA"]})
    assert not page.exception and "cannot be used" in page.warning[0].value
    send(page, message(placed(7)))
    assert "answered" in answers(page)
    host = room_page()
    click(host, "Open a room")
    assert not host.exception and "cannot be used" in host.warning[0].value
