"""Mounts modules of browser/: Streamlit sends a loader of a few lines with each run, and browsers keep the modules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from ui.shared import browser_files

LOADER = """
const base = document.querySelector("script[data-catalog]").src.replace(/browser\\/.*/, "");
export default function (component) {
  import(new URL(component.data.module, base).href).then(({ mount }) => mount(component));
}
"""


def mount(name: str, script: str, data: Mapping[str, Any] | None = None, **arguments: Any) -> Any:
    """Call a script's mount() in the browser with this data; return what the script has set.

    name: the component's. arguments: more of Streamlit's, such as key and on_VALUE_change.
    """
    return _component(name)(data={"module": browser_files.script_address(script), **(data or {})}, **arguments)


@cache
def _component(name: str) -> Any:
    return st.components.v2.component(f"draw_a_digit_{name}", js=LOADER, isolate_styles=False)
