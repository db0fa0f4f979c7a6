"""The figures of the page "Evidence": accuracies with their intervals, and accuracy under corruptions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import streamlit as st

from language import N_, _, number
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

CORRUPTIONS = (  # as weights/robustness.json names them
    N_("none"),
    N_("shot noise"),
    N_("impulse noise"),
    N_("glass blur"),
    N_("motion blur"),
    N_("shear"),
    N_("scale"),
    N_("rotate"),
    N_("brightness"),
    N_("translate"),
    N_("stripe"),
    N_("fog"),
    N_("spatter"),
    N_("dotted line"),
    N_("zigzag"),
    N_("Canny edges"),
)
# Sorting keys of a network's cards on a test.
ORDERS: dict[str, Callable[[list[ModelCard], str], float]] = {
    N_("Usual order"): lambda cards, test: list(NETWORKS).index(cards[0].network),
    N_("Most accurate first"): lambda cards, test: -max(card.tests[test].accuracy for card in cards),
    N_("Smallest first"): lambda cards, test: cards[0].parameters,
}


def show_accuracies(cards: Cards, test: str) -> None:
    """Show the accuracy on a test with its interval, for each network and recipe; the visitor chooses the order."""
    order = one_of(_("Order of the networks"), ORDERS, session.EVIDENCE_ORDER)
    measured = _measured(cards, test)
    if not measured:
        st.info(_("Not measured yet; measure it with: {command}").format(command="python -m training.evaluate"))
        return
    titles = sorted(measured, key=lambda title: ORDERS[order](measured[title], test))
    rows = [_row(title, card, test) for title in titles for card in measured[title]]
    words = "; ".join(f"{row['network']} {row['trained on']} {row['accuracy']}" for row in rows)
    digits = max(card.tests[test].n for given in measured.values() for card in given)
    chart = _chart(rows, titles, _("right, in % of {n} {digits}").format(n=number(digits), digits=_(TESTS[test])))
    alt_text = _("Accuracy on {digits}, with 95 % intervals: {accuracies}")
    st.altair_chart(chart, alt=alt_text.format(digits=_(TESTS[test]), accuracies=words))
    if note := next((row["note"] for row in rows if row["note"]), ""):
        st.caption(_("Where it says “{note}”, the training was cut short to save computing time.").format(note=note))


def _measured(cards: Cards, test: str) -> dict[str, list[ModelCard]]:
    """The cards with this test, by the networks' titles; networks without any are left out."""
    titles = [network.title for network in NETWORKS.values()]
    by_title = {title: [given[title] for given in cards.values() if title in given] for title in titles}
    measured = {title: [card for card in given if test in card.tests] for title, given in by_title.items()}
    return {title: given for title, given in measured.items() if given}


def short_training(card: ModelCard) -> str:
    """The extent to which a training was cut short, such as "3 of 40 epochs"; empty where it was not."""
    words = _("{n} of {all} epochs")
    return words.format(n=card.training["epochs"], all=card.full_epochs) if card.full_epochs else ""


def _row(title: str, card: ModelCard, test: str) -> dict[str, Any]:
    """The chart's values for a network trained by a recipe."""
    score = card.tests[test]
    low, high = score.interval
    return {
        "network": title,
        "trained on": _(RECIPES[card.recipe].trained_on),
        "right": 100 * score.accuracy,
        "low": 100 * low,
        "high": 100 * high,
        "accuracy": accuracy_percent(score),
        "parameters": number(card.parameters),
        "note": short_training(card),
    }


def _chart(rows: list[dict[str, Any]], titles: list[str], axis: str) -> alt.LayerChart | alt.FacetChart:
    recipes = [recipe for recipe in RECIPES.values() if any(row["trained on"] == _(recipe.trained_on) for row in rows)]
    names = [_(recipe.trained_on) for recipe in recipes]
    legend = alt.Legend(orient="top", title=None, labelLimit=0, symbolSize=120)
    colours = [images.RECIPE_COLOURS.get(recipe.key, images.OTHER) for recipe in recipes]
    shapes = [SHAPES.get(recipe.key, "square") for recipe in recipes]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("network:N", sort=titles, title=None, axis=alt.Axis(labelOverlap=False, labelLimit=0, grid=False)),
        yOffset=alt.YOffset("trained on:N", sort=names),
        color=alt.Color("trained on:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=legend),
        tooltip=[
            alt.Tooltip("network:N", title=_("network")),
            alt.Tooltip("trained on:N", title=_("trained on")),
            alt.Tooltip("accuracy:N", title=_("accuracy")),
            alt.Tooltip("parameters:N", title=_("parameters")),
            alt.Tooltip("note:N", title=_("note")),
        ],
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
        st.info(_("Not measured yet; measure it with: {command}").format(command="python -m training.robustness"))
        return
    words = _(
        "Accuracy in % on {n} of MNIST's test digits as they are, in the first row, and under each of the fifteen "
        "corruptions of MNIST-C (Mu and Gilmer 2019), which no network was trained on. A drawing is normalized first, "
        "which undoes translation and scaling; these digits are not."
    )
    st.write(words.format(n=number(n)))
    for column, recipe in zip(st.columns(2, gap="medium"), RECIPES.values(), strict=True):
        if rows := networks.get(recipe.key):
            with column:
                _heat_map(rows, names, n, _("Trained on {digits}").format(digits=_(recipe.trained_on)))


def _heat_map(networks: Mapping[str, dict], names: Sequence[str], n: int, title: str) -> None:
    """networks: by key the number of correct predictions, of n, by corruption; the first of them is none."""
    correct = {NETWORKS[key].title: networks[key]["correct"] for key in NETWORKS if key in networks}
    cells = {
        _(name): [charts.Cell(number(100 * row[name] / n), row[name] / n) for row in correct.values()] for name in names
    }
    st.html(charts.heat_table(title, correct, cells, "upright"))
    means = {title: np.mean([row[name] for name in names[1:]]) / n for title, row in correct.items()}
    words = "; ".join(f"{title} {number(100 * mean, 1)}" for title, mean in means.items())
    st.caption(_("Mean over the corruptions, in %: {means}.").format(means=words))
