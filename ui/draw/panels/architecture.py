"""The panel "How it's built": each network layer by layer, with the arithmetic of its parameters."""

from __future__ import annotations

import streamlit as st

from models import NETWORKS
from recognition.card import TESTS, ModelCard
from recognition.ensemble import Selection
from ui.drawing.history import DrawnDigit
from ui.shared.choosers import one_network

COLUMNS = ("layer", "kind", "output", "parameters")


def architecture_panel(drawn: DrawnDigit | None, selection: Selection) -> None:
    """Show the architecture of one network, with or without a drawing."""
    classifier = one_network(selection)
    if classifier is None:
        return
    st.markdown(_facts(classifier.card))
    name = classifier.network.title
    shown = classifier.architecture
    st.graphviz_chart(shown.diagram, alt=f"The layers of the {name}; the table below says the same")
    table, text = st.columns([6, 5], gap="medium")
    table.table([dict(zip(COLUMNS, row, strict=True)) for row in shown.layers])
    with text.container(key="keras_summary"):
        st.code(shown.summary, language=None)


def _dropout(training: dict) -> str:
    """A dropout rate other than the architecture's own, which the diagram shows."""
    return "" if training.get("dropout") is None else f"trained with {100 * training['dropout']:.0f} % dropout, "


def _held_out(digits: int) -> str:
    return f", {digits:,} to choose by" if digits else ""


def _facts(card: ModelCard) -> str:
    training = card.training
    lines = [
        f"**{card.parameters:,} parameters** · {NETWORKS[card.network].source}",
        f"Recipe *{card.recipe}*: {training['optimizer']}, {training['epochs']} epochs, "
        f"batches of {training['batch_size']}, {_dropout(training)}"
        f"{training['digits']['train']:,} digits to train on{_held_out(training['digits']['validation'])}",
    ]
    lines += [f"{TESTS[name]}: **{score}**" for name, score in card.tests.items() if name in TESTS]
    return "  \n".join(lines)
