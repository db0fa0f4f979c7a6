"""The panel "How sure": the probabilities for this drawing side by side, and the drawings of this visit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import numpy as np
import streamlit as st

from models import NETWORKS
from recognition.ensemble import Selection
from recognition.prediction import entropy, margin, total_variation
from ui.drawing.history import DrawnDigit, History, current_history
from ui.shared import images
from ui.shared.percent import percent


def confidence_panel(drawn: DrawnDigit | None, selection: Selection) -> None:
    """Show the distributions for the current digit, then the history with its downloads."""
    if drawn is None:
        st.write("Draw a digit to compare how sure the networks are.")
    else:
        _show_current(drawn)
    if current_history().drawings:
        _show_history(current_history())


def _show_current(drawn: DrawnDigit) -> None:
    probabilities = {NETWORKS[key].title: each.probabilities for key, each in drawn.predictions.items()}
    if not probabilities:
        return
    from ui.shared import charts  # imports Altair, which would make the page's start longer by a fifth

    left, right = st.columns([6, 5], gap="large")
    with left:
        charts.distributions(probabilities)
    with right:
        st.table(
            [
                {
                    "network": title,
                    "margin": _plain(percent(margin(row))),
                    "entropy": f"{entropy(row):.2f} bits",
                }
                for title, row in probabilities.items()
            ]
        )
        st.caption(
            f"{_agreement(probabilities)} Margin: how far the first digit is ahead of the second. Entropy: 0 bits when "
            "certain, 3.32 bits when all digits are equally likely. Confidence means nothing for drawings that are no "
            "digit." + ("" if drawn.calibrated else " These are raw softmax values, not calibrated.")
        )


def _plain(text: str) -> str:
    """Text without HTML for Markdown."""
    return re.sub(r"([<>])", r"\\\1", text)


def _agreement(probabilities: Mapping[str, np.ndarray]) -> str:
    mean = np.mean(list(probabilities.values()), axis=0)
    words = f"Averaged, they say {mean.argmax()} with {percent(float(mean.max()))}."
    if len(probabilities) > 1:
        distances = {
            pair: total_variation(probabilities[pair[0]], probabilities[pair[1]])
            for pair in itertools.combinations(probabilities, 2)
        }
        (first, second), distance = max(distances.items(), key=lambda item: item[1])
        words += f" {first} and {second} differ most: {percent(distance)} of their probability is on other digits."
    return words


def _show_history(history: History) -> None:
    st.subheader("Your drawings so far")
    correct = history.correct()
    if any(n for _, n in correct.values()):
        words = ", ".join(f"{NETWORKS[key].title} {k} of {n}" for key, (k, n) in correct.items())
        st.write(f"Correct, where you told the digit: **{words}**")
    st.dataframe(
        [_row(drawing) for _, drawing in reversed([*history.digits()])],
        column_config={"drawing": st.column_config.ImageColumn(width="small")},
        hide_index=True,
        row_height=48,
    )
    with st.container(horizontal=True):
        st.download_button("Save as CSV", history.csv(), "drawings.csv", "text/csv", on_click="ignore")
        st.download_button("Save as PNG", history.png(), "drawings.png", "image/png", on_click="ignore")


def _row(drawn: DrawnDigit) -> dict[str, str]:
    return {
        "drawing": images.digit(drawn.digit),
        "meant": "" if drawn.label is None else str(drawn.label),
        **{
            NETWORKS[key].title: f"{each.digit}  ({percent(each.confidence)})"
            for key, each in drawn.predictions.items()
        },
        "recipe": drawn.recipe,
        "softmax": "calibrated" if drawn.calibrated else "raw",
    }
