"""The panel "Why did it fail?", or "Compare training": one drawing through both recipes, prepared in two ways."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import numpy as np
import streamlit as st

from models import NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.prediction import Prediction
from recognition.recipes import RECIPES
from recognition.store import released, trained_recipes
from ui.drawing.board import Board
from ui.shared import images
from ui.shared.percent import percent


def compare_panel(board: Board, selection: Selection) -> None:
    """Draws a table: a row for each chosen network, a column for each recipe and each way to make the digit."""
    if board.digit is None or board.normalized.plain is None:
        st.write("Draw a digit to see how training and preparation change the answers.")
        return
    ways = {"plain resize": board.normalized.plain, "cut out and centred": board.digit}
    columns = [(recipe, way) for recipe in reversed(trained_recipes()) for way in ways]
    answers = [_ask(replace(selection, recipe=recipe), ways[way]) for recipe, way in columns]
    heads = "".join(_head(f"trained on {RECIPES[recipe].trained_on}", way, ways[way]) for recipe, way in columns)
    rows = "".join(_row(key, [answer.get(key) for answer in answers]) for key in selection.networks)
    st.html(f'<table class="compare"><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>')
    st.caption(
        "A network knows what it was trained on. MNIST's digits fill a box and are centred, so a drawing that is only "
        "shrunk to 28 × 28 is unlike anything it has seen; and MNIST's writers had their own ways to write a 1 or a 7. "
        "A deeper colour means more confidence; confidence alone does not tell a right answer from a wrong one."
    )


def _ask(selection: Selection, digit: np.ndarray) -> dict[str, Prediction]:
    """The answers by network, of those that have this recipe's weights."""
    networks = tuple(key for key in selection.networks if key in released(selection.recipe))
    return {answer.network: answer for answer in ensemble.predict_all(replace(selection, networks=networks), digit)}


def _head(training: str, way: str, digit: np.ndarray) -> str:
    picture = f'<img src="{images.digit(digit)}" alt="the digit as 28 by 28 pixels, {way}">'
    return f'<th scope="col">{training}{picture}{way}</th>'


def _row(key: str, answers: list[Prediction | None]) -> str:
    title = NETWORKS[key].title
    return f'<tr style="{images.style(key)}"><th scope="row">{title}</th>{"".join(map(_cell, answers))}</tr>'


def _cell(answer: Prediction | None) -> str:
    if answer is None:
        return '<td title="not trained in this way">–</td>'
    if answer.error:
        return f'<td title="{escape(answer.error, quote=True)}">–</td>'
    return f'<td style="--share:{100 * answer.confidence:.0f}%"><b>{answer.digit}</b> {percent(answer.confidence)}</td>'
