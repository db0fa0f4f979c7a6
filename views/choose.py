"""Choices that the page's link carries: of one among several, of one network, of the networks that answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from models import FIRST, NETWORKS
from models.weights import WeightsError, released, trained_recipes

if TYPE_CHECKING:
    from models.classifier import Classifier


TRAINED_ON = {"drawn": "Trained on drawings", "book": "on MNIST alone"}


def one_of(label: str, options: Iterable[str], key: str, control: Callable = st.segmented_control, **look) -> str:
    """Lets the visitor choose an option; the first one, until they or a link say otherwise.

    key: of the choice, in the session and in the link. control: Streamlit's widget; look: more of its arguments.
    """
    options = list(options)
    if st.session_state.get(key) not in options:  # what was chosen is no longer offered
        st.session_state.pop(key, None)
    chosen = control(
        label,
        options,
        default=options[0],
        required=True,
        label_visibility="collapsed",
        key=key,
        bind="query-params",
        **look,
    )
    return chosen or options[0]  # a link with an empty value chooses none, required or not


def one_recipe(recipes: Iterable[str], key: str = "recipe") -> str:
    """Lets the visitor choose the recipe whose weights they look at."""
    return one_of("Trained on", recipes, key, format_func=TRAINED_ON.get)


def which_networks() -> None:
    """Lets the visitor choose which networks answer, where more than the first four have been trained."""
    trained = {key for recipe in trained_recipes() for key in released(recipe)}
    offered = [network.title for key, network in NETWORKS.items() if key in trained]
    if len(offered) > len(FIRST):
        with st.popover("Networks", width="stretch"):
            st.pills(
                "Which networks to show",
                offered,
                selection_mode="multi",
                default=[NETWORKS[key].title for key in FIRST],
                key="networks",
                bind="query-params",
            )


def one_network(classifiers: Mapping[str, Classifier | WeightsError]) -> Classifier | None:
    """Lets the visitor choose a network; returns its classifier, or None after saying why there is none."""
    titles = {NETWORKS[key].title: key for key in classifiers}
    found = classifiers[titles[one_of("Network", titles, "network")]]
    if isinstance(found, WeightsError):
        st.error(str(found))
        return None
    return found


def sound(classifiers: Mapping[str, Classifier | WeightsError]) -> list[Classifier]:
    """The classifiers that can answer, in display order."""
    return [found for found in classifiers.values() if not isinstance(found, WeightsError)]
