"""The answers: a headline, and for each network its digit, its confidence, ten bars, and its input as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from digits import CLASSES
from models import FIRST, NETWORKS
from models.network import Network
from recognition.answer import Answer
from recognition.card import Card
from views.parts import pictures
from views.parts.headline import headline
from views.percent import SMALLEST, percent

INVITATION = "Draw a digit from 0 to 9"
TOO_SMALL = "That is only a dot; draw a larger digit"
PLACE = '<figure></figure><p class="details">&nbsp;</p>'  # keeps the space below from jumping when the answers come
LONG = 44  # letters of a headline; more are set smaller, so that it keeps its height
LOADING = "Loading the networks; you can start drawing"


def invitation(keys: Sequence[str], message: str = INVITATION) -> None:
    """Empty cards for the networks with these keys, under a message."""
    cards = [_card(NETWORKS[key], "", "", _bars(None) + PLACE, "waiting") for key in keys]
    _show(message, cards, "waiting")


def show_answers(digit: np.ndarray, answers: Sequence[Answer], outlier: bool = False) -> None:
    """Draws each network's answer to a digit, uint8 (28, 28); outlier: it may be no digit at all."""
    digits = {NETWORKS[answer.network].title: answer.digit for answer in answers if not answer.error}
    cards = [_failure(answer) if answer.error else _answer(answer, digit) for answer in answers]
    _show(headline(digits, outlier) if digits else "No network can answer", cards, "answered")


def _show(message: str, cards: list[str], state: str) -> None:
    room = "cards many" if len(cards) > len(FIRST) else "cards"
    size = ' class="long"' if len(message) > LONG else ""
    st.html(
        f'<section class="answers {state}"><h2 role="status"{size}>{escape(message)}</h2>'
        f'<div class="{room}">{"".join(cards)}</div></section>'
    )


def _answer(answer: Answer, digit: np.ndarray) -> str:
    network = NETWORKS[answer.network]
    details = f'<p class="details">{_details(answer.card)}</p>' if answer.card else ""
    more = _bars(answer.shares) + _input(network, digit) + details
    return _card(network, str(answer.digit), percent(answer.confidence), more, "ready")


def _failure(answer: Answer) -> str:
    return _card(NETWORKS[answer.network], "–", "no answer", f'<p class="error">{escape(answer.error)}</p>', "broken")


def _card(network: Network, digit: str, confidence: str, more: str, state: str) -> str:
    return (
        f'<article class="card {state}" data-network="{network.key}">'
        f'<header><h3>{network.title}</h3><p class="answer"><b>{digit}</b> <span>{confidence}</span></p></header>'
        f'<div class="more"><p class="repeated-title" aria-hidden="true">{network.title}</p>{more}</div></article>'
    )


def _bars(probabilities: np.ndarray | None) -> str:
    if probabilities is None:
        rows = [_bar(digit, 0, "", "") for digit in range(CLASSES)]
    else:
        best = int(probabilities.argmax())
        kinds = ["best" if digit == best else "faint" if p < SMALLEST else "" for digit, p in enumerate(probabilities)]
        rows = [_bar(digit, float(p), percent(p), kinds[digit]) for digit, p in enumerate(probabilities)]
    return f'<ol class="bars">{"".join(rows)}</ol>'


def _bar(digit: int, share: float, number: str, kind: str) -> str:
    bar = f'<span class="track"><span class="bar" style="width:{100 * share:.1f}%"></span></span>'
    return f'<li class="{kind}"><i>{digit}</i>{bar}<em>{number}</em></li>'


def _input(network: Network, digit: np.ndarray) -> str:
    inputs = network.inputs(digit[None])[0]
    words = shape_in_words(network)
    picture = f'<img class="input{inputs.ndim}d" src="{pictures.network_input(inputs)}" alt="the input: {words}">'
    return f"<figure>{picture}<figcaption>{words}</figcaption></figure>"


def _details(card: Card) -> str:
    details = [f"{card.parameters:,} parameters"]
    for name, words in (("mnist", "on MNIST"), ("drawn", "on drawings")):
        if name in card.tests:
            details.append(f"{100 * card.tests[name].accuracy:.1f} % {words}")
    return " · ".join(details)


def shape_in_words(network: Network) -> str:
    """The input's shape as people say it: 784 values, 28 x 28 x 1, 28 rows of 28."""
    shape = network.input_shape
    if len(shape) == 1:
        return f"{shape[0]} values"
    return " × ".join(map(str, shape)) if len(shape) == 3 else f"{shape[0]} rows of {shape[1]}, in turn"
