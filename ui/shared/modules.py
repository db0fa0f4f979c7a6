"""Modules of browser/ that the page mounts: Streamlit sends a door to them with each run, and browsers keep them."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

DOOR = """
const base = document.querySelector("script[data-catalog]").src.replace(/browser\\/.*/, "");
export default function (component) {
  import(new URL(component.data.module, base).href).then(({ mount }) => mount(component));
}
"""


@cache
def component(name: str) -> Any:
    """Return a component that mounts the module whose address its data has under "module"."""
    return st.components.v2.component(f"draw_a_digit_{name}", js=DOOR, isolate_styles=False)
