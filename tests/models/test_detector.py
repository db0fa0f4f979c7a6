"""The network of the outlier detector."""

from __future__ import annotations

import numpy as np

from models import detector
from recognition.outlier import DETECTOR


def test_it_gives_eleven_probabilities_and_has_its_documented_number_of_parameters():
    model = DETECTOR.build()
    digits = np.random.default_rng(3).integers(0, 256, (4, 28, 28), np.uint8)
    probabilities = model.predict(DETECTOR.inputs(digits), verbose=0)
    assert probabilities.shape == (4, 11) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert f"{model.count_params():,} parameters" in detector.build.__doc__


def test_dropout_is_the_one_that_is_asked_for():
    assert detector.build(dropout=0.35).get_layer("dropout").rate == 0.35
