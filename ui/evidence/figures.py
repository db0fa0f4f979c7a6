"""The figures of the page "Evidence": accuracies with their intervals, and accuracy under corruptions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import streamlit as st

from models import NETWORKS
from recognition.card import TESTS, ModelCard
from recognition.recipes import RECIPES
from recognition.store import ROBUSTNESS
from ui.shared import charts, images, session
from ui.shared.choosers import one_of
from ui.shared.percent import accuracy_percent

Cards = Mapping[str, Mapping[str, ModelCard]]  # by recipe, and by the network's title

ROW = 52  # pixels of height for each network
AROUND = 90  # pixels for the axis below and the legend above
EDGE = 0.02  # of the range, left free on both sides
SHAPES = {"drawn": "circle", "book": "diamond"}

# Sorting keys of a network's cards on a test.
ORDERS: dict[str, Callable[[list[ModelCard], str], float]] = {
    "Usual order": lambda cards, test: list(NETWORKS).index(cards[0].network),
    "Most accurate first": lambda cards, test: -max(card.tests[test].accuracy for card in cards),
    "Smallest first": lambda cards, test: cards[0].parameters,
}


def show_accuracies(cards: Cards, test: str) -> None:
    """Show the accuracy on a test with its interval, for each network and recipe; the visitor chooses the order."""
    order = one_of("Order of the networks", ORDERS, session.EVIDENCE_ORDER)
    measured = _measured(cards, test)
    if not measured:
        st.info("Not measured yet; measure it with: python -m training.evaluate")
        return
    titles = sorted(measured, key=lambda title: ORDERS[order](measured[title], test))
    rows = [_row(title, card, test) for title in titles for card in measured[title]]
    words = "; ".join(f"{row['network']} {row['trained on']} {row['accuracy']}" for row in rows)
    digits = max(card.tests[test].n for given in measured.values() for card in given)
    chart = _chart(rows, titles, f"right, in % of {digits:,} {TESTS[test]}")
    st.altair_chart(chart, alt=f"Accuracy on {TESTS[test]}, with 95 % intervals: {words}")
    if note := next((row["note"] for row in rows if row["note"]), ""):
        st.caption(f"Where it says “{note}”, the training was cut short to save computing time.")


def _measured(cards: Cards, test: str) -> dict[str, list[ModelCard]]:
    """The cards with this test, by the networks' titles; networks without any are left out."""
    titles = [network.title for network in NETWORKS.values()]
    by_title = {title: [given[title] for given in cards.values() if title in given] for title in titles}
    measured = {title: [card for card in given if test in card.tests] for title, given in by_title.items()}
    return {title: given for title, given in measured.items() if given}


def short_training(card: ModelCard) -> str:
    """The extent to which a training was cut short, such as "3 of 40 epochs"; empty where it was not."""
    return f"{card.training['epochs']} of {card.full_epochs} epochs" if card.full_epochs else ""


def _row(title: str, card: ModelCard, test: str) -> dict[str, Any]:
    """The chart's values for a network trained by a recipe."""
    score = card.tests[test]
    low, high = score.interval
    return {
        "network": title,
        "trained on": RECIPES[card.recipe].trained_on,
        "right": 100 * score.accuracy,
        "low": 100 * low,
        "high": 100 * high,
        "accuracy": accuracy_percent(score),
        "parameters": f"{card.parameters:,}",
        "note": short_training(card),
    }


def _chart(rows: list[dict[str, Any]], titles: list[str], axis: str) -> alt.LayerChart | alt.FacetChart:
    recipes = [recipe for recipe in RECIPES.values() if any(row["trained on"] == recipe.trained_on for row in rows)]
    names = [recipe.trained_on for recipe in recipes]
    legend = alt.Legend(orient="top", title=None, labelLimit=0, symbolSize=120)
    colours = [images.RECIPE_COLOURS.get(recipe.key, images.OTHER) for recipe in recipes]
    shapes = [SHAPES.get(recipe.key, "square") for recipe in recipes]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("network:N", sort=titles, title=None, axis=alt.Axis(labelOverlap=False, labelLimit=0, grid=False)),
        yOffset=alt.YOffset("trained on:N", sort=names),
        color=alt.Color("trained on:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=legend),
        tooltip=["network:N", "trained on:N", "accuracy:N", "parameters:N", "note:N"],
    )
    low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
    scale = alt.Scale(domain=[low - EDGE * (high - low), high + EDGE * (high - low)], nice=False)
    place = alt.X("low:Q", title=axis, scale=scale, axis=alt.Axis(tickCount=5))
    lines = base.mark_rule(strokeWidth=3).encode(x=place, x2="high:Q")
    marks = base.mark_point(filled=True, size=110, opacity=1).encode(
        x="right:Q",
        shape=alt.Shape("trained on:N", sort=names, scale=alt.Scale(domain=names, range=shapes), legend=legend),
    )
    notes = _notes(base, f"datum.right < {(low + high) / 2}")
    return alt.layer(lines, marks, *notes).properties(height=AROUND + ROW * len(titles))


def _notes(base: alt.Chart, in_left_half: str) -> list[alt.Chart]:
    """The notes beside their intervals, on the side that has room."""
    noted = base.transform_filter("datum.note")
    left = noted.transform_filter(in_left_half).mark_text(align="left", dx=8, fontSize=charts.TEXT)
    right = noted.transform_filter(f"!({in_left_half})").mark_text(align="right", dx=-8, fontSize=charts.TEXT)
    return [left.encode(x="high:Q", text="note:N"), right.encode(x="low:Q", text="note:N")]


def show_robustness() -> None:
    """Show a heat map for each recipe: a row for each corruption, a column for each network."""
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


def _heat_map(networks: Mapping[str, dict], names: Sequence[str], n: int, title: str) -> None:
    """networks: by key the number of correct predictions, of n, by corruption; the first of them is none."""
    correct = {NETWORKS[key].title: networks[key]["correct"] for key in NETWORKS if key in networks}
    cells = {
        name: [charts.Cell(f"{100 * row[name] / n:.0f}", row[name] / n) for row in correct.values()] for name in names
    }
    st.html(charts.heat_table(title, correct, cells, "upright"))
    means = {title: np.mean([row[name] for name in names[1:]]) / n for title, row in correct.items()}
    words = "; ".join(f"{title} {100 * mean:.1f}" for title, mean in means.items())
    st.caption(f"Mean over the corruptions, in %: {words}.")
