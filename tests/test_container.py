"""Every page works with exactly the files that the Dockerfile copies, and its packages are locked."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.page_server import ROOT
from ui.navigation import PAGES

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
IGNORED = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("**/")]
OPEN = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
from streamlit.testing.v1 import AppTest
scripts = {{name: f"from ui.{{name}} import page; page.page()" for name in {pages}}}
scripts["draw"] = "import runpy; runpy.run_path('app.py', run_name='__main__')"
for name, script in scripts.items():
    page = AppTest.from_string(script, default_timeout=120).run()
    assert not page.exception and len(page.main), (name, [error.message for error in page.exception])
import app
"""


def copied() -> Iterator[tuple[str, Path]]:
    """Each source that the Dockerfile copies, and the folder or file that it becomes."""
    for line in DOCKERFILE:
        if line.startswith("COPY "):
            *sources, target = line.split()[1:]
            for source in sources:
                yield source, Path(target) / Path(source).name if target.endswith(("/", ".")) else Path(target)


@pytest.mark.slow
def test_every_page_opens_in_the_container(tmp_path):
    skip = shutil.ignore_patterns(*(pattern.removeprefix("**/") for pattern in IGNORED))
    for source, target in copied():
        (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / target, ignore=skip)
        else:
            shutil.copy(ROOT / source, tmp_path / target)
    command = [sys.executable, "-c", OPEN.format(pages=list(PAGES))]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=180)
    assert result.returncode == 0, result.stderr[-2000:]


def test_docker_sees_what_it_copies_and_nothing_else():
    seen = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[0] == "!"
    }
    assert seen == {source for source, _ in copied()}


def test_the_lock_has_a_hash_for_every_package_and_versions_that_the_requirements_allow():
    lock = (ROOT / "deploy" / "requirements.lock").read_text(encoding="utf-8")
    locked = re.findall(r"^([\w.\-]+)==(\S+)(?: ; .+)? \\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(locked) == len(re.findall(r"^\S+==", lock, re.MULTILINE)), "each has a hash"
    for line in (ROOT / "requirements-serve.txt").read_text(encoding="utf-8").splitlines():
        if text := line.split("#")[0].strip():
            requirement = Requirement(text)
            versions = [version for name, version in locked if name == requirement.name]
            assert versions and all(map(requirement.specifier.contains, versions)), text
