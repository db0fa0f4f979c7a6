"""Sentences, plural forms and numbers in each language; what is in the code is in the catalogues, and translated."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from string import Formatter

import pytest
from starlette.requests import Request

import language
from language import LANGUAGES, SOURCE
from language.__main__ import ROOT, extracted, untranslated
from ui.shared import browser_files
from ui.shared.visitor_language import of_request

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
TRANSLATED = [each for each in LANGUAGES if each != SOURCE]
COUNTS = {"n", "count", "drawings"}
TAG = re.compile(r"</?\w+")


@pytest.fixture(scope="module")
def sentences():
    """All sentences in the code, by their English text or their English plural forms."""
    return {message.id: message for message in extracted() if message.id}


@pytest.mark.parametrize("spoken", TRANSLATED)
def test_every_sentence_is_translated_with_its_gaps_and_its_markup(sentences, spoken):
    catalogue = language.catalogue(spoken)
    assert {message.id for message in catalogue if message.id} == sentences.keys(), "run python -m language"
    assert not [message.id for message in untranslated(catalogue)]
    for message in catalogue:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert len(strings) == (catalogue.num_plurals if len(ids) > 1 else 1), message.id
        for string in strings:
            more = COUNTS if len(ids) > 1 else set()  # a number in words, or in figures where it would be inflected
            assert gaps(string) <= gaps(ids[-1]) | more, (message.id, string)
            assert gaps(ids[0]) <= gaps(string) | more, (message.id, string)
            assert sorted(TAG.findall(string)) == sorted(TAG.findall(ids[-1])), (message.id, string)


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_no_sentence_is_put_together_before_it_is_translated():
    calls = re.compile(r"""(?<![\w.])(?:_|N_|gettext|ngettext)\(\s*(?:f["']|\w+\s*\+)|(?<![\w.$])tn?\(\s*`[^`]*\$\{""")
    packages = ("digits", "models", "rooms", "recognition", "explain", "learning", "ui", "server", "browser")
    files = [path for package in packages for path in (ROOT / package).rglob("*") if path.suffix in {".py", ".js"}]
    own = [path for path in files if "node_modules" not in path.parts]
    found = [f"{path}: {call}" for path in own for call in calls.findall(path.read_text(encoding="utf-8"))]
    assert not found


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "expected"),
    [
        ("", "", "", "en"),
        ("", "", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "", "zh-TW,zh;q=0.9", "zh"),
        ("", "", "fi,sv;q=0.8", "en"),
        ("", "language=fr", "de", "fr"),
        ("lang=uk", "language=fr", "de", "uk"),
        ("lang=klingon", "", "de", "de"),
    ],
)
def test_a_link_comes_before_the_menu_and_the_menu_before_the_browser(query, cookie, accepted, expected):
    headers = [(b"cookie", cookie.encode()), (b"accept-language", accepted.encode())]
    assert of_request(Request({"type": "http", "query_string": query.encode(), "headers": headers})) == expected


@needs_node
@pytest.mark.parametrize(
    ("spoken", "percent", "number"),
    [
        ("en", "99.9 %", "1,234,567.5"),
        ("de", "99,9\xa0%", "1.234.567,5"),
        ("tr", "%99,9", "1.234.567,5"),
        ("hi", "99.9%", "12,34,567.5"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them_in_python_and_in_the_browser(
    spoken, percent, number, tmp_path
):
    with language.speaking(spoken):
        assert (language.percent(0.999), language.number(1234567.5, 1)) == (percent, number)
    assert in_browser(spoken, tmp_path, "[m.asPercent(m.number(99.9, 1)), m.number(1234567.5, 1)]") == [percent, number]


@needs_node
def test_plural_forms_are_those_of_the_language_in_python_and_in_the_browser(tmp_path):
    for spoken in ("en", "pl", "ja", "ar"):
        call = 'Array.from({ length: 30 }, (_, n) => m.tn("{n} drawing", "{n} drawings", n))'
        with language.speaking(spoken):
            expected = [language.ngettext("{n} drawing", "{n} drawings", n).format(n=n) for n in range(30)]
        assert in_browser(spoken, tmp_path, call) == expected


def in_browser(spoken: str, folder: Path, expression: str) -> object:
    """Evaluate an expression with the module that visitors of a language get, in Node."""
    for name in ("language/language.js", "language/english.js", browser_files.CATALOGUE):
        path = folder / spoken / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(browser_files.scripts(spoken)[name])
    (folder / "package.json").write_text('{"type": "module"}')
    script = (
        f"const m = await import('{folder}/{spoken}/language/language.js'); console.log(JSON.stringify({expression}))"
    )
    return json.loads(subprocess.check_output(["node", "--input-type=module", "-e", script]))
