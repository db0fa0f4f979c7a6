"""Shared fixtures: the data, if it is available, the classifiers, and the page with and without a browser."""

from __future__ import annotations

import os

import pytest

from recognition import load
from recognition.store import released, trained_recipes
from tests.browser import driver
from tests.page_server import serve

SLOW_FIXTURES = {"chromium", "server"}  # a browser; a server of the page or of PostgreSQL


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items):
    """Mark as slow every test that uses one of the slow fixtures."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def splits():
    """MNIST from DIGIT_DATA; tests that need it are skipped if it is not set."""
    if not os.environ.get("DIGIT_DATA"):
        pytest.skip("needs MNIST: set DIGIT_DATA to a folder that holds mnist.npz")
    from training.data.mnist import mnist

    return mnist()


@pytest.fixture(scope="session")
def classifiers():
    """The classifiers of the page's default recipe, by key."""
    recipe = trained_recipes()[0]
    return {key: load(key, recipe) for key in released(recipe)}


@pytest.fixture
def page():
    """The page without a browser, after its first run; see tests.ui.page."""
    from tests.ui.page import visit

    return visit()


@pytest.fixture(scope="session")
def chromium():
    """A real browser; tests that need it are skipped if Chromium is not installed."""
    if driver.chromium_path() is None:
        pytest.skip("needs a browser: install Chromium, for example with apt-get install chromium")
    with driver.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def address(chromium):
    """The address of the running page."""
    with serve() as url:
        yield url


@pytest.fixture
def visit(chromium, address):
    """Opens the page in a viewport, as a phone or with a mouse; the test fails if the browser's console has errors.

    script: JavaScript that runs before the page's own. server: another address. ready: what is waited for.
    options: of Playwright's contexts.
    """
    contexts, visitors = [], []

    def open_page(
        viewport=driver.DESKTOP,
        phone=False,
        theme="light",
        path="",
        script="",
        server="",
        ready=driver.READY,
        **options,
    ):
        context = chromium.new_context(
            viewport=viewport, color_scheme=theme, has_touch=phone, is_mobile=phone, **options
        )
        contexts.append(context)
        context.add_init_script(script)
        visitors.append(driver.Visitor(context.new_page(), (server or address) + path, ready))
        return visitors[-1]

    yield open_page
    errors = [error for visitor in visitors for error in visitor.errors]
    for context in contexts:
        context.close()
    assert errors == []
