"""Interactive lessons of chapter 1; each is a fragment that reruns alone."""

from __future__ import annotations

import altair as alt
import numpy as np
import streamlit as st

from digits.samples import sample_digit
from explain.basics import ACTIVATIONS, CURVES, FILTERS, FORMULAS, Curve, convolve, descend, max_pool, softmax
from ui.drawing.board import current_board
from ui.shared import charts, images, session

LOGITS = (2.0, 1.0, 0.1)  # at first


def activations() -> None:
    """Plot the activation functions of table 1.3.1 in one chart."""
    x = np.linspace(-4, 4, 161)
    rows = [
        {"x": float(a), "y": float(b), "function": name}
        for name, of in ACTIVATIONS.items()
        for a, b in zip(x, of(x), strict=True)
    ]
    lines = alt.Chart(alt.InlineData(values=rows)).mark_line(strokeWidth=2.5, clip=True)
    lines = lines.encode(
        x=alt.X("x:Q"),
        y=alt.Y("y:Q", scale=alt.Scale(domain=[-2.2, 4.2])),
        color=alt.Color("function:N", sort=list(ACTIVATIONS), legend=alt.Legend(orient="right", title=None)),
        tooltip=["function:N", alt.Tooltip("x:Q", format=".2f"), alt.Tooltip("y:Q", format=".3f")],
    )
    st.altair_chart(lines.properties(height=charts.HEIGHT), alt="Seven activation functions from -4 to 4")
    st.caption(" · ".join(f"{name}: {FORMULAS[name]}" for name in ACTIVATIONS))


@st.fragment
def logits_to_probabilities() -> None:
    """Show the softmax of three logits at a temperature, all chosen by the visitor."""
    left, right = st.columns([4, 6], gap="large")
    with left:
        logits = np.array(
            [st.slider(f"Logit {i}", -5.0, 5.0, value, 0.1, key=session.logit(i)) for i, value in enumerate(LOGITS)]
        )
        temperature = st.slider("Temperature", 0.2, 5.0, 1.0, 0.1, key=session.TEMPERATURE)
    shares = softmax(logits, temperature)
    with right:
        rows = [{"digit": str(i), "probability, %": 100 * float(share)} for i, share in enumerate(shares)]
        bars = (
            alt.Chart(alt.InlineData(values=rows))
            .mark_bar()
            .encode(
                x=alt.X("digit:N", axis=alt.Axis(labelAngle=0)),
                y=alt.Y("probability, %:Q", scale=alt.Scale(domain=[0, 100])),
            )
        )
        powers = np.exp(logits / temperature)
        words = "; ".join(
            f"{i}: {power:.3f} / {powers.sum():.3f} = {100 * share:.1f} %"
            for i, (power, share) in enumerate(zip(powers, shares, strict=True))
        )
        st.altair_chart(bars.properties(height=charts.HEIGHT - 60), alt=f"Softmax: {words}")
        st.caption(f"Each logit's power of e, over the sum of all: {words}. They always add up to 100 %.")


@st.fragment
def gradient_descent() -> None:
    """Show gradient descent of one parameter on a curve with one minimum or two."""
    left, right = st.columns([4, 6], gap="large")
    with left:
        name = st.segmented_control(
            "Curve", list(CURVES), default=next(iter(CURVES)), required=True, key=session.LOSS_CURVE
        )
        curve = CURVES[name]
        start = st.slider("Start", curve.low, curve.high, 3.0, 0.1, key=session.START)
        rate = st.slider("Learning rate", 0.01, 2.5, 0.1, 0.01, key=session.RATE)
        steps = st.slider("Steps", 1, 60, 20, key=session.STEPS)
    path = descend(curve, start, rate, steps)
    with right:
        _descent_chart(curve, path)
        st.caption(_descent_words(curve, path, steps))


def _descent_chart(curve: Curve, path: np.ndarray) -> None:
    x = np.linspace(curve.low, curve.high, 121)
    line = [{"parameter": float(a), "loss": float(b)} for a, b in zip(x, curve.loss(x), strict=True)]
    dots = [
        {"parameter": float(a), "loss": float(curve.loss(a)), "step": i}
        for i, a in enumerate(path)
        if curve.low <= a <= curve.high
    ]
    place = {"x": "parameter:Q", "y": "loss:Q"}
    base = alt.Chart(alt.InlineData(values=line)).mark_line(color="gray").encode(**place)
    way = alt.Chart(alt.InlineData(values=dots)).mark_line(point=alt.OverlayMarkDef(size=60), strokeDash=[3, 3])
    way = way.encode(**place, order="step:Q", tooltip=["step:Q", alt.Tooltip("loss:Q", format=".3f")])
    st.altair_chart((base + way).properties(height=charts.HEIGHT), alt="The loss, and the steps taken down it")


def _descent_words(curve: Curve, path: np.ndarray, steps: int) -> str:
    end = path[-1]
    if len(path) <= steps or not curve.low <= end <= curve.high:
        return "The steps are too long: the parameter diverges. Try a smaller learning rate."
    words = f"After {len(path) - 1} steps the parameter is {end:.3f} and the loss {curve.loss(end):.3f}. "
    if abs(float(curve.slope(end))) > 0.05:
        return words + "It is still on its way: more steps, or a larger learning rate, would take it further."
    x = np.linspace(curve.low, curve.high, 2001)
    if curve.loss(end) > curve.loss(x).min() + 0.05:
        return words + "It rests in a minimum, but not in the lowest one: where it ends depends on where it starts."
    return words + "It rests in the lowest place there is."


@st.fragment
def convolution() -> None:
    """Show a filter on the visitor's digit, then ReLU and max-pooling."""
    digit = _digit()
    name = st.segmented_control("Filter", list(FILTERS), default=next(iter(FILTERS)), required=True, key=session.FILTER)
    kernel, picture = FILTERS[name], digit / 255
    found = convolve(picture, kernel)
    left, right = st.columns(2)
    row = left.slider("Row", 0, found.shape[0] - 1, 10, key=session.FILTER_ROW)
    column = right.slider("Column", 0, found.shape[1] - 1, 12, key=session.FILTER_COLUMN)
    patch = picture[row : row + 3, column : column + 3]
    products = " + ".join(
        f"{_number(weight)} × {value:.2f}"
        for weight, value in zip(kernel.ravel(), patch.ravel(), strict=True)
        if weight
    )
    after = np.maximum(0, found)
    st.html(
        '<section class="inside convolution">'
        + _figure(images.framed(digit, row, column, 3), "the digit, 28 × 28, and the 3 × 3 window")
        + _figure(images.heat(kernel), f"the filter: {name}")
        + _figure(images.heat(found), "what it finds, 26 × 26")
        + _figure(images.heat(after), "after ReLU")
        + _figure(images.heat(max_pool(after)), "after 2 × 2 max-pooling, 13 × 13")
        + "</section>"
    )
    st.caption(
        f"In row {row}, column {column}: {products} = **{found[row, column]:.2f}**. The same nine weights serve every "
        "place. Amber is above zero, blue below. A network learns its filters; these are made by hand."
    )


def reshaping() -> None:
    """Show how a picture becomes a vector of 784 values."""
    digit = _digit()
    st.html(
        '<section class="inside"><div class="goes-in">'
        f'<img class="digit" src="{images.digit(digit)}" alt="the digit as 28 by 28 pixels"><span>→</span>'
        f'<div class="shaped"><img class="input1d" src="{images.digit(digit.reshape(1, -1))}" alt="784 values"></div>'
        "</div></section>"
    )
    st.caption("28 × 28 = 784: row after row, end to end. The pixel in row r and column c becomes value 28 r + c.")


def _digit() -> np.ndarray:
    """The digit on the canvas, or a sample."""
    digit = current_board().digit
    return sample_digit("5") if digit is None else digit


def _figure(url: str, words: str) -> str:
    return f'<figure><img src="{url}" alt="{words}"><figcaption>{words}</figcaption></figure>'


def _number(weight: float) -> str:
    return f"{weight:.2f}".rstrip("0").rstrip(".").replace("-", "−")
