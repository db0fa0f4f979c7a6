"""Is it a digit at all? A small network that knows letters, signs, scribbles and several digits at once.

A classifier must say some digit, and says it about a horse too. This one, the CNN of the book with an eleventh output,
was trained on the digits of the recipe "drawn" and on what is none (training.others); its eleventh probability is the
score. Source of the idea: D. Hendrycks et al., Deep Anomaly Detection with Outlier Exposure, 2019.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from models import cnn
from models.network import CLASSES, Network

if TYPE_CHECKING:
    from models.classifier import Classifier

THRESHOLD = 0.7  # from here on the page says so; of drawn digits it keeps 98 % and more quiet, see the card

DETECTOR = Network(
    key="doubt",
    title="Doubt",
    source="Hendrycks et al. 2019, on the CNN of Atienza 2020, listing 1.4.1",
    input_shape=cnn.INPUT_SHAPE,
    build=partial(cnn.build, classes=CLASSES + 1),
)


def score(digits: np.ndarray) -> np.ndarray:
    """How little each drawing is like a digit.

    digits: uint8 (n, 28, 28), white ink on black. Returns float32 (n,) from 0 (a digit) to 1 (something else).
    Raises ValueError for any other shape or dtype, models.weights.WeightsError if the weights are missing or altered.
    """
    return detector().raw(digits)[:, CLASSES]


@cache
def detector() -> Classifier:
    """The trained detector, loaded once; raises models.weights.WeightsError if its files are not sound."""
    return DETECTOR.load("drawn")
