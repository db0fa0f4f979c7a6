"""The documents are correct: every path, link and command in them exists, and their tables are the generated ones."""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement

from benchmark import hosting
from language import LANGUAGES
from models import DEFAULT_NETWORKS, NETWORKS
from recognition.outlier import DETECTOR
from recognition.recipes import RECIPES
from recognition.store import TABLES, card_path, read_card, serving_path
from tests.page_server import ROOT
from training import tables
from training.evaluate import HEADING, table
from ui.book.page import LESSONS

DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "training" / "LOG.md"]
SUFFIXES = (".py", ".css", ".js", ".html", ".png", ".md")
TOP_LEVEL = {path.name for path in ROOT.iterdir()} - {".git"}
PLACEHOLDERS = re.compile(r"\b(KEY|RECIPE|NAME|DIR|FOLDER)\b")
ELSEWHERE = re.compile(r"https?://\S+|(?<!\w)/etc/\S+")  # addresses and paths of other machines


def missing_paths(text: str, folder: Path) -> list[str]:
    """The paths mentioned in a text that exist neither in the repository nor relative to a folder."""
    paths = re.findall(r"(?<![\w/.$-])\.?[\w-][\w.-]*(?:/[\w.-]+)*/?", ELSEWHERE.sub("", text))
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
    modules = {name.rstrip(".") for name in re.findall(r"python3? -m ([a-z][\w.]*)", text)}
    paths = {name: ROOT / name.replace(".", "/") for name in modules}
    return [
        name
        for name, path in paths.items()
        if not (path.with_suffix(".py").is_file() or (path / "__main__.py").is_file())
    ]


def missing_links(text: str, folder: Path) -> list[str]:
    """The files that links in a text lead to although they do not exist."""
    return [link for link in re.findall(r"\]\((?!http)([^)#]+)\)", text) if not (folder / link).exists()]


def test_every_path_link_and_command_in_a_document_exists():
    missing = {}
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        found = [*missing_paths(text, path.parent), *missing_links(text, path.parent), *missing_commands(text)]
        missing[str(path.relative_to(ROOT))] = found
    assert {name: found for name, found in missing.items() if found} == {}


def test_paths_links_and_commands_that_do_not_exist_are_found():
    text = "see models/canvas, `nowhere.py`, [this](docs/lost.md) and docs/hosting.md."
    assert missing_paths(text, ROOT) == ["models/canvas", "nowhere.py", "docs/lost.md"]
    assert missing_links(text, ROOT) == ["docs/lost.md"]
    assert missing_commands("python -m training.doubt, python -m tests.fuzzing") == ["training.doubt"]


def test_the_table_of_results_is_the_one_made_from_the_cards():
    cards = [read_card(key, recipe) for recipe in RECIPES for key in NETWORKS if card_path(key, recipe).exists()]
    assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == HEADING + table(cards)


def test_the_books_tables_are_those_made_from_their_results():
    results = json.loads(TABLES.read_text(encoding="utf-8"))
    assert tables.DOCS.read_text(encoding="utf-8") == tables.markdown(results)


def test_the_table_for_hosts_is_the_one_made_from_the_reports():
    text = hosting.HOSTING.read_text(encoding="utf-8")
    assert text.split(hosting.MARKS[0])[1].startswith(hosting.table())
    assert text.split(hosting.SCALE_MARKS[0])[1].startswith(hosting.scale_table())


def requirements() -> list[Requirement]:
    """All requirements of all files."""
    lines = [line for path in ROOT.glob("requirements*.txt") for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [line.split("#")[0].strip() for line in lines]
    return [Requirement(text) for text in texts if text and not text.startswith("-r")]


def test_each_package_is_listed_once_and_installed_in_a_version_that_is_allowed():
    assert len({requirement.name for requirement in requirements()}) == len(requirements())
    for requirement in requirements():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(version(requirement.name), prereleases=True), requirement


def test_an_installation_has_all_packages_that_are_checked():
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    sources = tool["coverage"]["run"]["source"]
    assert tool["setuptools"]["packages"]["find"]["include"] == [f"{source}*" for source in sources]
    assert tool["mypy"]["packages"] == sources and {*tool["importlinter"]["root_packages"]} == {*sources}


def test_security_names_the_lower_bounds_of_the_requirements():
    text = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    bounds = {r.name: spec.version for r in requirements() for spec in r.specifier if spec.operator == ">="}
    for name in ("Streamlit", "Keras", "Pillow"):
        assert f"{name} {bounds[name.lower()]}" in text, name


def test_contributing_names_every_folder_of_every_layer():
    tree = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[3]
    folders = [path for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()]
    folders += [path.parent for name in ("ui", "training") for path in (ROOT / name).glob("*/__init__.py")]
    folders += {path.parent for path in (ROOT / "browser").glob("*/*.js") if path.parent.name != "node_modules"}
    assert len(folders) > 30
    assert [path.name for path in folders if f"{path.name}/" not in tree] == []


def test_the_readme_has_the_range_of_the_networks_accuracies():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    cards = [read_card(key, "drawn") for key in NETWORKS]
    for name, words in (
        ("drawn", "the ten networks read {} to {} % right"),
        ("mnist", "MNIST's test digits {} to {} %"),
    ):
        percent = [100 * card.tests[name].accuracy for card in cards]
        assert words.format(f"{min(percent):.1f}", f"{max(percent):.1f}") in text


def test_the_readme_says_how_large_an_installation_is_and_in_how_many_languages_the_page_speaks():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    measured = (ROOT / "docs" / "measured" / "install.md").read_text(encoding="utf-8")
    sizes = [int(size.replace(",", "")) for size in re.findall(r"requirements\S* \| [^|]+ \| ([\d,]+) \|", measured)]
    assert len(sizes) == 2 and all(f"{size / 1000:.1f} GB" in readme for size in sizes)
    assert len(LANGUAGES) == 16 and "sixteen languages" in readme


def test_the_book_networks_trained_on_fewer_digits_are_named():
    text = " ".join((ROOT / "docs" / "training.md").read_text(encoding="utf-8").split())
    named = text[text.index("The weights in place of the ") : text.index("are older, and trained without those 5,000")]
    without = [key for key in NETWORKS if not read_card(key, "book").training.get("whole")]
    assert re.findall("|".join(NETWORKS[key].title for key in sorted(NETWORKS, reverse=True)), named) == [
        NETWORKS[key].title for key in without
    ]


def test_the_readme_and_the_changelog_count_the_lessons():
    count = sum(isinstance(lesson.part, str) for lesson in LESSONS.values())  # the others are tables beside the print
    for name in ("README.md", "CHANGELOG.md"):
        assert f"{count} lessons" in (ROOT / name).read_text(encoding="utf-8"), name


def test_where_data_is_to_be_saved_the_page_says_how_much_the_networks_and_the_detector_take():
    files = [serving_path(key, "drawn").read_bytes() for key in (*DEFAULT_NETWORKS, DETECTOR.key)]
    megabytes = sum(len(gzip.compress(file, 9)) for file in files) / 1e6
    assert f"(loads {megabytes:.1f} MB)" in (ROOT / "browser" / "answers" / "words.js").read_text(encoding="utf-8")
