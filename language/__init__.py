"""Translations: sentences, plural forms and numbers in the language of whoever reads them.

English is the source: _("Draw a digit") returns its translation from locale/LANGUAGE.po, or the English sentence where
there is none. What varies stands in braces: _("{network} says {digit}").format(network=..., digit=...). The modules in
browser/ have the same functions in browser/language/. python -m language brings the catalogues up to date.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

FOLDER = Path(__file__).resolve().parent.parent / "locale"
SOURCE = "en"
LANGUAGES = {  # their own names, in the order of the menu; the key is also that of the catalogue
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "tr": "Türkçe",
    "uk": "Українська",
    "zh": "简体中文",
    "ja": "日本語",
    "ko": "한국어",
    "hi": "हिन्दी",
    "id": "Bahasa Indonesia",
    "ar": "العربية",
}
RIGHT_TO_LEFT = frozenset({"ar"})
PSEUDO = "en-XA"  # for tests: every sentence half as long again, with accents


def _source() -> str:
    return SOURCE


_spoken: ContextVar[str] = ContextVar("spoken", default="")
_find: Callable[[], str] = _source


def find_with(find: Callable[[], str]) -> None:
    """Set the function that returns the language of whoever is being answered, a key of LANGUAGES."""
    global _find
    _find = find


def current() -> str:
    """Return the language of whoever is being answered, a key of LANGUAGES."""
    return _spoken.get() or _find()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let current() return this language, in this thread or task."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def best_of(wanted: Iterable[str | None]) -> str:
    """Return the first of these language tags that is spoken here, such as "de" for "de-AT"; English for none."""
    for tag in wanted:
        language = (tag or "").replace("_", "-").partition("-")[0].lower()
        if tag == PSEUDO:
            return PSEUDO
        if language in LANGUAGES:
            return language
    return SOURCE


def gettext(message: str, language: str | None = None) -> str:
    """Return a sentence in the current language, or in the one named."""
    return translations(language or current()).gettext(message) if message else ""  # where gettext keeps its header


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form that goes with n: ngettext("{n} drawing", "{n} drawings", n).format(n=n)."""
    return translations(current()).ngettext(singular, plural, n)


_ = gettext


def N_(message: str) -> str:
    """Mark a constant for translation; _() translates it where it is shown."""
    return message


def number(value: float, decimals: int = 0) -> str:
    """Return a number as the current language writes it: 1,234.5 or 1.234,5."""
    pattern = _with_decimals(_locale().decimal_formats[None].pattern, decimals)
    return format_decimal(value, pattern, locale=_locale())


def percent(fraction: float, decimals: int = 1) -> str:
    """Return a fraction from 0 to 1 as a percentage in the current language, halves up: 99.9 %, %99,9."""
    rounded = Decimal(str(fraction)).quantize(Decimal(1).scaleb(-decimals - 2), ROUND_HALF_UP)
    return format_percent(rounded, percent_pattern(decimals), locale=_locale())


def percent_pattern(decimals: int = 1, language: str | None = None) -> str:
    """Return CLDR's pattern for percentages in a language, with so many decimals; here, English has a space in it."""
    locale = _locale_of(language or current())
    pattern = "#,##0 %" if locale.language == SOURCE else locale.percent_formats[None].pattern
    return _with_decimals(pattern, decimals, "0")


@cache
def translations(language: str) -> Translations:
    """Return gettext's translations into a language; those into English are empty."""
    file = io.BytesIO()
    write_mo(file, catalogue(language))
    file.seek(0)
    return Translations(file)


@cache
def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one for English. Raises ValueError for an unknown language."""
    if language == PSEUDO:
        return _pseudo()
    if language not in LANGUAGES:
        raise ValueError(f"expected one of {', '.join(LANGUAGES)}, not {language!r}")
    path = FOLDER / f"{language}.po"
    if language == SOURCE or not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _with_decimals(pattern: str, decimals: int, whole: str = "") -> str:
    """A pattern of CLDR such as #,##0.### with so many decimals; whole: in place of the digits before them."""
    fraction = "." + "0" * decimals if decimals else ""
    return re.sub(r"([#,]*0)(\.#+)?", lambda found: (whole or found[1]) + fraction, pattern, count=1)


def _pseudo() -> Catalog:
    """Every sentence in marks and half as long again."""
    stretched = Catalog(SOURCE)
    for message in catalogue("de"):
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = tuple(f"‹{each}{' so long' * (len(each) // 16)}›" for each in ids)
            stretched.add(message.id, strings if len(ids) > 1 else strings[0], locations=message.locations)
    return stretched


@cache
def _locale_of(language: str) -> Locale:
    return Locale.parse(language.partition("-")[0])


def _locale() -> Locale:
    return _locale_of(current())
