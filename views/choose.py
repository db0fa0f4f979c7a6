"""The choice of one network, shared by the panels that show one at a time, and kept in the link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from models import NETWORKS
from models.weights import WeightsError

if TYPE_CHECKING:
    from models.classifier import Classifier


def one_network(classifiers: Mapping[str, Classifier | WeightsError]) -> Classifier | None:
    """Lets the visitor choose a network; returns its classifier, or None after saying why there is none."""
    titles = {NETWORKS[key].title: key for key in classifiers}
    title = st.segmented_control(
        "Network",
        list(titles),
        default=next(iter(titles)),
        required=True,
        label_visibility="collapsed",
        key="network",
        bind="query-params",
    )
    found = classifiers[titles[title]]
    if isinstance(found, WeightsError):
        st.error(str(found))
        return None
    return found


def sound(classifiers: Mapping[str, Classifier | WeightsError]) -> list[Classifier]:
    """The classifiers that can answer, in display order."""
    return [found for found in classifiers.values() if not isinstance(found, WeightsError)]
