"""Choices that the page's link carries: of an option, a recipe, one network, or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from language import _
from models import DEFAULT_NETWORKS, NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.recipes import RECIPES
from recognition.store import default_recipe, released, trained_recipes
from ui.shared import session

if TYPE_CHECKING:
    from recognition.classifier import Classifier


def one_of(
    label: str,
    options: Iterable[str],
    key: str,
    control: Callable[..., Any] = st.segmented_control,
    format_func: Callable[[str], str] = _,
    **look: Any,
) -> str:
    """Let the visitor choose an option; the first, until they or a link choose another.

    key: of the choice, in the session and in the link. control: Streamlit's widget; look: more of its arguments.
    format_func: the name of an option in the visitor's language, which is shown, and stands in the link.
    """
    options = list(options)
    if st.session_state.get(key) not in options:  # an earlier choice that is no longer offered
        st.session_state.pop(key, None)
    chosen = control(
        label,
        options,
        default=options[0],
        required=True,
        label_visibility="collapsed",
        key=key,
        bind="query-params",
        format_func=format_func,
        **look,
    )
    return chosen or options[0]  # a link with an empty value chooses none, required or not


def one_recipe(recipes: Iterable[str], key: str = session.RECIPE) -> str:
    """Let the visitor choose a recipe, by its key."""
    return one_of(_("Trained on"), recipes, key, format_func=lambda recipe: _(RECIPES[recipe].label))


def chosen_recipe() -> str:
    """The recipe that was chosen, where the choice is not on the page now."""
    chosen = st.session_state.get(session.RECIPE)
    return chosen if chosen in trained_recipes() else default_recipe()


def several_networks() -> None:
    """Let the visitor choose the networks, where more than the first four have been trained."""
    trained = {key for recipe in trained_recipes() for key in released(recipe)}
    offered = [network.title for key, network in NETWORKS.items() if key in trained]
    if len(offered) > len(DEFAULT_NETWORKS):
        st.pills(
            _("Which networks to show"),
            offered,
            selection_mode="multi",
            default=[NETWORKS[key].title for key in DEFAULT_NETWORKS],
            key=session.NETWORKS_SHOWN,
            bind="query-params",
        )


def one_network(selection: Selection, more: Mapping[str, Classifier]) -> Classifier | None:
    """Let the visitor choose one of the networks; return it, or None after showing why it cannot answer.

    more: others that are offered, by their titles.
    """
    loaded = ensemble.load(selection)
    keys = {NETWORKS[key].title: key for key in selection.networks}
    title = one_of(_("Network"), [*keys, *more], session.NETWORK)
    if title in more:
        return more[title]
    chosen = keys[title]
    for failure in loaded.failures:
        if failure.network == chosen:
            st.error(failure.reason)
    return next((classifier for classifier in loaded.classifiers if classifier.network.key == chosen), None)


def selected(recipe: str) -> Selection:
    """The selection that the visitor made, with a recipe; the first four networks until others are chosen."""
    titles = st.session_state.get(session.NETWORKS_SHOWN) or ()
    keys = tuple(key for key in released(recipe) if NETWORKS[key].title in titles)
    return Selection(recipe, keys or DEFAULT_NETWORKS, calibrated=not st.session_state.get(session.RAW, False))
