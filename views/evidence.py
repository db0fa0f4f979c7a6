"""A page: how well each network does, as measured, read from the cards."""

from __future__ import annotations

import streamlit as st

from models import NETWORKS
from models.card import TESTS, Card
from models.weights import WeightsError, read_card, trained_recipes


def page() -> None:
    """One table for each recipe; needs neither TensorFlow nor data."""
    st.title("Evidence")
    st.write(
        "What was measured of each network. *Drawn digits* are pen strokes of 14 people, of whom no network has seen "
        "any before, drawn on a canvas like the one here; *plain resize* is the same drawings, not cut out and centred."
    )
    for recipe in trained_recipes():
        st.header(f"Recipe {recipe}")
        rows = []
        for key in NETWORKS:
            try:
                rows.append(_row(read_card(key, recipe)))
            except WeightsError as error:
                st.error(str(error))
        st.table(rows)


def _row(card: Card) -> dict[str, str]:
    network = NETWORKS[card.network]
    tests = {label: _score(card, name) for name, label in TESTS.items()}
    return {
        "network": network.title,
        "parameters": f"{card.parameters:,}",
        "the book, MNIST test": f"{network.book_accuracy} %" if network.book_accuracy else "not printed",
        **tests,
        "training": f"{card.training['epochs']} epochs, {card.training['seconds_per_epoch']} s each",
    }


def _score(card: Card, name: str) -> str:
    if name not in card.tests:
        return "not measured"
    low, high = card.tests[name].interval
    return f"{100 * card.tests[name].accuracy:.2f} % ({100 * low:.2f} to {100 * high:.2f})"
