"""Charts of what is on a card: training curves, reliability, confusion; each with its numbers as text."""

from __future__ import annotations

from collections.abc import Iterable

import altair as alt
import numpy as np
import streamlit as st

from recognition.card import Score
from ui.shared import images

HEIGHT = 300  # pixels
LABEL_WIDTH = 72  # pixels to the right of curves, for the longest network's name
TEXT = alt.ExprRef("clamp(windowSize()[0] / 80, 11, 20)")  # pixels; texts on charts grow with the window, as the page's
LABEL_HEIGHT = 5.0  # % of the chart's height, for a curve's name
CONSIDERED = 0.01  # a digit to which no network gives more than this is left out


def training_curves(history: list[dict]) -> None:
    """Draws the share of wrong answers, in %, after each epoch: on the training and on the validation digits."""
    rows = [
        {"epoch": row["epoch"], "wrong, %": 100 * (1 - row[name]), "digits": digits}
        for row in history
        for name, digits in (("accuracy", "training"), ("val_accuracy", "validation"))
    ]
    chart = alt.Chart(alt.InlineData(values=rows)).mark_line(point=True)
    chart = chart.encode(
        x=alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("wrong, %:Q", scale=alt.Scale(type="log", nice=False), axis=alt.Axis(tickCount=3)),
        color=alt.Color("digits:N", legend=alt.Legend(orient="top", title=None)),
        strokeDash=alt.StrokeDash("digits:N", legend=alt.Legend(orient="top", title=None)),
    )
    last = history[-1]
    words = (
        f"After {last['epoch']} epochs {100 * (1 - last['accuracy']):.2f} % of the training digits and "
        f"{100 * (1 - last['val_accuracy']):.2f} % of the validation digits are classified wrongly."
    )
    st.altair_chart(chart.properties(height=HEIGHT), alt=words)
    st.caption(
        words
        + " Training digits are counted with dropout active and, where the recipe varies them, in their variations."
    )


def distributions(answers: dict[str, np.ndarray]) -> None:
    """Draws the networks' probabilities, float (10,) each, side by side for each digit that any of them considers."""
    considered = np.max(list(answers.values()), axis=0) >= CONSIDERED
    rows = [
        {"digit": digit, "probability, %": 100 * float(share), "network": title}
        for title, shares in answers.items()
        for digit, share in enumerate(shares)
        if considered[digit]
    ]
    bars = alt.Chart(alt.InlineData(values=rows)).mark_bar()
    bars = bars.encode(
        x=alt.X("digit:O", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("network:N", sort=list(answers)),
        y=alt.Y("probability, %:Q", scale=alt.Scale(domain=[0, 100])),
        color=alt.Color("network:N", scale=_colours(answers), legend=alt.Legend(orient="top", title=None, columns=2)),
        tooltip=["network:N", "digit:O", alt.Tooltip("probability, %:Q", format=".2f")],
    )
    words = "; ".join(
        f"{title}: {shares.argmax()} with {100 * shares.max():.1f} %" for title, shares in answers.items()
    )
    st.altair_chart(bars.properties(height=HEIGHT), alt=f"The networks' probabilities of each digit. {words}")


def curves(shares: dict[str, np.ndarray], at: np.ndarray, here: float, x: str, y: str) -> None:
    """Draws each network's share, float (n,) from 0 to 1, over some amounts, float (n,), with a rule at one of them.

    Each curve has its network's colour, and its name at its end.
    """
    rows = [
        {"x": float(place), "y": 100 * float(share), "network": title}
        for title, values in shares.items()
        for place, share in zip(at, values, strict=True)
    ]
    ends = _apart({title: 100 * float(values[-1]) for title, values in shares.items()})
    colour = alt.Color("network:N", scale=_colours(shares), legend=None)
    lines = alt.Chart(alt.InlineData(values=rows)).mark_line(strokeWidth=2.5)
    lines = lines.encode(
        x=alt.X("x:Q", title=x, scale=alt.Scale(nice=False)),
        y=alt.Y("y:Q", title=y, scale=alt.Scale(domain=[0, 100])),
        color=colour,
        tooltip=["network:N", alt.Tooltip("x:Q", title=x), alt.Tooltip("y:Q", title=y, format=".1f")],
    )
    names = [{"x": float(at[-1]), "y": height, "network": title} for title, height in ends.items()]
    labels = alt.Chart(alt.InlineData(values=names)).mark_text(align="left", dx=6, fontSize=12, fontWeight="bold")
    labels = labels.encode(x="x:Q", y="y:Q", text="network:N", color=colour)
    rule = alt.Chart(alt.InlineData(values=[{"x": here}])).mark_rule(color="gray", strokeDash=[4, 4]).encode(x="x:Q")
    chart = (rule + lines + labels).properties(height=HEIGHT, padding={"right": LABEL_WIDTH, "left": 5, "top": 8})
    st.altair_chart(chart, alt=f"{y}, over {x}, for {', '.join(shares)}")


def _colours(titles: Iterable[str]) -> alt.Scale:
    """The networks' own colours, for the networks with these titles."""
    known = images.by_title()
    return alt.Scale(domain=list(titles), range=[known.get(title, images.OTHER) for title in titles])


def _apart(heights: dict[str, float]) -> dict[str, float]:
    """Heights in %, moved so that no two labels there overlap, and all stay on the chart."""
    moved: dict[str, float] = {}
    lowest = 0.0
    for title, height in sorted(heights.items(), key=lambda item: item[1]):
        moved[title] = lowest = max(height, lowest)
        lowest += LABEL_HEIGHT
    highest = 100.0
    for title in reversed(moved):
        moved[title] = highest = min(moved[title], highest)
        highest -= LABEL_HEIGHT
    return moved


def reliability(score: Score, label: str) -> None:
    """Draws how often the network is right at each confidence; on the diagonal it is perfectly calibrated."""
    rows = [
        {"confidence, %": 100 * confidence / n, "right, %": 100 * right / n, "n": n}
        for n, confidence, right in score.reliability
        if n
    ]
    axis = alt.Scale(domain=[0, 100])
    diagonal = alt.Chart(alt.InlineData(values=[{"a": 0}, {"a": 100}])).mark_line(strokeDash=[4, 4], color="gray")
    diagonal = diagonal.encode(
        x=alt.X("a:Q", scale=axis, title="confidence, %"), y=alt.Y("a:Q", scale=axis, title="right, %")
    )
    points = alt.Chart(alt.InlineData(values=rows)).mark_circle(opacity=0.9)
    points = points.encode(
        x=alt.X("confidence, %:Q", scale=axis),
        y=alt.Y("right, %:Q", scale=axis),
        size=alt.Size("n:Q", legend=None, scale=alt.Scale(type="log", range=[20, 400])),
        tooltip=["n:Q", alt.Tooltip("confidence, %:Q", format=".1f"), alt.Tooltip("right, %:Q", format=".1f")],
    )
    error = 100 * (score.calibration_error or 0)
    words = f"{label}: expected calibration error {error:.2f} % over 15 bins, n = {score.n:,}"
    st.altair_chart((diagonal + points).properties(height=HEIGHT), alt=words)
    st.caption(words)


def confusion(score: Score, label: str) -> None:
    """Draws the confusion matrix: a row for each true digit, a column for each answer."""
    heads = "".join(f'<th scope="col">{digit}</th>' for digit in range(10))
    rows = []
    for digit, counts in enumerate(score.confusion):
        wrong = max(1, *(n for answer, n in enumerate(counts) if answer != digit))
        cells = "".join(
            f'<td class="right">{n}</td>'
            if answer == digit
            else f'<td style="--share:{100 * n / wrong:.0f}%">{n or ""}</td>'
            for answer, n in enumerate(counts)
        )
        rows.append(f'<tr><th scope="row">{digit}</th>{cells}</tr>')
    st.html(
        f'<table class="confusion"><caption>{label}: true digit down, answer across</caption>'
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
