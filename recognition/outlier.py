"""The outlier detector: a small network that recognizes drawings of anything but a digit, such as letters or scribbles.

A classifier predicts one of ten digits, whatever the drawing shows. The detector, a convolutional network with an
eleventh output, was trained on the digits of recipe "drawn" and on outliers (training.pool.outliers); its eleventh
probability is the score. Scores from THRESHOLD on count as outliers; it is on the detector's card, as its training
found it. Source: D. Hendrycks et al., Deep Anomaly Detection with Outlier Exposure, 2019.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from digits import CLASSES
from models import detector as architecture
from models.network import Network
from recognition.store import read_card

if TYPE_CHECKING:
    from recognition.classifier import Classifier

DETECTOR = Network(
    key="outlier",
    title="Outlier detector",
    source="Hendrycks et al. 2019",
    idea="tells digits from everything else",
    input_shape=architecture.INPUT_SHAPE,
    build=architecture.build,
)


def score(digits: np.ndarray) -> np.ndarray:
    """The outlier score of each drawing, higher for less like a digit.

    digits: uint8 (n, 28, 28), white ink on black. Returns float32 (n,) from 0 (a digit) to 1 (something else).
    Raises ValueError for any other shape or dtype, recognition.store.WeightsError for a missing or altered file.
    """
    return detector().raw(digits)[:, CLASSES]


def __getattr__(name: str) -> float:
    if name == "THRESHOLD":
        return float(read_card(DETECTOR.key, "drawn").training["threshold"])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def detector() -> Classifier:
    """The trained detector, loaded once; raises recognition.store.WeightsError if a file is missing or altered."""
    from recognition.classifier import Classifier

    return Classifier.load(DETECTOR, "drawn")
