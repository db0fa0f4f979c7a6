"""The panel "Which ink?": how important each part of the ink is to each network's answer."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explain import attribution
from views import serving, session
from views.board import Board
from views.parts import pictures
from views.parts.choosers import one_of
from views.percent import percent
from views.session import Selection

WAYS = {
    "Cover it": (
        attribution.occlusion,
        "The ink is covered by a small black square, place by place. Amber: covered there, the network is less sure of "
        "its answer; blue: it is surer. It shows what this answer leans on, one place at a time; two places that can "
        "stand in for each other stay dark.",
    ),
    "Gradient": (
        attribution.gradient,
        "Amber: a little more ink there would make the network surer of its answer; blue: less sure. It shows the "
        "direction of the first small step only, not what happens when a whole stroke changes.",
    ),
}


def importance_panel(board: Board, selection: Selection) -> None:
    """Draws, for each network, the digit with the importance of its ink in colour, on one scale for all."""
    way = one_of("How", WAYS, session.ATTRIBUTION)
    if board.digit is None:
        st.write("Draw a digit to see which part of it each answer depends on.")
        return
    measure, words = WAYS[way]
    classifiers = serving.classifiers(selection)
    answers = [classifier.probabilities(board.digit[None], selection.calibrated)[0] for classifier in classifiers]
    maps = [
        measure(classifier, board.digit, int(answer.argmax()))
        for classifier, answer in zip(classifiers, answers, strict=True)
    ]
    scale = max((float(np.abs(values).max()) for values in maps), default=1.0)
    figures = "".join(
        f"<figure><figcaption><b>{classifier.network.title}</b>: {answer.argmax()}, {percent(answer.max())}"
        f'</figcaption><img src="{pictures.laid_over(board.digit, values, scale)}" alt="importance of the ink to the '
        f'{classifier.network.title}"><p>between {_signed(values.min())} and {_signed(values.max())}</p></figure>'
        for classifier, answer, values in zip(classifiers, answers, maps, strict=True)
    )
    st.html(f'<section class="attribution">{figures}</section>')
    st.caption(
        f"{words} All networks share one scale, of calibrated log-odds: a change of 0.7 doubles or halves the odds of "
        "the answer."
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
