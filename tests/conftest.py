"""What several tests need: the data, where it is there, and a browser with the page in it."""

from __future__ import annotations

import os

import pytest

from recognition import load
from recognition.store import released, trained_recipes
from tests.browser import driver
from tests.server import serve


@pytest.fixture(scope="session")
def splits():
    """MNIST from DIGIT_DATA; tests that need it are skipped where it is not set."""
    if not os.environ.get("DIGIT_DATA"):
        pytest.skip("needs MNIST: set DIGIT_DATA to a folder that holds mnist.npz")
    from training.mnist import mnist

    return mnist()


@pytest.fixture(scope="session")
def classifiers():
    """The classifiers of the recipe that the page begins with, by key."""
    recipe = trained_recipes()[0]
    return {key: load(key, recipe) for key in released(recipe)}


@pytest.fixture
def page():
    """The page without a browser, as a visitor finds it; see tests.views.page."""
    from tests.views.page import visit

    return visit()


@pytest.fixture(scope="session")
def chromium():
    if driver.chromium_path() is None:
        pytest.skip("needs a browser: install Chromium, for example with apt-get install chromium")
    with driver.chromium() as found:
        yield found


@pytest.fixture(scope="session")
def address(chromium):
    """The running page."""
    with serve() as found:
        yield found


@pytest.fixture
def visit(chromium, address):
    """Opens the page at a size, as a phone or with a mouse; the browser's console must have stayed empty at the end."""
    contexts, visitors = [], []

    def open_page(viewport=driver.DESKTOP, phone=False, theme="light", path=""):
        context = chromium.new_context(viewport=viewport, color_scheme=theme, has_touch=phone, is_mobile=phone)
        contexts.append(context)
        visitors.append(driver.Visitor(context.new_page(), address + path))
        return visitors[-1]

    yield open_page
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for context in contexts:
        context.close()
    assert complaints == []
