"""Choices of one among several that the page's link carries; of one network, for the panels that show one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from models import NETWORKS
from models.weights import WeightsError

if TYPE_CHECKING:
    from models.classifier import Classifier


def one_of(label: str, options: Sequence[str], key: str, control: Callable = st.segmented_control, **look) -> str:
    """Lets the visitor choose an option; the first one, until they or a link say otherwise.

    key: of the choice, in the session and in the link. control: Streamlit's widget; look: more of its arguments.
    """
    options = list(options)
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
