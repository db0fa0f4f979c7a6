"""What one network answers to one digit, or why it cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.card import Card


@dataclass(frozen=True, eq=False)
class Answer:
    """One network's answer to one digit; panels, the history and its exports all hold this.

    network: its key. recipe: the key of the recipe that its weights were trained by.
    probabilities: float32 (10,), sum 1; None where the network cannot answer.
    card: what is known of its weights; None where the network cannot answer.
    calibrated: whether the probabilities are calibrated, or the network's own softmax.
    error: why the network cannot answer, a sentence for the visitor; empty where it can.
    """

    network: str
    recipe: str
    probabilities: np.ndarray | None = None
    card: Card | None = None
    calibrated: bool = True
    error: str = ""

    @property
    def shares(self) -> np.ndarray:
        """The probabilities; raises ValueError where there are none."""
        if self.probabilities is None:
            raise ValueError(f"{self.network} has no answer: {self.error}")
        return self.probabilities

    @property
    def digit(self) -> int:
        """The most probable digit, 0 to 9."""
        return int(self.shares.argmax())

    @property
    def confidence(self) -> float:
        """The probability of that digit, 0 to 1."""
        return float(self.shares.max())
