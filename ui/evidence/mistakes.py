"""The first picture of the page "Evidence": of 1,000 digits, those that each network reads wrongly, as squares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from urllib.parse import quote

import streamlit as st

from language import _, number
from recognition.card import ModelCard, Score
from ui.shared import images

SQUARES, ROW = 1000, 50


def show_mistakes(cards: Mapping[str, ModelCard], test: str) -> None:
    """Show the mistakes of each network on a test, beside the digits that it reads; cards: by the networks' titles."""
    tested = {title: card for title, card in cards.items() if test in card.tests}
    if not tested:
        st.info(_("Not measured yet; measure it with: {command}").format(command="python -m training.evaluate"))
        return
    st.html(
        f'<div class="mistakes">{"".join(_card(title, card, card.tests[test]) for title, card in tested.items())}</div>'
    )


def _card(title: str, card: ModelCard, score: Score) -> str:
    wrong, least, most = (_of_squares(1 - share) for share in (score.accuracy, *reversed(score.interval)))
    numbers = {"wrong": wrong, "all": number(SQUARES), "least": least, "most": most}
    text = _("{wrong} of {all} squares in colour; the interval goes from {least} to {most}").format(**numbers)
    few = _("<b>{wrong}</b> of {all} wrong").format(**numbers)
    exactly = _("{n} of {all}").format(n=number(score.n - score.correct), all=number(score.n))
    return f"""
      <article style="{images.style(card.network)}">
        <h3>{escape(title)}</h3>
        <p>{few}</p>
        <img src="{_squares(images.colour(card.network), wrong, most)}" alt="{escape(text)}">
        <p class="exactly">{exactly} · {_commonest(score)}</p>
      </article>"""


def _squares(colour: str, wrong: int, most: int) -> str:
    """A data URL of the squares; as an image because Streamlit takes SVG out of HTML."""
    layers = ((SQUARES, "#888", 0.25), (most, colour, 0.4), (wrong, colour, 1))
    paths = "".join(f'<path d="{_first(n)}" fill="{fill}" opacity="{opacity}"/>' for n, fill, opacity in layers)
    gaps = '<mask id="gaps"><rect width="50" height="20" fill="url(#square)"/></mask>'
    square = '<rect width=".78" height=".78" fill="#fff"/>'
    pattern = f'<pattern id="square" width="1" height="1" patternUnits="userSpaceOnUse">{square}</pattern>'
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {ROW} {SQUARES // ROW}" width="500" height="200"'
    svg = f'<svg {box}><defs>{pattern}{gaps}</defs><g mask="url(#gaps)">{paths}</g></svg>'
    return "data:image/svg+xml," + quote(svg)


def _of_squares(share: float) -> int:
    return math.floor(SQUARES * share + 0.5)


def _first(n: int) -> str:
    """The first n squares, as an SVG path in squares."""
    rows, rest = divmod(n, ROW)
    return f"M0 0h{ROW}v{rows}h-{ROW}zM0 {rows}h{rest}v1h-{rest}z"


def _commonest(score: Score) -> str:
    """The digit that is most often read as another one."""
    wrong = [
        (count, digit, predicted)
        for digit, row in enumerate(score.confusion)
        for predicted, count in enumerate(row)
        if digit != predicted and count
    ]
    if not wrong:
        return _("no mistake")
    digit, predicted = max(wrong)[1:]
    return _("most often {digit} as {predicted}").format(digit=digit, predicted=predicted)
