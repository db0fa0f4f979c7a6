"""Batches for Keras, shuffled for each epoch; the same seed and epoch always give the same batches."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from digits import CLASSES
from models.network import Network


class Batches(keras.utils.PyDataset):
    """One epoch's batches of inputs, float32 (batch, *input_shape), and targets, float32 (batch, classes).

    digits: uint8 (n, 28, 28); targets: float32 (n, classes), rows with the sum 1.
    choose: which digits an epoch takes, as indices, given that epoch's random generator.
    """

    def __init__(
        self,
        network: Network,
        digits: np.ndarray,
        targets: np.ndarray,
        batch_size: int,
        seed: int,
        choose: Callable[[np.random.Generator], np.ndarray],
    ):
        super().__init__()
        self.network, self.digits, self.targets, self.batch_size, self.seed = network, digits, targets, batch_size, seed
        self.choose = choose
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Chooses and shuffles the digits of an epoch, counted from 0."""
        random = np.random.default_rng([self.seed, epoch])
        self.order = random.permutation(self.choose(random))

    def __len__(self) -> int:
        return -(-len(self.order) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.network.inputs(self.digits[chosen]), self.targets[chosen]


def one_hot(labels: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    """Labels uint8 (n,) as targets, float32 (n, classes)."""
    return np.eye(classes, dtype=np.float32)[labels]


def soft_targets(labels: np.ndarray, probabilities: np.ndarray, temperature: float = 2.0) -> np.ndarray:
    """Targets, float32 (n, 10): half the label, half a teacher's probabilities at a higher temperature."""
    soft = probabilities.astype(np.float64) ** (1 / temperature)
    return ((one_hot(labels) + soft / soft.sum(axis=1, keepdims=True)) / 2).astype(np.float32)
