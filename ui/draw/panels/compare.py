"""The panel "Compare training": one drawing through the networks of each recipe, prepared in two ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from models import NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.prediction import Prediction
from recognition.recipes import RECIPES
from recognition.store import released, trained_recipes
from ui.drawing.board import current_board
from ui.drawing.history import DrawnDigit
from ui.shared import images
from ui.shared.percent import percent


def compare_panel(drawn: DrawnDigit | None, selection: Selection) -> None:
    """Show a table: a row for each chosen network, a column for each recipe and each preparation of the digit."""
    plain = current_board().plain_resize()
    if drawn is None or plain is None:
        st.write("Draw a digit to see how training and preparation change the predictions.")
        return
    ways = {"plain resize": plain, "cut out and centred": drawn.digit}
    heads, columns = "", []
    for recipe in reversed(trained_recipes()):
        for way, digit in ways.items():
            known = recipe == selection.recipe and digit is drawn.digit
            columns.append(drawn.predictions if known else _predict(replace(selection, recipe=recipe), digit))
            picture = f'<img src="{images.digit(digit)}" alt="the digit as 28 by 28 pixels, {way}">'
            heads += f'<th scope="col">trained on {RECIPES[recipe].trained_on}{picture}{way}</th>'
    rows = "".join(_row(key, [column.get(key) for column in columns]) for key in selection.networks)
    st.html(f'<table class="compare"><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>')
    st.caption(
        "A network knows what it was trained on. MNIST's digits fill a box and are centred, so a drawing that is only "
        "shrunk to 28 × 28 is unlike anything it has seen; and MNIST's writers had their own ways to write a 1 or a 7. "
        "A deeper colour means more confidence; confidence alone does not tell a right answer from a wrong one."
    )


def _predict(selection: Selection, digit: np.ndarray) -> Mapping[str, Prediction]:
    """The predictions by network, of those that have this recipe's weights."""
    networks = tuple(key for key in selection.networks if key in released(selection.recipe))
    (predictions,) = ensemble.predict_all(replace(selection, networks=networks), [digit]).by_digit
    return {prediction.network: prediction for prediction in predictions}


def _row(key: str, predictions: list[Prediction | None]) -> str:
    cells = "".join(map(_cell, predictions))
    return f'<tr style="{images.style(key)}"><th scope="row">{NETWORKS[key].title}</th>{cells}</tr>'


def _cell(prediction: Prediction | None) -> str:
    if prediction is None:
        return '<td title="no answer">–</td>'
    confidence = prediction.confidence
    return f'<td style="--share:{100 * confidence:.0f}%"><b>{prediction.digit}</b> {percent(confidence)}</td>'
