"""Fixtures for the page Learn in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import driver
from tests.browser.learner import Learner, environment
from tests.page_server import running


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """Where the trainings of this module's server are."""
    return tmp_path_factory.mktemp("learn")


@pytest.fixture(scope="module")
def learn_address(chromium, place):
    """The running page, whose trainings are in a place of their own."""
    with running(environment=environment(place)) as server:
        yield server.address


@pytest.fixture
def learn(chromium, request):
    """Opens the page Learn, in a visit of its own; the test fails if a script on the page does."""
    contexts, errors = [], []

    def open_page(viewport=driver.DESKTOP, phone=False, theme="light", address=""):
        context = chromium.new_context(viewport=viewport, color_scheme=theme, has_touch=phone, is_mobile=phone)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return Learner(page, address or request.getfixturevalue("learn_address"))

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
