"""Validates and keeps the moving average of the weights that Keras's optimizers compute, in place of the weights.

Source: B. Polyak and A. Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
"""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np


class Averages(keras.callbacks.Callback):
    """Puts the averaged weights in place while the network is validated, and the others back afterwards, bit for bit.

    Keras's SwapEMAWeights swaps by adding and subtracting, which changes the weights by rounding, so that a training
    that was interrupted would end otherwise than one that was not. At the end of fit Keras itself leaves the averages.
    """

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._trained = [np.array(variable) for variable in self.model.trainable_variables]
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)

    def on_test_end(self, logs: Mapping[str, float] | None = None) -> None:
        for variable, value in zip(self.model.trainable_variables, self._trained, strict=True):
            variable.assign(value)
