"""The panel "Which ink?": how important each part of the ink is to each network's answer."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import streamlit as st

from explain import attribution
from recognition import TensorFlowMissing, ensemble
from recognition.ensemble import Selection
from recognition.prediction import Prediction
from recognition.store import WeightsError
from ui.drawing.history import DrawnDigit
from ui.shared import images, session
from ui.shared.choosers import one_of
from ui.shared.percent import percent

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


def importance_panel(drawn: DrawnDigit | None, selection: Selection) -> None:
    """Show, for each network, the digit with the importance of its ink in colour, on one scale for all."""
    way = one_of("How", WAYS, session.ATTRIBUTION)
    if drawn is None:
        st.write("Draw a digit to see which part of it each answer depends on.")
        return
    measure, words = WAYS[way]
    found = {classifier.network.key: classifier for classifier in ensemble.load(selection).classifiers}
    predictions = {found[key]: each for key, each in drawn.predictions.items() if key in found}
    importing = measure is attribution.gradient and not attribution.tensorflow_is_imported()
    spinner = st.spinner("Loading TensorFlow, which takes a few seconds the first time")
    try:
        with spinner if importing else nullcontext():
            maps = [measure(classifier, drawn.digit, each.digit) for classifier, each in predictions.items()]
    except TensorFlowMissing:
        st.info("Gradients need TensorFlow, which is not installed on this server; covering the ink works without it.")
        return
    except WeightsError as error:
        st.error(str(error))
        return
    scale = max((float(np.abs(values).max()) for values in maps), default=1.0)
    figures = "".join(
        _figure(classifier.network.title, each, values, images.laid_over(drawn.digit, values, scale))
        for (classifier, each), values in zip(predictions.items(), maps, strict=True)
    )
    st.html(f'<section class="attribution">{figures}</section>')
    st.caption(
        f"{words} All networks share one scale, of calibrated log-odds: a change of 0.7 doubles or halves the odds of "
        "the answer." + ("" if selection.calibrated else " They are calibrated with Raw softmax chosen, too.")
    )


def _figure(title: str, prediction: Prediction, importance: np.ndarray, picture: str) -> str:
    return (
        f"<figure><figcaption><b>{title}</b>: {prediction.digit}, {percent(prediction.confidence)}</figcaption>"
        f'<img src="{picture}" alt="importance of the ink to the {title}">'
        f"<p>between {_signed(importance.min())} and {_signed(importance.max())}</p></figure>"
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
