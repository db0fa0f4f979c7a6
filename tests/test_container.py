"""Every page works with exactly the files that the Dockerfile copies."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.page_server import ROOT

PAGES = {
    "draw": "import runpy; runpy.run_path('app.py', run_name='__main__')",
    "room": "from ui.room import page; page.page()",
    "evidence": "from ui.evidence import page; page.page()",
    "the book": "from ui.book import page; page.page()",
}
OPEN = """
from streamlit.testing.v1 import AppTest
page = AppTest.from_string({script!r}, default_timeout=120).run()
assert not page.exception, [error.message for error in page.exception]
print(len(page.main))
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A folder with exactly the files of the container."""
    folder = tmp_path_factory.mktemp("container")
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY "):
            source = ROOT / line.split()[1]
            if source.is_dir():
                shutil.copytree(
                    source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__", "*.weights.h5")
                )
            else:
                shutil.copy(source, folder)
    return folder


@pytest.mark.parametrize("script", PAGES.values(), ids=PAGES.keys())
def test_every_page_opens_in_the_container(copied, script):
    command = [sys.executable, "-c", OPEN.format(script=script)]
    result = subprocess.run(command, cwd=copied, capture_output=True, text=True, timeout=180)
    assert result.returncode == 0, result.stderr[-2000:]
    assert int(result.stdout) > 0
