"""A page: how well each network does, as measured, read from the cards; needs neither TensorFlow nor data."""

from __future__ import annotations

import streamlit as st

from models import NETWORKS, doubt
from models.card import TESTS, Card, Score
from models.weights import WeightsError, read_card, released, trained_recipes
from views import charts
from views.choose import one_of, one_recipe

RECIPES = {
    "drawn": "Recipe *drawn*: MNIST and real pen strokes, both in many variations.",
    "book": "Recipe *book*: the book's listings, MNIST alone.",
}
KINDS = {
    "mnist": "MNIST test digits, kept quiet",
    "drawn": "drawn digits, kept quiet",
    "letter": "letters, doubted",
    "sign": "Greek, Japanese and other signs, doubted",
    "several": "two or three digits or letters, doubted",
    "turned": "digits on their side or in a mirror, doubted",
    "random": "lines and bows at random, doubted",
    "scribble": "scribbles and blots, doubted",
}


def page() -> None:
    """A table for each recipe, then one network in detail."""
    st.title("Evidence")
    st.write(
        "What was measured of each network. *Drawn digits* are pen strokes of 14 people, of whom no network has seen "
        "any before, drawn on a canvas like the one here; *plain resize* is the same drawings, neither cut out nor "
        "centred. In brackets, 95 % intervals."
    )
    cards = _cards()
    for recipe, found in cards.items():
        st.write(RECIPES[recipe])
        st.table([_row(card) for card in found.values()])
    _doubt()
    if cards:
        _detail(cards)


def _cards() -> dict[str, dict[str, Card]]:
    """For each recipe the sound cards by their networks' titles; says what is wrong with the others."""
    cards: dict[str, dict[str, Card]] = {}
    for recipe in trained_recipes():
        for key in released(recipe):
            try:
                cards.setdefault(recipe, {})[NETWORKS[key].title] = read_card(key, recipe)
            except WeightsError as error:
                st.error(str(error))
    return cards


def _row(card: Card) -> dict[str, str]:
    network = NETWORKS[card.network]
    tests = {label: _score(card, name) for name, label in TESTS.items()}
    return {
        "network": network.title,
        "parameters": f"{card.parameters:,}",
        "the book, MNIST test": f"{network.book_accuracy} %" if network.book_accuracy else "not printed",
        **tests,
        "training": f"{card.training['epochs']} epochs, {card.training['seconds_per_epoch']} s each",
    }


def _score(card: Card, name: str) -> str:
    return _percent(card.tests[name]) if name in card.tests else "not measured"


def _percent(score: Score) -> str:
    low, high = score.interval
    return f"{100 * score.accuracy:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def _doubt() -> None:
    st.header("Is it a digit at all?")
    try:
        card = read_card(doubt.DETECTOR.key, "drawn")
    except WeightsError as error:
        st.error(str(error))
        return
    st.write(
        "A network has no word for what it does not know. One more, which has seen letters, signs and scribbles "
        f"too, says when a drawing may not be a digit: when its score is {doubt.THRESHOLD:.2f} or more, of 1. "
        "The letters and signs below are type, bent as hands bend it, none of which it was trained on. The area under "
        "the ROC curve says how often such a drawing scores higher than a drawn digit."
    )
    st.table(
        [
            {
                "drawings": KINDS[name],
                "n": f"{score.n:,}",
                "judged rightly": _percent(score),
                "area under the ROC curve": "" if score.area is None else f"{score.area:.4f}",
            }
            for name, score in card.tests.items()
        ]
    )


def _detail(cards: dict[str, dict[str, Card]]) -> None:
    st.header("One network in detail")
    found = cards[one_recipe(cards, key="trained")]  # not the key of the first page, which keeps its choice
    card = found[one_of("Network", found, "network")]
    st.write(_facts(card))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Training")
        charts.training_curves(card.history)
    with right:
        st.subheader("Is its confidence what it says?")
        _for_both_tests(card, charts.reliability)
    st.subheader("What is taken for what?")
    _for_both_tests(card, charts.confusion)


def _for_both_tests(card: Card, draw) -> None:
    names = [name for name in ("mnist", "drawn") if name in card.tests]
    for column, name in zip(st.columns(max(1, len(names)), gap="medium"), names, strict=False):
        with column:
            draw(card.tests[name], TESTS[name])


def _facts(card: Card) -> str:
    training, versions = card.training, card.training["versions"]
    facts = [
        f"{card.parameters:,} parameters in {card.size / 1e6:.1f} MB",
        f"{training['optimizer']}, {training['epochs']} epochs of {training['digits']['train']:,} digits, "
        f"batches of {training['batch_size']}, {training['seconds_per_epoch']} s an epoch, seed {training['seed']}",
        *([f"learnt from the {NETWORKS[training['teacher']].title}'s doubts"] if training.get("teacher") else []),
        f"{training['date']}, Python {versions['python']}, Keras {versions['keras']} on {versions['backend']}",
        f"temperature {card.temperature:.2f}",
        f"SHA-256 `{card.sha256[:16]}…`",
    ]
    return " · ".join(facts)
