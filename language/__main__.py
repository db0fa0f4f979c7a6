"""Brings the catalogues in locale/ up to date with the sentences in the code, and says what is not translated.

    python -m language

A sentence that has changed loses its translation; one that is gone is removed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from language import FOLDER, LANGUAGES, SOURCE, catalogue

ROOT = FOLDER.parent
PACKAGES = ("digits", "models", "rooms", "recognition", "explain", "learning", "ui", "server", "browser")
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "t": None, "tn": (1, 2)}
METHODS = {".py": "python", ".js": "javascript"}
OPTIONS = {"encoding": "utf-8", "parse_template_string": True}  # t("...") within JavaScript's `${...}` too


def main(arguments: list[str] | None = None) -> int:
    """Update every catalogue; return 1 if a sentence is not translated."""
    argparse.ArgumentParser(prog="python -m language", description=__doc__.split("\n")[0]).parse_args(arguments)
    source, missing = extracted(), 0
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        updated = Catalog(language)
        before = catalogue(language)
        for message in source:
            if message.id:
                old = before.get(message.id[0] if isinstance(message.id, tuple) else message.id)
                kept = old.string if old is not None and old.pluralizable == message.pluralizable else None
                updated.add(message.id, kept, locations=message.locations)
        save(updated, language)
        without = list(untranslated(updated))
        missing += len(without)
        print(f"{language}: {len(updated)} sentences, {len(without)} without a translation")
    return 1 if missing else 0


def extracted() -> Catalog:
    """Return all sentences in the code, each with the files that it stands in."""
    found: dict[str | tuple[str, ...], list[tuple[str, int]]] = {}
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*") if _is_source(path)):
        content = BytesIO(path.read_bytes())
        for _, ids, _, _ in extract(METHODS[path.suffix], content, KEYWORDS, options=OPTIONS):
            place = (path.relative_to(ROOT).as_posix(), 0)
            places = found.setdefault(tuple(ids) if isinstance(ids, (tuple, list)) else ids, [])
            if place not in places:
                places.append(place)
    source = Catalog(SOURCE)
    for sentence, places in found.items():
        source.add(sentence, locations=places)
    return source


def untranslated(messages: Catalog) -> Iterator[Message]:
    """Yield the sentences without a translation, or with an empty plural form."""
    for message in messages:
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and not all(strings):
            yield message


def save(messages: Catalog, language: str) -> None:
    """Write a catalogue to locale/, sorted by file, without lines and dates, which would change with every edit."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f"{language}.po").open("wb") as file:
        write_po(file, messages, sort_by_file=True, include_lineno=False, omit_header=True, width=120)


def _is_source(path: Path) -> bool:
    return path.suffix in METHODS and "node_modules" not in path.parts and path.name != "eslint.config.js"


if __name__ == "__main__":
    sys.exit(main())
