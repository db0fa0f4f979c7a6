"""The page "Evidence": the measured quality of each network, read from the cards."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from models import NETWORKS
from recognition import outlier
from recognition.card import TESTS, ModelCard, Score
from recognition.recipes import RECIPES
from recognition.store import WeightsError, read_card, released, trained_recipes
from ui.evidence import figures
from ui.evidence.mistakes import show_mistakes
from ui.shared import charts, session
from ui.shared.choosers import one_of, one_recipe
from ui.shared.percent import accuracy_percent

KINDS = {
    "mnist": "MNIST test digits, accepted",
    "drawn": "drawn digits, accepted",
    "written_letter": "handwritten letters, flagged",
    "pictured_letter": "letters rendered in MNIST style, flagged",
    "written_sign": "handwritten signs, flagged",
    "script": "handwritten characters of another script, flagged",
    "turned_character": "turned or mirrored characters, flagged",
    "mixed": "strokes of several characters, flagged",
    "letter": "letters in type, flagged",
    "sign": "Greek, Japanese and other signs in type, flagged",
    "several": "two or three digits or letters, flagged",
    "turned": "digits turned on their side or mirrored, flagged",
    "random": "random lines and curves, flagged",
    "scribble": "scribbles and blots, flagged",
}


DIGITS = {  # of the tests, the one that is most like this page first
    "drawn": "Fourteen people drew these digits on a canvas like ours; no network was trained on their writing.",
    "mnist": "MNIST's test digits are scans, written by other people than those that the networks were trained on.",
    "drawn_resized": "The same drawings as drawn digits, but shrunk whole instead of cut out and centred first.",
}
SQUARES = (
    "Each square is one digit of a thousand: in colour those that a network reads wrongly, paler as far as chance may "
    "have moved that (95 % interval)."
)


def page() -> None:
    """Show the mistakes of each network as a picture, and, folded, the accuracies, the outlier detector and details."""
    st.title("Evidence")
    words = st.empty()
    cards = _cards()
    tests = {TESTS[name]: name for name in DIGITS}
    with st.container(horizontal=True):
        test = tests[one_of("Test digits", tests, session.EVIDENCE_TEST)]
        recipe = one_recipe(cards, key=session.EVIDENCE_RECIPE) if cards else ""
    words.write(f"{DIGITS[test]} {SQUARES}")
    if cards:
        show_mistakes(cards[recipe], test)
        with st.expander("All accuracies, with their intervals", icon=":material/bar_chart:"):
            figures.show_accuracies(cards, test)
            for each, by_title in cards.items():
                st.write(RECIPES[each].caption)
                st.table([_row(card) for card in by_title.values()])
        with st.expander("One network: training, calibration, confusions", icon=":material/troubleshoot:"):
            _detail(cards[recipe])
    with st.expander("Drawings that are no digits", icon=":material/flag:"):
        _outliers()
    with st.expander("Corrupted digits", icon=":material/blur_on:"):
        figures.show_robustness()


def _cards() -> dict[str, dict[str, ModelCard]]:
    """For each recipe the readable cards, by their networks' titles; the problems of the others are shown."""
    cards: dict[str, dict[str, ModelCard]] = {}
    for recipe in trained_recipes():
        for key in released(recipe):
            try:
                cards.setdefault(recipe, {})[NETWORKS[key].title] = read_card(key, recipe)
            except WeightsError as error:
                st.error(str(error))
    return cards


def _row(card: ModelCard) -> dict[str, str]:
    network = NETWORKS[card.network]
    tests = {label: _score(card, name) for name, label in TESTS.items()}
    short = figures.short_training(card)
    epochs = f"{short}, cut short to save time" if short else f"{card.training['epochs']} epochs"
    return {
        "network": network.title,
        "parameters": f"{card.parameters:,}",
        "the book, MNIST test": f"{network.book_accuracy} %" if network.book_accuracy else "not printed",
        **tests,
        "training": f"{epochs}, {card.training['seconds_per_epoch']} s each",
    }


def _score(card: ModelCard, name: str) -> str:
    return accuracy_percent(card.tests[name]) if name in card.tests else "not measured"


def _outliers() -> None:
    try:
        card = read_card(outlier.DETECTOR.key, "drawn")
    except WeightsError as error:
        st.error(str(error))
        return
    st.write(
        "A classifier always answers with a digit, whatever it is shown. A separate detector, trained on letters, "
        "signs and scribbles too, flags drawings that may not be digits: those that score "
        f"{outlier.THRESHOLD:.2f} or more, of 1. The letters and signs in type are distorted like handwriting. The "
        "detector was trained on none of these drawings, nor on others by the same people or of the same signs in "
        "type. Characters that many people write like a digit, such as O, l, S, Z and b, are left out. The area under "
        "the ROC curve is the probability that such a drawing scores higher than a drawn digit."
    )
    st.table(
        [
            {
                "drawings": KINDS.get(name, name),
                "n": f"{score.n:,}",
                "correct": accuracy_percent(score),
                "area under the ROC curve": "" if score.area is None else f"{score.area:.4f}",
            }
            for name, score in card.tests.items()
        ]
    )


def _detail(by_title: dict[str, ModelCard]) -> None:
    card = by_title[one_of("Network", by_title, session.NETWORK)]
    st.write(_facts(card))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Training")
        charts.training_curves(card.history)
    with right:
        st.subheader("Calibration")
        st.write(
            f"A raw softmax is often too sure. The page divides the logits by {card.temperature:.2f}, so that of the "
            "answers given with 90 % about 90 in 100 are right on digits held out from training; *Raw softmax* under "
            "*Networks* on the page Draw shows what it was before."
        )
        _for_both_tests(card, charts.reliability)
    st.subheader("Confusion matrix")
    _for_both_tests(card, lambda score, label: st.html(charts.confusion_matrix(score.confusion, label)))


def _for_both_tests(card: ModelCard, draw: Callable[[Score, str], object]) -> None:
    names = [name for name in ("mnist", "drawn") if name in card.tests]
    for column, name in zip(st.columns(max(1, len(names)), gap="medium"), names, strict=False):
        with column:
            draw(card.tests[name], TESTS[name])


def _facts(card: ModelCard) -> str:
    training, versions = card.training, card.training["versions"]
    facts = [
        f"{card.parameters:,} parameters in {card.size / 1e6:.1f} MB",
        f"{training['optimizer']}, {training['epochs']} epochs of {training['digits']['train']:,} digits, "
        f"batches of {training['batch_size']}, {training['seconds_per_epoch']} s an epoch, seed {training['seed']}",
        *_teachers(training),
        f"{training['date']}, Python {versions['python']}, Keras {versions['keras']} on {versions['backend']}",
        f"temperature {card.temperature:.2f}",
        f"SHA-256 `{card.sha256[:16]}…`",
    ]
    return " · ".join(facts)


def _teachers(training: dict) -> list[str]:
    keys = list(training.get("teachers") or []) or [training["teacher"]] * bool(training.get("teacher"))
    if len(keys) > 1:
        return [f"distilled from the mean of {len(keys)} networks"]
    return [f"distilled from the {NETWORKS[key].title}" for key in keys]
