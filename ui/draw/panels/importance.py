"""The panel "Which ink?": how important each part of the ink is to each network's answer."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explain import attribution
from recognition import TensorFlowMissing, ensemble
from recognition.ensemble import Selection
from recognition.store import WeightsError
from ui.drawing.board import Board
from ui.shared import images, session
from ui.shared.choosers import one_of
from ui.shared.percent import percent

if TYPE_CHECKING:
    from recognition.classifier import Classifier

WAYS = {
    "Cover it": (
        attribution.occlusion,
        "The ink is covered by a small black square, place by place. Amber: covered there, the network is less sure of "
        "its answer; blue: it is surer. It shows what this answer leans on, one place at a time; two places that can "
        "stand in for each other stay dark.",
    ),
    "Gradient": (
        attribution.gradient_in_page,
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
    words = WAYS[way][1]
    classifiers = ensemble.classifiers(selection)
    answers = [classifier.probabilities(board.digit[None], selection.calibrated)[0] for classifier in classifiers]
    try:
        maps = _maps(way, classifiers, board.digit, answers)
    except TensorFlowMissing:
        st.info("Gradients need TensorFlow, which is not installed on this server; covering the ink works without it.")
        return
    except WeightsError as error:
        st.error(str(error))
        return
    scale = max((float(np.abs(values).max()) for values in maps), default=1.0)
    figures = "".join(
        f"<figure><figcaption><b>{classifier.network.title}</b>: {answer.argmax()}, {percent(answer.max())}"
        f'</figcaption><img src="{images.laid_over(board.digit, values, scale)}" alt="importance of the ink to the '
        f'{classifier.network.title}"><p>between {_signed(values.min())} and {_signed(values.max())}</p></figure>'
        for classifier, answer, values in zip(classifiers, answers, maps, strict=True)
    )
    st.html(f'<section class="attribution">{figures}</section>')
    st.caption(
        f"{words} All networks share one scale, of calibrated log-odds: a change of 0.7 doubles or halves the odds of "
        "the answer." + ("" if selection.calibrated else " They are calibrated with Raw softmax chosen, too.")
    )


def _maps(way: str, classifiers: list[Classifier], digit: np.ndarray, answers: list[np.ndarray]) -> list[np.ndarray]:
    """The importance of each pixel to each network's answer, float32 (28, 28) each."""
    measure = WAYS[way][0]
    importing = measure is attribution.gradient_in_page and not attribution.is_ready()
    with st.spinner("Loading TensorFlow, which takes a few seconds the first time") if importing else nullcontext():
        return [
            measure(classifier, digit, int(answer.argmax()))
            for classifier, answer in zip(classifiers, answers, strict=True)
        ]


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
