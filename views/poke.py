"""A panel: change the digit by degrees, and see when each network gives up."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st

from models.explain.poke import POKES, Poke
from views import networks, pictures
from views.answers import percent
from views.canvas import Board
from views.choose import one_of, sound

BY_TITLE = {poke.title: poke for poke in POKES.values()}


def poke(board: Board, classifiers: Mapping) -> None:
    """Draws the slider, the changed digit with all answers, and each network's confidence over the whole range."""
    way = BY_TITLE[one_of("How to change it", BY_TITLE, "poke", st.pills)]
    if board.digit is None:
        st.write("Draw a digit to see how much change each network can bear.")
        return
    left, right = st.columns([4, 6], gap="large")
    with left:
        amount = st.slider(
            way.title,
            *map(float, (way.low, way.high, way.still, way.step)),
            key=f"amount-{way.key}",
            format=_format(way),
        )
        changed = way(board.digit, amount)
        st.html(_answers(changed, classifiers))
    with right:
        _curves(way, amount, board.digit, classifiers)


def _format(way: Poke) -> str:
    return f"%{'.1f' if way.step < 1 else 'd'}{way.unit.replace('%', '%%')}"


def _answers(changed: np.ndarray, classifiers: Mapping) -> str:
    lines = ""
    for one in sound(classifiers):
        says = one.predict(changed[None])[0]
        lines += f"<li><span>{escape(one.network.title)}</span> <b>{says.argmax()}</b> {percent(says.max())}</li>"
    picture = f'<img src="{pictures.digit(changed)}" alt="the changed digit, 28 by 28 pixels">'
    return f'<section class="poked">{picture}<ul>{lines}</ul></section>'


def _curves(way: Poke, amount: float, digit: np.ndarray, classifiers: Mapping) -> None:
    amounts = way.amounts()
    digits = np.stack([digit, *(way(digit, each) for each in amounts)])
    answers = {one.network.title: one.predict(digits) for one in sound(classifiers)}
    if not answers:
        return
    from views import charts  # takes Altair, which would make the page's start longer by a fifth

    digit_said = networks.most_say([each[0] for each in answers.values()])
    curves = {title: each[1:, digit_said] for title, each in answers.items()}
    charts.curves(curves, amounts, amount, f"{way.title.lower()},{way.unit}", f"confidence in {digit_said}, %")
    half = [f"{title} {_bears(way, amounts, curve)}" for title, curve in curves.items()]
    st.caption(
        f"How sure each network is that this is a {digit_said}. More than half sure: {'; '.join(half)}. The changed "
        "digit goes in as it is, not centred again: the page does that for a drawing, and here one sees why."
    )


def _bears(way: Poke, amounts: np.ndarray, curve: np.ndarray) -> str:
    """The stretch around no change over which a curve stays above one half, in words."""
    still = int(np.abs(amounts - way.still).argmin())
    if curve[still] <= 0.5:
        return "nowhere near"
    below = curve <= 0.5
    low = next((amounts[i + 1] for i in range(still, -1, -1) if below[i]), amounts[0])
    high = next((amounts[i - 1] for i in range(still, len(amounts)) if below[i]), amounts[-1])
    return f"from {low:g} to {high:g}{way.unit}".replace("-", "−")
