"""The page in a room, without a browser, and the room's own page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.ui.page import START_SECONDS, click, opened

ROOM_PAGE = "from ui.room import page\npage.page()"


def strip(page: AppTest) -> str:
    return next((html.body for html in page.html if 'class="room-strip"' in html.body), "")


def parameter(page: AppTest, name: str) -> str:
    """The value of a parameter in the page's link."""
    value = page.query_params[name]
    return value if isinstance(value, str) else value[0]


def joined(code: str) -> AppTest:
    return click(opened({"room": [code]}), "Join the room")


def room_page(**query: str) -> AppTest:
    page = AppTest.from_string(ROOM_PAGE, default_timeout=START_SECONDS)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()
