"""The trained networks, loaded once in each server process, after the canvas is on the page."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import streamlit as st

from models import NETWORKS
from models.weights import WeightsError

if TYPE_CHECKING:
    from models.classifier import Classifier

_awake: set[str] = set()  # recipes that this process has loaded before


def awake(recipe: str) -> bool:
    """Whether the networks of this recipe answer at once; the first time they need TensorFlow, which takes seconds."""
    return recipe in _awake


def classifiers(recipe: str) -> dict[str, Classifier | WeightsError]:
    """Each network's classifier by key, in display order; in place of one whose files are not sound, the error."""
    found: dict[str, Classifier | WeightsError] = {}
    for key in NETWORKS:
        try:
            found[key] = _load(key, recipe)
        except WeightsError as error:  # not cached: a mended file answers at the next stroke
            found[key] = error
    _awake.add(recipe)
    return found


@st.cache_resource(show_spinner=False)
def _load(key: str, recipe: str) -> Classifier:
    _keep_what_is_loaded()
    classifier = NETWORKS[key].load(recipe)
    # Streamlit collects all garbage after each run of the script; TensorFlow's 370,000 objects would make it 400 ms.
    gc.collect()
    gc.freeze()
    return classifier


def _keep_what_is_loaded() -> None:
    """Keeps Streamlit from clearing Keras's session after each run of the script, for all visitors at once.

    It means well, for graphs that scripts build again and again. Here it would drop the compiled kernels of TensorFlow,
    which the next stroke would spend 250 ms on, and pull the state from under a network that is just being built.
    """
    import keras

    keras.backend.clear_session = lambda free_memory=True: None
