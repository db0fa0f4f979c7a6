"""Charts of what is on a card: training curves, reliability, confusion; each with its numbers as text."""

from __future__ import annotations

import altair as alt
import streamlit as st

from models.card import Score

HEIGHT = 240  # pixels


def training_curves(history: list[dict]) -> None:
    """Draws the share of wrong answers, in %, after each epoch: on the training and on the validation digits."""
    rows = [
        {"epoch": row["epoch"], "wrong, %": 100 * (1 - row[name]), "digits": digits}
        for row in history
        for name, digits in (("accuracy", "training"), ("val_accuracy", "validation"))
    ]
    chart = alt.Chart(alt.Data(values=rows)).mark_line(point=True)
    chart = chart.encode(
        x=alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("wrong, %:Q", scale=alt.Scale(type="log", nice=False), axis=alt.Axis(tickCount=3)),
        color=alt.Color("digits:N", legend=alt.Legend(orient="top", title=None)),
        strokeDash=alt.StrokeDash("digits:N", legend=None),
    )
    last = history[-1]
    words = (
        f"After {last['epoch']} epochs {100 * (1 - last['accuracy']):.2f} % of the training digits and "
        f"{100 * (1 - last['val_accuracy']):.2f} % of the validation digits are answered wrongly."
    )
    st.altair_chart(chart.properties(height=HEIGHT), alt=words)
    st.caption(
        words + " Training digits are counted with dropout at work, and, where they are varied, in their variations."
    )


def reliability(score: Score, label: str) -> None:
    """Draws how often the network is right at each confidence; on the diagonal its confidence is what it says."""
    rows = [
        {"confidence, %": 100 * sure / n, "right, %": 100 * right / n, "n": n}
        for n, sure, right in score.reliability
        if n
    ]
    axis = alt.Scale(domain=[0, 100])
    diagonal = alt.Chart(alt.Data(values=[{"a": 0}, {"a": 100}])).mark_line(strokeDash=[4, 4], color="gray")
    diagonal = diagonal.encode(
        x=alt.X("a:Q", scale=axis, title="confidence, %"), y=alt.Y("a:Q", scale=axis, title="right, %")
    )
    points = alt.Chart(alt.Data(values=rows)).mark_circle(opacity=0.9)
    points = points.encode(
        x=alt.X("confidence, %:Q", scale=axis),
        y=alt.Y("right, %:Q", scale=axis),
        size=alt.Size("n:Q", legend=None, scale=alt.Scale(type="log", range=[20, 400])),
        tooltip=["n:Q", alt.Tooltip("confidence, %:Q", format=".1f"), alt.Tooltip("right, %:Q", format=".1f")],
    )
    words = f"{label}: expected calibration error {100 * score.calibration_error:.2f} % over 15 bins, n = {score.n:,}"
    st.altair_chart((diagonal + points).properties(height=HEIGHT), alt=words)
    st.caption(words)


def confusion(score: Score, label: str) -> None:
    """Draws which digit was taken for which: a row for each true digit, a column for each answer."""
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
