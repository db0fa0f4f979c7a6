"""The answers: a verdict, each network's digit and confidence, and below them its ten bars and its input.

MERGED: The one sentence above the answers: do the networks agree?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from digits import CLASSES
from models import DEFAULT_NETWORKS, NETWORKS
from models.network import Network
from recognition.card import ModelCard
from recognition.prediction import Prediction
from recognition.recipes import YOURS
from ui.shared import images
from ui.shared.percent import percent

INVITATION = "Draw a digit from 0 to 9"
TOO_SMALL = "That is only a dot; draw a larger digit"
LONG, LONGER = 28, 60  # letters of a headline; more are set smaller, so that it keeps its height
TOLD = 0.01  # a probability below this has its bar, but no number


@dataclass(frozen=True)
class Shown:
    """The answers as HTML: a verdict with a head for each network, and their bars, which a panel may replace."""

    heads: str
    bars: str


def invitation(keys: Sequence[str], message: str = INVITATION) -> Shown:
    """Empty heads and bars for the networks with these keys, under a message."""
    heads = [head(NETWORKS[key], "", "<span></span>", "waiting") for key in keys]
    return shown(message, heads, [_bars(NETWORKS[key], None, "") for key in keys], "waiting")


def show_answers(digit: np.ndarray, answers: Sequence[Prediction], outlier: bool = False) -> Shown:
    """Each network's answer to a digit, uint8 (28, 28); outlier: it may be no digit at all.

    The verdict is the shipped networks'; of the visitor's own, it says only where it differs.
    """
    digits = {network_of(answer).title: answer.digit for answer in answers if not answer.error and not is_own(answer)}
    heads = [_answer(answer) for answer in answers]
    message = OUTLIER if outlier and digits else headline(digits) if digits else "No network can answer"
    if digits and not outlier:
        message += "".join(f"; yours says {own}" for own in _different(answers, set(digits.values())))
    return shown(message, heads, details(answers, digit), "answered doubted" if outlier else "answered")


def details(answers: Sequence[Prediction], digit: np.ndarray) -> list[str]:
    """Each network's bars for a digit, uint8 (28, 28), with its input, or why it has none."""
    return [_failure(answer) if answer.error else _details(answer, digit) for answer in answers]


def is_own(answer: Prediction) -> bool:
    """Whether the visitor has trained the network."""
    return answer.recipe == YOURS


def network_of(answer: Prediction) -> Network:
    """The network as it is shown: the visitor's own under a name of its own."""
    network = NETWORKS[answer.network]
    own = replace(network, key=YOURS, title=f"Your {network.title}", idea="learned from you")
    return own if is_own(answer) else network


def shown(message: str, heads: list[str], bars: list[str], state: str) -> Shown:
    """A message over the heads of the networks, and their bars; state: classes of the style sheet."""
    amount = (
        "cards many"
        if len(heads) > len(DEFAULT_NETWORKS) + 1
        else "cards five"
        if len(heads) > len(DEFAULT_NETWORKS)
        else "cards"
    )
    size = ' class="longer"' if len(message) > LONGER else ' class="long"' if len(message) > LONG else ""
    return Shown(
        f'<section class="answers {state}"><h2{size}>{escape(message)}</h2>'
        f'<div class="heads {amount}">{"".join(heads)}</div></section>',
        f'<section class="details {state}"><div class="{amount}">{"".join(bars)}</div></section>',
    )


def _different(answers: Sequence[Prediction], digits: set[int]) -> list[int]:
    return [answer.digit for answer in answers if is_own(answer) and digits != {answer.digit}]


def _key(network: Network) -> str:
    """Names the network for the page's scripts, which ask for the bars while the pen is down; not one's own."""
    return "" if network.key == YOURS else f' data-network="{network.key}"'


def _answer(answer: Prediction) -> str:
    network = network_of(answer)
    if answer.error:
        return head(network, "–", "<span>no answer</span>", "broken")
    return head(network, str(answer.digit), f"<span>{percent(answer.confidence)}</span>", "ready")


def head(network: Network, digit: str, confidence: str, state: str, length: int = 1) -> str:
    """A network's name and answer, as HTML; length: how many digits the answer has. confidence: HTML too."""
    style = images.style(network.key) + (f";--digits:{length}" if length > 1 else "")
    return (
        f'<article class="card {state}"{_key(network)} style="{style}">'
        f"<h3>{network.title}</h3>"
        f'<p class="idea">{network.idea}</p><p class="answer"><b>{digit}</b> {confidence}</p></article>'
    )


def _details(answer: Prediction, digit: np.ndarray) -> str:
    network = network_of(answer)
    facts = f'<p class="facts">{_facts(answer.card)}</p>' if answer.card else ""
    return _bars(network, answer.shares, _input(network, digit) + facts)


def _failure(answer: Prediction) -> str:
    return _frame(NETWORKS[answer.network], f'<p class="error">{escape(answer.error)}</p>')


def _bars(network: Network, probabilities: np.ndarray | None, more: str) -> str:
    if probabilities is None:
        rows = [_bar(digit, 0, "") for digit in range(CLASSES)]
    else:
        best = int(probabilities.argmax())
        rows = [_bar(digit, float(p), "best" if digit == best else "") for digit, p in enumerate(probabilities)]
    return _frame(network, f"<ol>{''.join(rows)}</ol>{more}")


def _frame(network: Network, content: str) -> str:
    return (
        f'<article class="bars"{_key(network)} style="{images.style(network.key)}">'
        f'<p class="title">{network.title}</p>{content}</article>'
    )


def _bar(digit: int, share: float, kind: str) -> str:
    bar = f'<span class="track"><span class="bar" style="width:{100 * share:.1f}%"></span></span>'
    return f'<li class="{kind}"><i>{digit}</i>{bar}<em>{percent(share) if share >= TOLD else ""}</em></li>'


def _input(network: Network, digit: np.ndarray) -> str:
    inputs = network.inputs(digit[None])[0]
    words = shape_in_words(network)
    picture = f'<img class="input{inputs.ndim}d" src="{images.small_input(inputs)}" alt="the input: {words}">'
    return f"<figure>{picture}<figcaption>{words}</figcaption></figure>"


def _facts(card: ModelCard) -> str:
    facts = [f"{card.parameters:,} parameters"]
    for name, words in (("mnist", "on MNIST"), ("drawn", "on drawings")):
        if name in card.tests:
            facts.append(f"{100 * card.tests[name].accuracy:.1f} % {words}")
    return " · ".join(facts)


def shape_in_words(network: Network) -> str:
    """The input's shape as people say it: 784 values, 28 x 28 x 1, 28 rows of 28."""
    shape = network.input_shape
    if len(shape) == 1:
        return f"{shape[0]} values"
    return " × ".join(map(str, shape)) if len(shape) == 3 else f"{shape[0]} rows of {shape[1]}, in turn"


NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


OUTLIER = "Not a digit?"  # in their place, where the drawing may be none


def headline(digits: Mapping[str, int | str], verb: str = "say") -> str:
    """How far the networks agree, in words: "All four say 7", "Three say 7, the RNN says 1".

    digits: each network's title and the digit, or number, that it answers with, in display order; at least one.
    verb: "say", or "read" for a number.
    """
    groups: dict[int | str, list[str]] = {}
    for title, digit in digits.items():
        groups.setdefault(digit, []).append(title)
    (digit, largest), *others = sorted(groups.items(), key=lambda group: -len(group[1]))
    if not others and len(largest) == 1:
        return f"The {largest[0]} {verb}s {digit}"
    if not others:
        return f"{'Both' if len(largest) == 2 else 'All ' + NUMBERS[len(largest)].lower()} {verb} {digit}"
    if len(largest) == 1:
        return "No two agree: " + _list([_group(*group, verb) for group in groups.items()])
    if len(others[0][1]) == len(largest):
        first = _group(digit, largest, verb)
        return ", ".join([first[0].upper() + first[1:], *(_group(*group, verb) for group in others)])
    return ", ".join([f"{NUMBERS[len(largest)]} {verb} {digit}", *(_group(*group, verb) for group in others)])


def _group(digit: int | str, titles: list[str], verb: str) -> str:
    return f"{_list([f'the {title}' for title in titles])} {verb if len(titles) > 1 else verb + 's'} {digit}"


def _list(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
