"""The language of a visit: the one that its address names, the one chosen in the menu, or the browser's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit.runtime.scriptrunner import get_script_run_ctx

import language
from ui.shared import session

PARAMETER = "lang"  # of the page's address: ?lang=de
COOKIE = "language"  # in which browser/page/menu.js keeps what was chosen


def follow_visits() -> None:
    """Let language.current() return the language of the visit whose page is being run."""
    language.find_with(_of_this_visit)


def of_request(request: HTTPConnection) -> str:
    """Return the language in which a request is answered."""
    wanted = request.query_params.get(PARAMETER), request.cookies.get(COOKIE)
    return language.best_of([*wanted, *_accepted(request.headers.get("accept-language", ""))])


def _of_this_visit() -> str:
    if get_script_run_ctx(suppress_warning=True) is None:
        return language.SOURCE
    return session.kept(session.LANGUAGE, _of_this_connection)


def _of_this_connection() -> str:
    context: Any = st.context
    wanted = st.query_params.get(PARAMETER), context.cookies.get(COOKIE)
    accepted = context.headers.get("Accept-Language") or context.locale or ""
    return language.best_of([*wanted, *_accepted(accepted)])


def _accepted(header: str) -> Iterator[str]:
    """The languages of an Accept-Language header, "de-AT,de;q=0.9,en;q=0.8", in its order, which browsers keep."""
    for part in header[:1000].split(","):
        yield part.partition(";")[0].strip()
