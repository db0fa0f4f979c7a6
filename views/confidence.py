"""A panel: how sure each network is, one beside the other, for this drawing and for all of this visit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import numpy as np
import streamlit as st

from models import NETWORKS
from models.explain.confidence import apart, entropy, margin
from views import pictures
from views.answers import percent
from views.canvas import Board
from views.history import History, history


def confidence(board: Board, classifiers: Mapping) -> None:
    """Draws the distributions of the current drawing, then the history with its downloads."""
    past = history()
    if board.digit is None or board.number not in past.drawings:
        st.write("Draw a digit to compare how sure the networks are.")
    else:
        _now(board, past)
    if past.drawings:
        _so_far(past)


def _now(board: Board, past: History) -> None:
    drawing = past.drawings[board.number]
    answers = {NETWORKS[key].title: shares for key, shares in drawing.answers.items()}
    if not answers:
        return
    from views import charts  # takes Altair, which would make the page's start longer by a fifth

    left, right = st.columns([6, 5], gap="large")
    with left:
        charts.distributions(answers)
    with right:
        st.table(
            [
                {
                    "network": title,
                    "says": str(shares.argmax()),
                    "confidence": _plain(percent(float(shares.max()))),
                    "margin": _plain(percent(margin(shares))),
                    "entropy": f"{entropy(shares):.2f} bits",
                }
                for title, shares in answers.items()
            ]
        )
        st.caption(
            f"{_agreement(answers)} Margin: how far the first digit is ahead of the second. Entropy: 0 bits is "
            "certain, 3.32 bits is no idea at all. Confidence says nothing about drawings that are no digit."
        )
    drawing.meant = st.pills("Which digit did you mean?", range(10), default=drawing.meant, key=f"meant-{board.number}")


def _plain(text: str) -> str:
    """Text that Markdown takes as it is."""
    return re.sub(r"([<>])", r"\\\1", text)


def _agreement(answers: Mapping[str, np.ndarray]) -> str:
    mean = np.mean(list(answers.values()), axis=0)
    words = f"Averaged, they say {mean.argmax()} with {percent(float(mean.max()))}."
    if len(answers) > 1:
        pairs = itertools.combinations(answers, 2)
        one, other = max(pairs, key=lambda pair: apart(answers[pair[0]], answers[pair[1]]))
        distance = apart(answers[one], answers[other])
        words += f" Furthest apart are {one} and {other}: {percent(distance)} of their probability lies elsewhere."
    return words


def _so_far(past: History) -> None:
    st.subheader("Your drawings so far")
    right = past.right()
    if any(n for _, n in right.values()):
        words = ", ".join(f"{NETWORKS[key].title} {k} of {n}" for key, (k, n) in right.items())
        st.write(f"Right, where you told the digit: **{words}**")
    st.dataframe(
        [
            {
                "drawing": pictures.digit(drawing.digit),
                "meant": "" if drawing.meant is None else str(drawing.meant),
                **{
                    NETWORKS[key].title: f"{shares.argmax()}  ({percent(float(shares.max()))})"
                    for key, shares in drawing.answers.items()
                },
                "trained on": drawing.recipe,
            }
            for drawing in reversed(past.drawings.values())
        ],
        column_config={"drawing": st.column_config.ImageColumn(width="small")},
        hide_index=True,
        row_height=48,
    )
    with st.container(horizontal=True):
        st.download_button("Save as CSV", past.csv(), "drawings.csv", "text/csv", on_click="ignore")
        st.download_button("Save as PNG", past.png(), "drawings.png", "image/png", on_click="ignore")
