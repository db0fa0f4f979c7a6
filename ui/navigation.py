"""The pages by name, so that any page can open another without importing it. app.py registers them in each run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from language import LANGUAGES, N_, _, gettext
from recognition.card import TESTS
from recognition.recipes import RECIPES

PAGES = {  # title and icon by name
    "draw": (N_("Draw"), ":material/draw:"),
    "play": (N_("Play"), ":material/timer:"),
    "room": (N_("Room"), ":material/groups:"),
    "learn": (N_("Learn"), ":material/school:"),
    "evidence": (N_("Evidence"), ":material/query_stats:"),
    "book": (N_("The book"), ":material/menu_book:"),
}
SECTIONS = {  # of the navigation: their pages, by title; those without one stand there themselves
    "": ("draw", "play"),
    N_("Class"): ("room", "learn"),
    N_("More"): ("evidence", "book"),
}
SECTION_ICONS = {"Class": ":material/groups:", "More": ":material/more_horiz:"}
LINKED = {  # parameters of links, and the choices that they name, in the language of whoever made the link
    "panel": (N_("Bars"), N_("Journey"), N_("Which ink?"), N_("How it is built")),
    "mode": (N_("Against the clock"), N_("Fool them")),
    "recipe": tuple(recipe.label for recipe in RECIPES.values()),
    "trained": tuple(recipe.label for recipe in RECIPES.values()),
    "test": tuple(TESTS.values()),
}
OLD_PANELS = {  # of the page Draw, by the names that links have carried
    "Inside": "Journey",
    "Confidence": "Bars",
    "How sure": "Bars",
    "Summaries": "How it is built",
    "How it's built": "How it is built",
    "Why did it fail?": "Bars",
    "Compare training": "Bars",
}
Page = Any  # what st.Page() returns; Streamlit does not export its type

_KEY = "pages_by_name"


def renamed(query: Mapping[str, str], spoken: str) -> dict[str, str]:
    """Return the parameters that name a choice in another language, or by an old name, with its name in this one."""
    found = {}
    for parameter in LINKED.keys() & query.keys():
        linked, names = query[parameter], LINKED[parameter]
        if linked in (gettext(name, spoken) for name in names):
            continue
        in_source = {gettext(name, other): name for other in reversed(LANGUAGES) for name in names}
        if name := in_source.get(OLD_PANELS.get(linked, linked)):
            found[parameter] = gettext(name, spoken)
    return found


def register(pages: Mapping[str, Page]) -> None:
    """Keep this run's pages under the names that go() takes."""
    st.session_state[_KEY] = dict(pages)


def navigate(pages: Mapping[str, Page]) -> Page:
    """Show the navigation, above or, in a small window, below, for thumbs; return the page that is open."""
    sections = {_(title): [pages[name] for name in names] for title, names in SECTIONS.items()}
    embedded = st.context.is_embedded
    page = st.navigation(sections, position="hidden" if embedded else "top")
    if not embedded:
        with st.container(key="pages", horizontal=True):
            for title, names in SECTIONS.items():
                for name in names[:1] if title else names:
                    st.page_link(pages[name], label=_(title) or None, icon=SECTION_ICONS.get(title))
        _show_section(page, pages)
    return page


def _show_section(page: Page, pages: Mapping[str, Page]) -> None:
    """In a small window, the pages of the section that is open."""
    for title, names in SECTIONS.items():
        if title and page.url_path in names:
            with st.container(key="section", horizontal=True):
                for name in names:
                    st.page_link(pages[name])


def go(name: str, query_params: Mapping[str, str] | None = None) -> None:
    """Open a page with these query parameters and end this run. Raises KeyError for an unknown name."""
    st.switch_page(st.session_state[_KEY][name], query_params=query_params)
