"""The panel "Poke it": change the digit by degrees, and see when each network gives up."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from explain.perturbation import PERTURBATIONS, Perturbation
from views import serving, session
from views.board import Board
from views.parts import pictures
from views.parts.choosers import one_of
from views.percent import percent
from views.session import Selection

BY_TITLE = {perturbation.title: perturbation for perturbation in PERTURBATIONS.values()}


def poke_panel(board: Board, selection: Selection) -> None:
    """Draws the slider, the changed digit with all answers, and each network's confidence over the whole range."""
    perturbation = BY_TITLE[one_of("How to change it", BY_TITLE, session.PERTURBATION, st.pills)]
    if board.digit is None:
        st.write("Draw a digit to see how much change each network can bear.")
        return
    left, right = st.columns([4, 6], gap="large")
    with left:
        amount = st.slider(
            perturbation.title,
            float(perturbation.low),
            float(perturbation.high),
            float(perturbation.neutral),
            float(perturbation.step),
            key=session.amount(perturbation.key),
            format=_format(perturbation),
        )
        changed = perturbation(board.digit, amount)
        st.html(_answers(changed, selection))
    with right:
        _curves(perturbation, amount, board.digit, selection)


def _format(perturbation: Perturbation) -> str:
    return f"%{'.1f' if perturbation.step < 1 else 'd'}{perturbation.unit.replace('%', '%%')}"


def _answers(changed: np.ndarray, selection: Selection) -> str:
    lines = ""
    for classifier in serving.classifiers(selection):
        answer = classifier.probabilities(changed[None], selection.calibrated)[0]
        title = escape(classifier.network.title)
        lines += f"<li><span>{title}</span> <b>{answer.argmax()}</b> {percent(answer.max())}</li>"
    picture = f'<img src="{pictures.digit(changed)}" alt="the changed digit, 28 by 28 pixels">'
    return f'<section class="perturbed">{picture}<ul>{lines}</ul></section>'


def _curves(perturbation: Perturbation, amount: float, digit: np.ndarray, selection: Selection) -> None:
    amounts = perturbation.amounts()
    digits = np.stack([digit, *(perturbation(digit, value) for value in amounts)])
    answers = {
        classifier.network.title: classifier.probabilities(digits, selection.calibrated)
        for classifier in serving.classifiers(selection)
    }
    if not answers:
        return
    from views.parts import charts  # imports Altair, which would make the page's start longer by a fifth

    answer = serving.majority([rows[0] for rows in answers.values()])
    curves = {title: rows[1:, answer] for title, rows in answers.items()}
    charts.curves(
        curves, amounts, amount, f"{perturbation.title.lower()},{perturbation.unit}", f"confidence in {answer}, %"
    )
    half = [f"{title} {_range_in_words(perturbation, amounts, curve)}" for title, curve in curves.items()]
    st.caption(
        f"How sure each network is that this is a {answer}. More than half sure: {'; '.join(half)}. The changed "
        "digit goes in as it is, not centred again: the page does that for a drawing, and here you can see why."
    )


def _range_in_words(perturbation: Perturbation, amounts: np.ndarray, curve: np.ndarray) -> str:
    """The range around no change over which a curve stays above one half, in words."""
    neutral = int(np.abs(amounts - perturbation.neutral).argmin())
    if curve[neutral] <= 0.5:
        return "nowhere"
    below = curve <= 0.5
    low = next((amounts[i + 1] for i in range(neutral, -1, -1) if below[i]), amounts[0])
    high = next((amounts[i - 1] for i in range(neutral, len(amounts)) if below[i]), amounts[-1])
    return f"from {low:g} to {high:g}{perturbation.unit}".replace("-", "−")
