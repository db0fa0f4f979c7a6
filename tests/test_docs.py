"""The documents are correct: every path, command and name in them exists, and their tables are the generated ones."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from benchmark import hosting
from models import NETWORKS
from recognition.recipes import RECIPES
from recognition.store import TABLES, card_path, read_card
from tests.page_server import ROOT
from training import tables
from training.evaluation.results_table import MARKS, table

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = tuple(PYPROJECT["tool"]["coverage"]["run"]["source"])
SUFFIXES = (".py", ".css", ".html", ".png", ".md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "training" / "LOG.md"]
SOURCES = [path for folder in (*PACKAGES, "tests") for path in (ROOT / folder).rglob("*.py")]
TOP_LEVEL = {path.name for path in ROOT.iterdir()} - {".git"}
PLACEHOLDERS = re.compile(r"\b(KEY|RECIPE|NAME|DIR|FOLDER)\b")
ELSEWHERE = re.compile(r"https?://\S+|(?<!\w)/etc/\S+")  # addresses and paths of other machines

EVERY_DOCUMENT = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a source file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def missing_paths(text: str, folder: Path) -> list[str]:
    """The paths mentioned in a text that exist neither in the repository nor relative to a folder."""
    text = ELSEWHERE.sub("", text)
    paths = re.findall(r"(?<![\w/.$-])\.?[\w-][\w.-]*(?:/[\w.-]+)*/?", text)
    paths = [path.rstrip(".") for path in paths if "/" in path or Path(path.rstrip(".")).suffix in SUFFIXES]
    return [
        path
        for path in paths
        if (path.split("/")[0] in TOP_LEVEL or Path(path).suffix in SUFFIXES)
        and not PLACEHOLDERS.search(path)
        and not ((ROOT / path).exists() or (folder / path).exists() or ("/" not in path and any(ROOT.rglob(path))))
    ]


def missing_commands(text: str) -> list[str]:
    """The modules that commands in a text run although they do not exist."""
    modules = [module.rstrip(".") for module in re.findall(r"python3? -m ([a-z][\w.]*)", text)]
    paths = {module: ROOT / module.replace(".", "/") for module in modules}
    return [
        m for m, path in paths.items() if not (path.with_suffix(".py").is_file() or (path / "__main__.py").is_file())
    ]


def missing_names(text: str) -> list[str]:
    """The dotted names of this repository in a text whose module, or whose name in it, does not exist."""
    names = re.findall(rf"(?<![\w./-])((?:{'|'.join((*PACKAGES, 'tests'))})(?:\.[A-Za-z_]\w*)+)", text)
    return [name for name in names if not (Path(name).suffix in SUFFIXES or _is_defined(name))]


def _is_defined(name: str) -> bool:
    path, (_, *parts) = ROOT / name.split(".")[0], name.split(".")
    while parts and (path / parts[0]).is_dir():
        path /= parts.pop(0)
    if parts and (path / f"{parts[0]}.py").is_file():
        path = path / f"{parts.pop(0)}.py"
    file = path if path.suffix else path / "__init__.py"
    return not parts or bool(re.search(rf"\b{parts[0]}\b", file.read_text(encoding="utf-8")))


@EVERY_DOCUMENT
def test_every_path_in_a_document_exists(path):
    assert missing_paths(path.read_text(encoding="utf-8"), path.parent) == []


@EVERY_DOCUMENT
def test_every_command_and_name_in_a_document_exists(path):
    text = path.read_text(encoding="utf-8")
    assert missing_commands(text) == [] and missing_names(text) == []


@EVERY_DOCUMENT
def test_every_link_in_a_document_leads_to_a_file(path):
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_command_and_name_in_a_docstring_exists():
    texts = {path: "\n".join(docstrings(path)) for path in SOURCES}
    missing = {path: [*missing_commands(text), *missing_names(text)] for path, text in texts.items()}
    assert {str(path.relative_to(ROOT)): names for path, names in missing.items() if names} == {}


def test_paths_commands_and_names_that_do_not_exist_are_found():
    assert missing_paths("see models/canvas, `nowhere.py` and docs/hosting.md.", ROOT) == [
        "models/canvas",
        "nowhere.py",
    ]
    assert missing_commands("python -m training.doubt, python -m tests.fuzzing") == ["training.doubt"]
    assert missing_names("digits.from_canvas, digits.from_paper and models.canvas.") == [
        "digits.from_paper",
        "models.canvas",
    ]


def files_in_the_tree() -> set[str]:
    """The files that README's tree lists, as paths."""
    folders: list[str] = []
    files = set()
    for line in README.split("## What is where")[1].split("```")[1].strip("\n").splitlines():
        indentation = len(line) - len(line.lstrip())
        if indentation < 8:  # not the continuation of a description
            folders = folders[: indentation // 2]
            name = line.split()[0]
            if name.endswith("/"):
                folders.append(name)
        names = re.findall(r"(?<![\w/])[\w-]+\.(?:py|css|html|png|md)\b", line)
        files |= {"".join(folders) + name for name in names}
    return files


def test_the_tree_lists_exactly_the_files_of_the_packages():
    files = {str(path.relative_to(ROOT)) for folder in (*PACKAGES, "deploy") for path in (ROOT / folder).rglob("*")}
    files = {file for file in files if Path(file).suffix in SUFFIXES and Path(file).name != "__init__.py"}
    assert files_in_the_tree() == files | {"app.py"}


def test_readmes_table_is_the_one_made_from_the_cards():
    cards = [read_card(key, recipe) for recipe in RECIPES for key in NETWORKS if card_path(key, recipe).exists()]
    assert README.split(MARKS[0])[1].split(MARKS[1])[0] == table(cards)


def test_the_books_tables_are_those_made_from_their_results():
    results = json.loads(TABLES.read_text(encoding="utf-8"))
    assert tables.DOCS.read_text(encoding="utf-8") == tables.markdown(results)


def test_the_table_for_hosts_is_the_one_made_from_the_reports():
    assert hosting.HOSTING.read_text(encoding="utf-8").split(hosting.MARKS[0])[1].startswith(hosting.table())


def test_the_container_copies_existing_files_and_runs_readmes_commands():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    included = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for source in [line.split()[1] for line in lines if line.startswith("COPY")]:
        assert (ROOT / source).exists() and f"!{source}" in included, source
    assert any("pip install" in line and "-r requirements" in line for line in lines)
    assert lines[-1].startswith('CMD ["streamlit", "run", "app.py"')


def requirements() -> list[Requirement]:
    """All requirements of all files."""
    lines = [line for path in ROOT.glob("requirements*.txt") for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [line.split("#")[0].strip() for line in lines]
    return [Requirement(text) for text in texts if text and not text.startswith("-r")]


def test_the_installed_packages_satisfy_the_requirements():
    for requirement in requirements():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(version(requirement.name), prereleases=True), requirement


def test_security_names_the_lower_bounds_of_the_requirements():
    text = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    bounds = {r.name: spec.version for r in requirements() for spec in r.specifier if spec.operator == ">="}
    for name in ("Streamlit", "Keras", "Pillow"):
        assert f"{name} {bounds[name.lower()]}" in text, name


def test_the_container_installs_locked_versions_that_the_requirements_allow():
    lock = (ROOT / "deploy" / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.\-]+)==(\S+) \\$", lock, re.MULTILINE))
    assert lock.count("--hash=sha256:") >= len(locked) == len(re.findall(r"^\S+==", lock, re.MULTILINE))
    for line in (ROOT / "requirements-serve.txt").read_text(encoding="utf-8").splitlines():
        if text := line.split("#")[0].strip():
            requirement = Requirement(text)
            assert requirement.specifier.contains(locked[requirement.name]), text
    assert "--require-hashes -r requirements.lock" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
