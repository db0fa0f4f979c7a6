"""The panel "Poke it": change the digit by degrees, and see when each network gives up."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explain.perturbation import PERTURBATIONS, Perturbation
from models import NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.prediction import majority
from ui.drawing.history import DrawnDigit
from ui.shared import images, session
from ui.shared.choosers import one_of
from ui.shared.percent import percent

STEP_SECONDS, SWEEP_STEPS = 0.4, 20  # of the sweep that Play begins
BY_TITLE = {perturbation.title: perturbation for perturbation in PERTURBATIONS.values()}


def perturb_panel(drawn: DrawnDigit | None, selection: Selection) -> None:
    """Show a slider, the perturbed digit with all predictions, and each network's confidence over the whole range."""
    perturbation = BY_TITLE[one_of("How to change it", BY_TITLE, session.PERTURBATION, st.pills)]
    if drawn is None:
        st.write("Draw a digit to see how much change each network can bear.")
        return
    playing = st.session_state.get(session.PLAYING) == perturbation.key
    st.fragment(_perturb, run_every=STEP_SECONDS if playing else None)(perturbation, drawn, selection, playing)


def _perturb(perturbation: Perturbation, drawn: DrawnDigit, selection: Selection, playing: bool) -> None:
    """The panel's moving part, a fragment that reruns by itself during a sweep."""
    if playing:
        _advance(perturbation)
    with st.container(horizontal=True, vertical_alignment="bottom", key="poke_controls"):
        amount = st.slider(
            perturbation.title,
            float(perturbation.low),
            float(perturbation.high),
            float(perturbation.neutral),
            float(perturbation.step),
            key=session.amount(perturbation.key),
            format=_format(perturbation),
        )
        label, icon = ("Stop", ":material/stop:") if playing else ("Play", ":material/play_arrow:")
        if st.button(label, key=session.PLAY, icon=icon, help="Goes through all amounts"):
            _play(perturbation, playing)
    left, right = st.columns([3, 7], gap="small")
    left.html(_perturbed(perturbation(drawn.digit, amount), selection))
    with right:
        _curves(perturbation, amount, drawn, selection)


def _play(perturbation: Perturbation, playing: bool) -> None:
    """Begins the sweep at the lowest amount, or ends it where it is."""
    st.session_state[session.PLAYING] = None if playing else perturbation.key
    st.session_state[session.SWEEP] = -1
    st.rerun()  # the whole page, because the timer belongs to the caller of this fragment


def _advance(perturbation: Perturbation) -> None:
    """Puts the slider on the next amount of the sweep, and ends it after the last."""
    amounts = perturbation.amounts()
    place = st.session_state.get(session.SWEEP, -1) + max(1, round(len(amounts) / SWEEP_STEPS))
    if place >= len(amounts):
        st.session_state[session.PLAYING] = None
        st.rerun()
    st.session_state[session.SWEEP] = place
    st.session_state[session.amount(perturbation.key)] = float(amounts[place])


def _format(perturbation: Perturbation) -> str:
    return f"%{'.1f' if perturbation.step < 1 else 'd'}{perturbation.unit.replace('%', '%%')}"


def _perturbed(digit: np.ndarray, selection: Selection) -> str:
    (predictions,) = ensemble.predict_all(selection, [digit]).by_digit
    lines = ""
    for each in predictions:
        network = f'<li style="{images.style(each.network)}"><span>{NETWORKS[each.network].title}</span>'
        lines += f"{network} <b>{each.digit}</b> {percent(each.confidence)}</li>"
    picture = f'<img src="{images.digit(digit)}" alt="the changed digit, 28 by 28 pixels">'
    return f'<section class="perturbed">{picture}<ul>{lines}</ul></section>'


def _curves(perturbation: Perturbation, amount: float, drawn: DrawnDigit, selection: Selection) -> None:
    if not drawn.predictions:
        return
    from ui.shared import charts  # imports Altair, which would make the page's start longer by a fifth

    answer, amounts = majority([*drawn.predictions.values()]), perturbation.amounts()
    digits = np.stack([perturbation(drawn.digit, value) for value in amounts])
    curves = {
        classifier.network.title: classifier.probabilities(digits, selection.calibrated)[:, answer]
        for classifier in ensemble.load(selection).classifiers
    }
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
