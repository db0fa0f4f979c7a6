"""What the README says is so: its commands, its table, its tree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models import NETWORKS
from recognition.recipes import RECIPES
from recognition.store import card_path, read_card
from tests.server import ROOT
from training.evaluate import MARKS, table

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_is_the_one_the_cards_make():
    cards = [read_card(key, recipe) for recipe in RECIPES for key in NETWORKS if card_path(key, recipe).exists()]
    assert README.split(MARKS[0])[1].split(MARKS[1])[0] == table(cards)


def test_every_file_has_its_place_in_the_tree():
    tree = README.split("## What is where")[1].split("```")[1]
    for folder in ("digits", "models", "recognition", "explain", "training", "views"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".css", ".html", ".png", ".md") and path.name != "__init__.py":
                assert re.search(rf"\b{re.escape(path.name)}\b", tree), f"{folder}/{path.name} is not in the tree"
    for name in re.findall(r"\b[a-z]\w*\.(?:py|css|html|png)\b", tree):
        assert any(ROOT.glob(f"[!.]*/**/{name}")) or (ROOT / name).exists(), f"{name} is in the tree, but not here"


@pytest.mark.parametrize("module", re.findall(r"python -m ([\w.]+)", README))
def test_every_command_names_a_module_that_is_there(module):
    path = ROOT / module.replace(".", "/")
    assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@pytest.mark.parametrize(
    "file", ["README.md", "SECURITY.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/*.md"))]
)
def test_every_link_leads_to_a_file(file):
    path = ROOT / file
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_container_copies_what_is_there_and_runs_the_readmes_commands():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for source in [line.split()[1] for line in lines if line.startswith("COPY")]:
        assert (ROOT / source).exists() and f"!{source}" in let_in, source
    assert any("pip install" in line and "-r requirements.txt" in line for line in lines)
    assert lines[-1].startswith('CMD ["streamlit", "run", "app.py"')
    for folder in {
        path.parts[0]
        for path in map(
            Path, ("app.py", "digits", "explain", "models", "recognition", "views", "weights", ".streamlit")
        )
    }:
        assert any(line.startswith(f"COPY {folder} ") for line in lines), f"the page needs {folder}"


def test_what_the_tests_run_with_is_what_the_requirements_allow():
    from importlib.metadata import version

    from packaging.requirements import Requirement

    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            text = line.split("#")[0].strip()
            if text and not text.startswith("-r"):
                requirement = Requirement(text)
                assert requirement.specifier.contains(version(requirement.name), prereleases=True), text
