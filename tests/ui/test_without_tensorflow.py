"""All pages work without Keras and TensorFlow."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.page_server import ROOT

VISIT = """
import sys
MISSING = {missing}
if MISSING:
    sys.modules["tensorflow"] = sys.modules["keras"] = None
from tests.drawings import placed
from tests.ui.page import message, read, send, visit
page = send(visit(), message(placed(7)))
assert set(read(page).values()) == {{"7"}}, read(page)
from models import NETWORKS
from ui.draw.page import PANELS
titles = [network.title for network in NETWORKS.values()]
choices = [dict(panel=panel) for panel in PANELS]
shown = [(panel, title) for panel in ("Journey", "How it is built") for title in ("CNN", "RNN", "ResNet")]
choices += [dict(panel=panel, network=title) for panel, title in shown]
choices += [dict(panel="Journey", networks=titles, network=title) for title in titles]
for choice in choices:
    for key, value in choice.items():
        page.session_state[key] = value
    page.run()
    assert not page.exception and not page.error, (choice, page.exception, page.error)
from streamlit.testing.v1 import AppTest
for name in ("evidence", "book", "play", "room"):
    other = AppTest.from_string(f"from ui.{{name}} import page; page.page()", default_timeout=60).run()
    assert not other.exception, other.exception
print([name for name in ("tensorflow", "keras") if sys.modules.get(name)])
"""


@pytest.mark.slow
@pytest.mark.parametrize("missing", [pytest.param(False, id="installed"), pytest.param(True, id="not installed")])
def test_no_page_imports_keras_and_tensorflow(missing):
    result = subprocess.run(
        [sys.executable, "-c", VISIT.format(missing=missing)], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"
