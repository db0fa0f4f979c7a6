"""The answers as HTML: a headline, each network's digit and confidence, and below them its ten bars and its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from digits import CLASSES
from models import DEFAULT_NETWORKS, NETWORKS
from models.network import Network
from recognition.card import ModelCard
from recognition.ensemble import Selection
from recognition.prediction import Failure, Prediction, confidence_in_number, number_of
from recognition.recipes import YOURS
from ui.drawing.history import DrawnDigit
from ui.shared import images
from ui.shared.percent import percent

INVITATION = "Draw a digit from 0 to 9"
TOO_SMALL = "That is only a dot; draw a larger digit"
OUTLIER = "Not a digit?"
NOTHING = "No network can answer"
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
LONG, LONGER = 28, 60  # characters of a headline from which it is set smaller, so that it keeps its height
MIN_WRITTEN = 0.01  # probabilities below it have a bar, but no number


@dataclass(frozen=True)
class Shown:
    """The answers as HTML: the headline with a head for each network, and their bars, which a panel may replace."""

    heads: str
    bars: str


def invitation(selection: Selection, message: str = INVITATION) -> Shown:
    """Empty heads and bars for the selected networks, under a message."""
    networks = [NETWORKS[key] for key in selection.networks]
    heads = [_head(network, "", "<span></span>", "waiting") for network in networks]
    return _shown(message, heads, [_bars(network, None) for network in networks], "waiting", selection)


def show_answers(drawn: DrawnDigit, failures: Sequence[Failure] = ()) -> Shown:
    """The predictions for a digit.

    The headline is about the shipped networks; the visitor's own is mentioned only where it differs.
    """
    digits = {NETWORKS[key].title: each.digit for key, each in drawn.predictions.items()}
    message = (OUTLIER if drawn.outlier else headline(digits)) if digits else NOTHING
    if digits and not drawn.outlier and drawn.own and set(digits.values()) != {drawn.own.digit}:
        message += f"; yours says {drawn.own.digit}"
    heads = {key: _answer(each) for key, each in drawn.predictions.items()}
    own = [_answer(drawn.own)] if drawn.own else []
    state = "answered doubted" if drawn.outlier and digits else "answered"
    return _shown(message, _ordered(heads, failures) + own, _all_bars(drawn, failures), state, drawn)


def show_number(digits: Sequence[DrawnDigit], place: int, failures: Sequence[Failure] = ()) -> Shown:
    """The predictions for a number, whose digits stand from left to right; the bars are about the one at a place."""
    networks = {key: [digit.predictions[key] for digit in digits] for key in digits[0].predictions}
    own = [digit.own for digit in digits if digit.own]
    read = {NETWORKS[key].title: number_of(each) for key, each in networks.items()}
    message = headline(read, "read") if read else NOTHING
    heads = _ordered({key: _number(each) for key, each in networks.items()}, failures)
    heads += [_number(own)] if own else []
    chosen = digits[place]
    return _shown(message, heads, _all_bars(chosen, failures), "answered number", chosen)


def headline(digits: Mapping[str, int | str], verb: str = "say") -> str:
    """The agreement of the networks in words: "All four say 7", "Three say 7, the RNN says 1".

    digits: each network's title and the digit, or number, that it predicts, in display order; at least one.
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
        return "No two agree: " + join_words([_group(*group, verb) for group in groups.items()])
    if len(others[0][1]) == len(largest):
        first = _group(digit, largest, verb)
        return ", ".join([first[0].upper() + first[1:], *(_group(*group, verb) for group in others)])
    return ", ".join([f"{NUMBERS[len(largest)]} {verb} {digit}", *(_group(*group, verb) for group in others)])


def join_words(words: Sequence[str]) -> str:
    """Words as an enumeration: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def shape_in_words(network: Network) -> str:
    """The shape of a network's input: 784 values, 28 × 28 × 1, 28 rows of 28."""
    shape = network.input_shape
    if len(shape) == 1:
        return f"{shape[0]} values"
    return " × ".join(map(str, shape)) if len(shape) == 3 else f"{shape[0]} rows of {shape[1]}, in turn"


def _group(digit: int | str, titles: list[str], verb: str) -> str:
    return f"{join_words([f'the {title}' for title in titles])} {verb if len(titles) > 1 else verb + 's'} {digit}"


def _shown(message: str, heads: list[str], bars: list[str], state: str, by: Selection | DrawnDigit) -> Shown:
    """state: classes of the style sheet. by: what has the recipe and the calibration, which stroke.js asks for too."""
    more = len(heads) - len(DEFAULT_NETWORKS)
    columns = "cards many" if more > 1 else "cards five" if more == 1 else "cards"
    size = ' class="longer"' if len(message) > LONGER else ' class="long"' if len(message) > LONG else ""
    asked = f' data-recipe="{by.recipe}"' + ("" if by.calibrated else " data-raw")
    return Shown(
        f'<section class="answers {state}" aria-label="Answers"><h2{size}>{escape(message)}</h2>'
        f'<div class="heads {columns}">{"".join(heads)}</div></section>',
        f'<section class="details {state}"{asked}><div class="{columns}">{"".join(bars)}</div></section>',
    )


def _ordered(heads: Mapping[str, str], failures: Sequence[Failure]) -> list[str]:
    """The heads by key, and those of the failures among them, in display order."""
    heads = dict(heads)
    for failure in failures:
        heads[failure.network] = _head(NETWORKS[failure.network], "–", "<span>no answer</span>", "broken")
    return [heads[key] for key in NETWORKS if key in heads]


def _all_bars(drawn: DrawnDigit, failures: Sequence[Failure]) -> list[str]:
    bars = {key: _details(each, drawn.digit) for key, each in drawn.predictions.items()}
    for failure in failures:
        bars[failure.network] = _frame(NETWORKS[failure.network], f'<p class="error">{escape(failure.reason)}</p>')
    own = [_details(drawn.own, drawn.digit)] if drawn.own else []
    return [bars[key] for key in NETWORKS if key in bars] + own


def _displayed(prediction: Prediction) -> Network:
    """The network under its displayed name, which differs for the visitor's own."""
    network = NETWORKS[prediction.network]
    if prediction.recipe != YOURS:
        return network
    return replace(network, key=YOURS, title=f"Your {network.title}", idea="trained by you")


def _answer(prediction: Prediction) -> str:
    confidence = f"<span>{percent(prediction.confidence)}</span>"
    return _head(_displayed(prediction), str(prediction.digit), confidence, "ready")


def _number(predictions: Sequence[Prediction]) -> str:
    single = "".join(f"<i>{percent(each.confidence).removesuffix(' %')}</i>" for each in predictions)
    words = f'<small class="each" title="the confidence in each digit, in %">{single}</small>'
    words += f"<span>{percent(confidence_in_number(predictions))} <em>product</em></span>"
    return _head(_displayed(predictions[0]), number_of(predictions), words, "ready", len(predictions))


def _head(network: Network, digit: str, confidence: str, state: str, length: int = 1) -> str:
    """A network's name and answer; confidence: HTML. length: how many digits the answer has."""
    style = images.style(network.key) + (f";--digits:{length}" if length > 1 else "")
    return (
        f'<article class="card {state}"{_data_network(network)} style="{style}"><h3>{network.title}</h3>'
        f'<p class="idea">{network.idea}</p><p class="answer"><b>{digit}</b> {confidence}</p></article>'
    )


def _data_network(network: Network) -> str:
    """The attribute by which the scripts find the shipped networks, whose bars they move."""
    return "" if network.key == YOURS else f' data-network="{network.key}"'


def _details(prediction: Prediction, digit: np.ndarray) -> str:
    network = _displayed(prediction)
    facts = f'<p class="facts">{_facts(prediction.card)}</p>'
    return _bars(network, prediction.probabilities, _input(network, digit) + facts)


def _bars(network: Network, probabilities: np.ndarray | None, more: str = "") -> str:
    shares = [0.0] * CLASSES if probabilities is None else probabilities.tolist()
    best = -1 if probabilities is None else int(probabilities.argmax())
    rows = "".join(_bar(digit, share, "best" if digit == best else "") for digit, share in enumerate(shares))
    return _frame(network, f"<ol>{rows}</ol>{more}")


def _bar(digit: int, probability: float, kind: str) -> str:
    bar = f'<span class="track"><span class="bar" style="width:{100 * probability:.1f}%"></span></span>'
    written = percent(probability) if probability >= MIN_WRITTEN else ""
    return f'<li class="{kind}"><i>{digit}</i>{bar}<em>{written}</em></li>'


def _frame(network: Network, content: str) -> str:
    return (
        f'<article class="bars"{_data_network(network)} style="{images.style(network.key)}">'
        f'<p class="title">{network.title}</p>{content}</article>'
    )


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
