"""The page "Evidence": the measured quality of each network, read from the cards."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from language import N_, _, ngettext, number, percent
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
from ui.shared.run_lock import one_at_a_time

KINDS = {
    "mnist": N_("MNIST test digits, accepted"),
    "drawn": N_("drawn digits, accepted"),
    "written_letter": N_("handwritten letters, flagged"),
    "pictured_letter": N_("letters rendered in MNIST style, flagged"),
    "written_sign": N_("handwritten signs, flagged"),
    "script": N_("handwritten characters of another script, flagged"),
    "turned_character": N_("turned or mirrored characters, flagged"),
    "mixed": N_("strokes of several characters, flagged"),
    "letter": N_("letters in type, flagged"),
    "sign": N_("Greek, Japanese and other signs in type, flagged"),
    "several": N_("two or three digits or letters, flagged"),
    "turned": N_("digits turned on their side or mirrored, flagged"),
    "random": N_("random lines and curves, flagged"),
    "scribble": N_("scribbles and blots, flagged"),
}


DIGITS = {  # of the tests, the one that is most like this page first
    "drawn": N_("Fourteen people drew these digits on a canvas like ours; no network was trained on their writing."),
    "mnist": N_("MNIST's test digits are scans, written by other people than those that the networks were trained on."),
    "drawn_resized": N_("The same drawings as drawn digits, but shrunk whole instead of cut out and centred first."),
}
SQUARES = N_(
    "Each square is one digit of a thousand: in colour those that a network reads wrongly, paler as far as chance may "
    "have moved that (95 % interval)."
)


@one_at_a_time
def page() -> None:
    """Show the mistakes of each network as a picture, and, folded, the accuracies, the outlier detector and details."""
    st.title(_("Evidence"))
    words = st.empty()
    cards = _cards()
    tests = {TESTS[name]: name for name in DIGITS}
    with st.container(horizontal=True):
        test = tests[one_of(_("Test digits"), tests, session.EVIDENCE_TEST)]
        recipe = one_recipe(cards, key=session.EVIDENCE_RECIPE) if cards else ""
    words.write(f"{_(DIGITS[test])} {_(SQUARES)}")
    if cards:
        show_mistakes(cards[recipe], test)
        with st.expander(_("All accuracies, with their intervals"), icon=":material/bar_chart:"):
            figures.show_accuracies(cards, test)
            for each, by_title in cards.items():
                st.write(_(RECIPES[each].caption))
                st.table([_row(card) for card in by_title.values()])
        with st.expander(_("One network: training, calibration, confusions"), icon=":material/troubleshoot:"):
            _detail(cards[recipe])
    with st.expander(_("Drawings that are no digits"), icon=":material/flag:"):
        _outliers()
    with st.expander(_("Corrupted digits"), icon=":material/blur_on:"):
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
    tests = {_(label): _score(card, name) for name, label in TESTS.items()}
    return {
        _("network"): network.title,
        _("parameters"): number(card.parameters),
        _("the book, MNIST test"): percent(network.book_accuracy / 100) if network.book_accuracy else _("not printed"),
        **tests,
        _("training"): _training(card),
    }


def _score(card: ModelCard, name: str) -> str:
    return accuracy_percent(card.tests[name]) if name in card.tests else _("not measured")


def _training(card: ModelCard) -> str:
    seconds, short = number(card.training["seconds_per_epoch"], 1), figures.short_training(card)
    if short:
        return _("{epochs}, cut short to save time, {seconds} s each").format(epochs=short, seconds=seconds)
    n = card.training["epochs"]
    words = ngettext("{n} epoch, {seconds} s each", "{n} epochs, {seconds} s each", n)
    return words.format(n=number(n), seconds=seconds)


def _outliers() -> None:
    try:
        card = read_card(outlier.DETECTOR.key, "drawn")
    except WeightsError as error:
        st.error(str(error))
        return
    words = _(
        "A classifier always answers with a digit, whatever it is shown. A separate detector, trained on letters, "
        "signs and scribbles too, flags drawings that may not be digits: those that score {threshold} or more, of 1. "
        "The letters and signs in type are distorted like handwriting. The detector was trained on none of these "
        "drawings, nor on others by the same people or of the same signs in type. Characters that many people write "
        "like a digit, such as O, l, S, Z and b, are left out. The area under the ROC curve is the probability that "
        "such a drawing scores higher than a drawn digit."
    )
    st.write(words.format(threshold=number(outlier.THRESHOLD, 2)))
    st.table(
        [
            {
                _("drawings"): _(KINDS.get(name, name)),
                "n": number(score.n),
                _("correct"): accuracy_percent(score),
                _("area under the ROC curve"): "" if score.area is None else number(score.area, 4),
            }
            for name, score in card.tests.items()
        ]
    )


def _detail(by_title: dict[str, ModelCard]) -> None:
    card = by_title[one_of(_("Network"), by_title, session.NETWORK)]
    st.write(_facts(card))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("Training"))
        charts.training_curves(card.history)
    with right:
        st.subheader(_("Calibration"))
        words = _(
            "A raw softmax is often too sure. The page divides the logits by {temperature}, so that of the answers "
            "given with 90 % about 90 in 100 are right on digits held out from training; *Raw softmax* under "
            "*Networks* on the page Draw shows what it was before."
        )
        st.write(words.format(temperature=number(card.temperature, 2)))
        _for_both_tests(card, charts.reliability)
    st.subheader(_("Confusion matrix"))
    _for_both_tests(card, lambda score, label: st.html(charts.confusion_matrix(score.confusion, label)))


def _for_both_tests(card: ModelCard, draw: Callable[[Score, str], object]) -> None:
    names = [name for name in ("mnist", "drawn") if name in card.tests]
    for column, name in zip(st.columns(max(1, len(names)), gap="medium"), names, strict=False):
        with column:
            draw(card.tests[name], _(TESTS[name]))


def _facts(card: ModelCard) -> str:
    training = card.training
    size = _("{n} parameters in {size} MB")
    course = ngettext(
        "{optimizer}, {n} epoch of {digits} digits, batches of {batch}, {seconds} s an epoch, seed {seed}",
        "{optimizer}, {n} epochs of {digits} digits, batches of {batch}, {seconds} s an epoch, seed {seed}",
        training["epochs"],
    )
    facts = [
        size.format(n=number(card.parameters), size=number(card.size / 1e6, 1)),
        course.format(
            optimizer=training["optimizer"],
            n=number(training["epochs"]),
            digits=number(training["digits"]["train"]),
            batch=training["batch_size"],
            seconds=number(training["seconds_per_epoch"], 1),
            seed=training["seed"],
        ),
        *_teachers(training),
        _("{date}, Python {python}, Keras {keras} on {backend}").format(date=training["date"], **training["versions"]),
        _("temperature {temperature}").format(temperature=number(card.temperature, 2)),
        f"SHA-256 `{card.sha256[:16]}…`",
    ]
    return " · ".join(facts)


def _teachers(training: dict) -> list[str]:
    older = training.get("teacher")  # on cards of before there were several
    keys = [*(training.get("teachers") or [older] * bool(older))]
    if len(keys) > 1:
        words = ngettext("distilled from the mean of {n} network", "distilled from the mean of {n} networks", len(keys))
        return [words.format(n=number(len(keys)))]
    return [_("distilled from the {network}").format(network=NETWORKS[key].title) for key in keys]
