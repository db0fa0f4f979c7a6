"""Gradients for the page, which need TensorFlow, and the settings that TensorFlow needs in a Streamlit server."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import numpy as np

from explain import attribution

if TYPE_CHECKING:
    from recognition.classifier import Classifier


def is_ready() -> bool:
    """Whether TensorFlow is imported; the first gradient imports it, which takes seconds."""
    return "tensorflow" in sys.modules


def gradient(classifier: Classifier, digit: np.ndarray, answer: int) -> np.ndarray:
    """What explain.attribution.gradient returns and raises."""
    if is_ready():
        return attribution.gradient(classifier, digit, answer)
    with _without_garbage_collection():
        with suppress(ImportError):  # the next line raises an error with an explanation
            _keep_keras_session()
        return attribution.gradient(classifier, digit, answer)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Excludes everything allocated in the block, and before it, from Python's garbage collection.

    A full collection that walks through TensorFlow's 370,000 objects stops all visitors for 400 ms, and its import
    would trigger many of them.
    """
    gc.disable()
    try:
        yield
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()


def _keep_keras_session() -> None:
    """Keeps Streamlit from clearing Keras's session after each run of the script, for all visitors at once.

    Streamlit does it for scripts that build graphs again and again. Here it would drop TensorFlow's compiled kernels,
    which cost the next gradient 250 ms, and the state of a model that another visitor is loading.
    """
    import keras

    keras.backend.clear_session = lambda free_memory=True: None
