"""Accuracy under the corruptions of MNIST-C as a heat map for each recipe, with its numbers as text."""

from __future__ import annotations

import json

import altair as alt
import numpy as np
import streamlit as st

from models import NETWORKS
from recognition.recipes import RECIPES
from recognition.store import ROBUSTNESS
from views.parts import charts

ROW = 28  # pixels of height for each corruption
HEADS = 120  # pixels for the networks' names above
SLANTED = 20  # pixels beside the last column, for its name
DARK = 75  # percent; from here on a cell is so dark that its number is white


def show() -> None:
    """Draws a heat map for each recipe: a row for each corruption, a column for each network."""
    try:
        content = json.loads(ROBUSTNESS.read_text(encoding="utf-8"))
        n, names, networks = int(content["n"]), list(content["corruptions"]), dict(content["networks"])
    except (OSError, ValueError, KeyError, TypeError):
        st.info("Not measured yet; measure it with: python -m training.robustness")
        return
    st.write(
        f"Accuracy in % on {n:,} of MNIST's test digits as they are, in the first row, and under each of the fifteen "
        "corruptions of MNIST-C (Mu and Gilmer 2019), which no network was trained on. A drawing is normalized first, "
        "which undoes translation and scaling; these digits are not."
    )
    for column, recipe in zip(st.columns(2, gap="medium"), RECIPES.values(), strict=True):
        if rows := networks.get(recipe.key):
            with column:
                _heat_map(rows, names, n, f"Trained on {recipe.trained_on}")


def _heat_map(networks: dict[str, dict], names: list[str], n: int, title: str) -> None:
    titles = {key: NETWORKS[key].title for key in NETWORKS if key in networks}
    cells = [
        {"network": title, "corruption": name, "accuracy, %": 100 * networks[key]["correct"][name] / n}
        for key, title in titles.items()
        for name in names
    ]
    base = alt.Chart(alt.InlineData(values=cells)).encode(
        x=alt.X(
            "network:N",
            sort=list(titles.values()),
            title=None,
            axis=alt.Axis(orient="top", labelAngle=-60, labelOverlap=False, labelFontSize=charts.TEXT),
        ),
        y=alt.Y(
            "corruption:N",
            sort=names,
            title=None,
            axis=alt.Axis(labelOverlap=False, labelFlush=False, labelLimit=0, labelFontSize=charts.TEXT),
        ),
        tooltip=["network:N", "corruption:N", alt.Tooltip("accuracy, %:Q", format=".1f")],
    )
    color = alt.Color("accuracy, %:Q", scale=alt.Scale(scheme="blues", domain=[0, 100]), legend=None)
    white = alt.condition(f"datum['accuracy, %'] >= {DARK}", alt.value("white"), alt.value("black"))
    numbers = base.mark_text(fontSize=charts.TEXT).encode(text=alt.Text("accuracy, %:Q", format=".0f"), color=white)
    chart = base.mark_rect().encode(color=color) + numbers
    words = "; ".join(f"{titles[key]} {_mean(networks[key], names, n):.1f}" for key in titles)
    st.altair_chart(
        chart.properties(height=HEADS + ROW * len(names), title=title, padding={"right": SLANTED, "left": 5, "top": 5}),
        alt=f"{title}: mean accuracy over the corruptions in %: {words}",
    )
    st.caption(f"Mean over the corruptions, in %: {words}.")


def _mean(row: dict, names: list[str], n: int) -> float:
    """Mean accuracy in percent over all but the first, the digits as they are."""
    return 100 * float(np.mean([row["correct"][name] for name in names[1:]])) / n
