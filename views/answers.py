"""The answers: a headline, and for each network its digit, its confidence, ten bars, and what went in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from models import FIRST, NETWORKS
from models.card import Card
from models.network import CLASSES, Network
from models.weights import WeightsError
from views import pictures
from views.verdict import headline

INVITATION = "Draw a digit from 0 to 9"
TOO_SMALL = "Only a dot so far; draw a digit, a little larger"
SMALLEST = 0.0005  # shares below this round to 0.0 %
PLACE = '<figure></figure><p class="details">&nbsp;</p>'  # keeps what stands below from jumping when the answers come
LONG = 44  # letters of a headline; more are set smaller, so that it keeps its height
LOADING = "The networks are waking up; you can draw already"


def invitation(keys: Sequence[str], message: str = INVITATION) -> None:
    """The answers' places of some networks, still empty, under a friendly word."""
    cards = [_card(NETWORKS[key], "", "", _bars(None) + PLACE, "waiting") for key in keys]
    _show(message, cards, "waiting")


def answers(
    digit: np.ndarray, found: Mapping[str, tuple[np.ndarray, Card] | WeightsError], doubtful: bool = False
) -> None:
    """What each network makes of the digit.

    digit: uint8 (28, 28). found: for each network's key its ten probabilities and its card, or why there are none.
    doubtful: it may be no digit at all.
    """
    says = {
        NETWORKS[key].title: int(result[0].argmax())
        for key, result in found.items()
        if not isinstance(result, WeightsError)
    }
    cards = [
        _broken(NETWORKS[key], result) if isinstance(result, WeightsError) else _answer(NETWORKS[key], digit, *result)
        for key, result in found.items()
    ]
    _show(headline(says, doubtful) if says else "No network can answer", cards, "answered")


def _show(message: str, cards: list[str], state: str) -> None:
    room = "cards many" if len(cards) > len(FIRST) else "cards"
    size = ' class="long"' if len(message) > LONG else ""
    st.html(
        f'<section class="answers {state}"><h2 role="status"{size}>{escape(message)}</h2>'
        f'<div class="{room}">{"".join(cards)}</div></section>'
    )


def _answer(network: Network, digit: np.ndarray, probabilities: np.ndarray, card: Card) -> str:
    best = int(probabilities.argmax())
    more = _bars(probabilities) + _input(network, digit) + f'<p class="details">{_details(card)}</p>'
    return _card(network, str(best), percent(probabilities[best]), more, "ready")


def _broken(network: Network, error: WeightsError) -> str:
    return _card(network, "–", "no answer", f'<p class="error">{escape(str(error))}</p>', "broken")


def _card(network: Network, says: str, confidence: str, more: str, state: str) -> str:
    return (
        f'<article class="card {state}" data-network="{network.key}">'
        f'<header><h3>{network.title}</h3><p class="says"><b>{says}</b> <span>{confidence}</span></p></header>'
        f'<div class="more"><p class="again" aria-hidden="true">{network.title}</p>{more}</div></article>'
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


def percent(share: float) -> str:
    """A probability for people: one decimal, and never 0 or 100 % unless it is."""
    if 0 < share < SMALLEST:
        return "<0.1 %"
    if 1 - SMALLEST <= share < 1:
        return ">99.9 %"
    return f"{100 * share:.1f} %"


def shape_in_words(network: Network) -> str:
    """The input's shape as people say it: 784 values, 28 x 28 x 1, 28 rows of 28."""
    shape = network.input_shape
    if len(shape) == 1:
        return f"{shape[0]} values"
    return " × ".join(map(str, shape)) if len(shape) == 3 else f"{shape[0]} rows of {shape[1]}, in turn"
