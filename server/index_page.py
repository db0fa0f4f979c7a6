"""Completes Streamlit's index.html: adds the page's frame, its style sheets and its own scripts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache

import language
from ui import navigation, shell
from ui.drawing import answers
from ui.shared import browser_files

HTML = b'<html lang="en">'
ROOT = b'<div id="root"></div>'
SUBPAGES = [name for name in navigation.PAGES if name != "draw"]
# Streamlit's browser side looks for its server below the address of a subpage first, which takes a failed request.
BASE = f"""<script>{{
  const path = location.pathname.replace(/\\/+$/, "").split("/");
  if ({SUBPAGES}.includes(path.pop()))
    window.__streamlit = {{ BACKEND_BASE_URL: location.origin + path.join("/") + "/" }};
}}</script>"""
RENAMING = """<script>{
  const address = new URL(location.href);
  for (const [parameter, name] of Object.entries(%s)) address.searchParams.set(parameter, name);
  history.replaceState(null, "", address);
}</script>"""


@cache
def styles() -> tuple[str, bytes]:
    """Return the address and the content of the style sheets of all pages."""
    content = shell.styles().encode()
    return f"browser/styles/{hashlib.sha256(content).hexdigest()[: browser_files.SHORT]}.css", content


def completed(html: bytes, spoken: str, query: Mapping[str, str]) -> bytes:
    """Put tokens' guard and frame before Streamlit's root, and style sheet and script behind it, in a language.

    query: of the page's address, whose choices may have been made in another language.
    """
    direction = "rtl" if spoken in language.RIGHT_TO_LEFT else "ltr"
    html = html.replace(HTML, f'<html lang="{spoken}" dir="{direction}">'.encode(), 1)
    renamed = navigation.renamed(query, spoken)
    renaming = (RENAMING % json.dumps(renamed)).encode() if renamed else b""
    return html.replace(ROOT, _before(spoken) + ROOT + renaming + _behind(spoken), 1)


@cache
def _before(spoken: str) -> bytes:
    guard = browser_files.scripts()["page/address.js"].decode()
    with language.speaking(spoken):
        return f"<script>{guard}</script>{shell.placeholder()}".encode()


@cache
def _behind(spoken: str) -> bytes:
    with language.speaking(spoken):
        module = browser_files.script_address("page/page.js")
    tags = f'<link rel="stylesheet" href="./{styles()[0]}">{BASE}'
    catalog, _ = answers.catalog(spoken)
    return f'{tags}<script type="module" src="./{module}" data-catalog="{catalog}"></script>'.encode()
