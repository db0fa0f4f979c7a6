"""Weights while and after a network learns: their moving average, and the way back where too much was forgotten."""

from __future__ import annotations

import keras
import numpy as np

from models.network import Network
from training.live_batches import Earlier, answers_of

MOMENTUM, EVERY = 0.99, 5  # of that average, and steps from one update to the next
SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.08, 0.0)  # of the way from the weights before to those after
TRUSTED = 0.935  # share of the earlier digits that has to be answered as before; see training/LOG.md


class Average:
    """The moving average of a model's weights over its last steps."""

    def __init__(self, model: keras.Model):
        self.variables = [variable for variable in model.weights if variable.dtype == "float32"]
        self.values: list[np.ndarray] = []
        self.steps = 0

    def update(self) -> None:
        """Takes the weights of now in."""
        self.steps += 1
        if not self.values:
            self.values = [np.array(variable) for variable in self.variables]
        elif self.steps % EVERY == 0:
            newest = max(1 - MOMENTUM, 9 / (10 + self.steps // EVERY))  # the first ones are soon forgotten
            for value, variable in zip(self.values, self.variables, strict=True):
                value += newest * (np.asarray(variable) - value)

    def apply(self) -> None:
        """Puts the average in the weights' place, where there is one."""
        for variable, value in zip(self.variables, self.values, strict=bool(self.values)):
            variable.assign(value)


def keep(model: keras.Model, before: list[np.ndarray], earlier: Earlier, network: Network) -> None:
    """Goes back on the line to the weights before until nearly all earlier digits are answered as they were.

    Source: M. Wortsman et al., Robust Fine-Tuning of Zero-Shot Models, 2022.
    """
    after = model.get_weights()
    for share in SHARES:
        model.set_weights(
            [
                (old + share * (new - old)).astype(old.dtype) if old.dtype == np.float32 else new
                for old, new in zip(before, after, strict=True)
            ]
        )
        if (answers_of(model, network, earlier.probes).argmax(1) == earlier.expected).mean() >= TRUSTED:
            return
