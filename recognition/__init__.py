"""Trained networks: weights and cards on disk, calibrated probabilities, and the outlier detector.

from recognition import load
classifier = load("cnn", "drawn")
classifier.predict(digits)    # uint8 (n, 28, 28) to float32 (n, 10)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognition.classifier import Classifier


class TensorFlowMissing(ImportError):
    """TensorFlow is needed but not installed; the message says what to install."""


def load(key: str, recipe: str) -> Classifier:
    """Load a network with the weights trained by a recipe, after checking them against their card.

    key: one of models.NETWORKS; recipe: "book" or "drawn".
    Raises ValueError, with the known names, for an unknown network or recipe, and recognition.store.WeightsError for a
    missing or altered file.
    """
    from models import find
    from recognition.classifier import Classifier

    return Classifier.load(find(key), recipe)
