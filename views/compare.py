"""A panel: one drawing, both recipes, and the digit made in two ways, the answer to "why did it fail?"."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st

from models import NETWORKS
from models.card import Card
from models.weights import WeightsError, trained_recipes
from views import networks, pictures
from views.answers import percent
from views.canvas import Board

WORDS = {"book": "trained on MNIST alone", "drawn": "trained on drawings and MNIST"}


def compare(board: Board, classifiers: Mapping) -> None:
    """Draws a table: a row for each chosen network, a column for each recipe and each way to make the digit."""
    if board.digit is None:
        st.write("Draw a digit to see how training and preparation change the answers.")
        return
    ways = {"plain resize": board.made.plain, "cut out and centred": board.digit}
    columns = [(recipe, way) for recipe in reversed(trained_recipes()) for way in ways]
    answers = [networks.ask(recipe, ways[way]) for recipe, way in columns]
    heads = "".join(_head(WORDS[recipe], way, ways[way]) for recipe, way in columns)
    rows = "".join(_row(NETWORKS[key].title, [answer.get(key) for answer in answers]) for key in classifiers)
    st.html(f'<table class="compare"><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>')
    st.caption(
        "A network knows what it was trained on. MNIST's digits fill a box and are centred, so a drawing that is only "
        "shrunk to 28 × 28 looks foreign to it; and MNIST's writers had their own ways with a 1 or a 7. A deeper "
        "colour is more confidence; confidence alone does not tell a right answer from a wrong one."
    )


def _head(training: str, way: str, digit: np.ndarray) -> str:
    picture = f'<img src="{pictures.digit(digit)}" alt="the digit as 28 by 28 pixels, {way}">'
    return f'<th scope="col">{training}{picture}{way}</th>'


def _row(title: str, found: list[tuple[np.ndarray, Card] | WeightsError | None]) -> str:
    return f'<tr><th scope="row">{title}</th>{"".join(map(_cell, found))}</tr>'


def _cell(found: tuple[np.ndarray, Card] | WeightsError | None) -> str:
    if found is None:
        return '<td title="not trained in this way">–</td>'
    if isinstance(found, WeightsError):
        return f'<td title="{escape(str(found), quote=True)}">–</td>'
    probabilities, _ = found
    best = float(probabilities.max())
    return f'<td style="--share:{100 * best:.0f}%"><b>{int(probabilities.argmax())}</b> {percent(best)}</td>'
