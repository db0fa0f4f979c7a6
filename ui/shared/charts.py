"""Charts of cards and predictions, each with its numbers as text, and tables with coloured cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import altair as alt
import streamlit as st

from language import _, number, percent
from recognition.card import Score

HEIGHT = 300  # pixels
TEXT = alt.ExprRef("clamp(windowSize()[0] / 80, 11, 20)")  # pixels; grows with the window, like the page's text


def training_curves(history: list[dict]) -> None:
    """Show the error rate in % after each epoch, on the training digits and on the validation digits, if any."""
    epoch, wrong, digits = _("epoch"), _("wrong, %"), _("digits")
    rows = [
        {epoch: row["epoch"], wrong: 100 * (1 - row[name]), digits: which}
        for row in history
        for name, which in (("accuracy", _("training")), ("val_accuracy", _("validation")))
        if name in row
    ]
    chart = alt.Chart(alt.InlineData(values=rows)).mark_line(point=True)
    chart = chart.encode(
        x=alt.X(f"{epoch}:Q", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y(f"{wrong}:Q", scale=alt.Scale(type="log", nice=False), axis=alt.Axis(tickCount=3)),
        color=alt.Color(f"{digits}:N", legend=alt.Legend(orient="top", title=None)),
        strokeDash=alt.StrokeDash(f"{digits}:N", legend=alt.Legend(orient="top", title=None)),
    )
    last = history[-1]
    if "val_accuracy" in last:
        words = _(
            "After {n} epochs {training} of the training digits and {validation} of the validation digits are "
            "classified wrongly."
        )
    else:
        words = _("After {n} epochs {training} of the training digits are classified wrongly.")
    words = words.format(
        n=last["epoch"],
        training=percent(1 - last["accuracy"], 2),
        validation=percent(1 - last.get("val_accuracy", 0), 2),
    )
    st.altair_chart(chart.properties(height=HEIGHT), alt=words)
    st.caption(
        words
        + " "
        + _("Training digits are counted with dropout active and, where the recipe varies them, in their variations.")
    )


def reliability(score: Score, label: str) -> None:
    """Show the accuracy at each confidence; on the diagonal a network is perfectly calibrated."""
    sure, right = _("confidence, %"), _("right, %")
    rows = [
        {sure: 100 * confidence / n, right: 100 * correct / n, "n": n}
        for n, confidence, correct in score.reliability
        if n
    ]
    axis = alt.Scale(domain=[0, 100])
    diagonal = alt.Chart(alt.InlineData(values=[{"a": 0}, {"a": 100}])).mark_line(strokeDash=[4, 4], color="gray")
    diagonal = diagonal.encode(x=alt.X("a:Q", scale=axis, title=sure), y=alt.Y("a:Q", scale=axis, title=right))
    points = alt.Chart(alt.InlineData(values=rows)).mark_circle(opacity=0.9)
    points = points.encode(
        x=alt.X(f"{sure}:Q", scale=axis),
        y=alt.Y(f"{right}:Q", scale=axis),
        size=alt.Size("n:Q", legend=None, scale=alt.Scale(type="log", range=[20, 400])),
        tooltip=["n:Q", alt.Tooltip(f"{sure}:Q", format=".1f"), alt.Tooltip(f"{right}:Q", format=".1f")],
    )
    words = _("{digits}: expected calibration error {error} over 15 bins, n = {n}").format(
        digits=label, error=percent(score.calibration_error or 0, 2), n=number(score.n)
    )
    st.altair_chart((diagonal + points).properties(height=HEIGHT), alt=words)
    st.caption(words)


def confusion_matrix(counts: Sequence[Sequence[int]], label: str, numbers: bool = True) -> str:
    """The confusion matrix as an HTML table: a row for each true digit, a column for each predicted one.

    counts: int (10, 10). label: what was predicted. numbers: in the cells, or only on hover, for small matrices.
    """
    most = max(1, *(n for digit, row in enumerate(counts) for predicted, n in enumerate(row) if predicted != digit))
    tip = _("{digit}, predicted {predicted}: {n}")
    rows = {
        str(digit): [
            Cell(
                str(n or "") if numbers else "",
                n / max(1, sum(row)) if predicted == digit else n / most,
                "right" if predicted == digit else "wrong",
                "" if numbers else tip.format(digit=digit, predicted=predicted, n=n),
            )
            for predicted, n in enumerate(row)
        ]
        for digit, row in enumerate(counts)
    }
    return heat_table(_("{test}: true digit down, prediction across").format(test=label), range(10), rows, "confusion")


@dataclass(frozen=True)
class Cell:
    """A cell of a heat table: its text; its colour's strength, 0 to 1; classes for the style sheet; text on hover."""

    text: str
    share: float
    kind: str = ""
    title: str = ""


def heat_table(caption: str, columns: Iterable[object], rows: Mapping[str, Sequence[Cell]], kind: str = "") -> str:
    """A table as HTML with coloured cells; rows: by their heads. kind: classes for the style sheet."""
    heads = "".join(f'<th scope="col"><span>{escape(str(column))}</span></th>' for column in columns)
    lines = []
    for head, cells in rows.items():
        line = "".join(
            f'<td class="{cell.kind}" style="--share:{100 * cell.share:.0f}%" title="{escape(cell.title)}">'
            f"{escape(cell.text)}</td>"
            for cell in cells
        )
        lines.append(f'<tr><th scope="row">{escape(head)}</th>{line}</tr>')
    return (
        f'<table class="heat {kind}"><caption>{escape(caption)}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )
