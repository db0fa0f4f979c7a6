"""A panel: which ink mattered to each network's answer, found alike for all of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from models.explain import importance
from views import pictures
from views.answers import percent
from views.canvas import Board
from views.choose import one_of, sound

WAYS = {
    "Cover it": (
        importance.covered,
        "The ink is covered by a small black square, place by place. Amber: covered there, the network is less sure of "
        "its answer; blue: it is surer. It shows what this answer leans on, one place at a time; two places that can "
        "stand in for each other stay dark.",
    ),
    "Gradient": (
        importance.gradient,
        "Amber: a little more ink there would make the network surer of its answer; blue: less sure. It shows the "
        "direction of the first small step only, not what happens when a whole stroke changes.",
    ),
}


def mattered(board: Board, classifiers: Mapping) -> None:
    """Draws, for each network, the digit with what mattered laid over it, on one scale for all."""
    way = one_of("How", WAYS, "ink")
    if board.digit is None:
        st.write("Draw a digit to see which part of it each answer leans on.")
        return
    measure, words = WAYS[way]
    shown = sound(classifiers)
    answers = [classifier.predict(board.digit[None])[0] for classifier in shown]
    maps = [measure(one, board.digit, int(answer.argmax())) for one, answer in zip(shown, answers, strict=True)]
    scale = max((float(np.abs(values).max()) for values in maps), default=1.0)
    figures = "".join(
        f"<figure><figcaption><b>{one.network.title}</b>: {answer.argmax()}, {percent(answer.max())}</figcaption>"
        f'<img src="{pictures.laid_over(board.digit, values, scale)}" alt="where the ink mattered to the '
        f'{one.network.title}"><p>between {_signed(values.min())} and {_signed(values.max())}</p></figure>'
        for one, answer, values in zip(shown, answers, maps, strict=True)
    )
    st.html(f'<section class="mattered">{figures}</section>')
    st.caption(
        f"{words} All networks share one scale, of log-odds: a change of 0.7 doubles or halves the odds of the answer."
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
