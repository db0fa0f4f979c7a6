"""Batches for Keras, shuffled anew for each epoch; a seed and an epoch determine them."""

from __future__ import annotations

import keras
import numpy as np

from digits import CLASSES
from models.network import Network
from training.dataset import TrainingData


class Batches(keras.utils.PyDataset):
    """An epoch's batches of inputs, float32 (batch, *input_shape), and targets, float32 (batch, classes).

    targets: of each original, float32 (n, classes), rows with the sum 1; the variations of an original share them.
    """

    def __init__(self, network: Network, data: TrainingData, targets: np.ndarray, batch_size: int, seed: int):
        super().__init__()
        self.network, self.data, self.targets, self.batch_size, self.seed = network, data, targets, batch_size, seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Chooses, reads and shuffles the digits of an epoch, counted from 0."""
        random = np.random.default_rng([self.seed, epoch])
        order = random.permutation(self.data.choose(epoch, random))
        self._pictures, self._origins = self.data.pictures[order], self.data.origins[order]

    def __len__(self) -> int:
        return -(-len(self._origins) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return self.network.inputs(self._pictures[chosen]), self.targets[self._origins[chosen]]


def one_hot(labels: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    """Labels uint8 (n,) as targets, float32 (n, classes)."""
    return np.eye(classes, dtype=np.float32)[labels]


def soft_targets(labels: np.ndarray, probabilities: np.ndarray, temperature: float = 2.0) -> np.ndarray:
    """Distillation targets, float32 (n, 10): half the label, half the teacher's probabilities at a temperature."""
    soft = probabilities.astype(np.float64) ** (1 / temperature)
    return ((one_hot(labels) + soft / soft.sum(axis=1, keepdims=True)) / 2).astype(np.float32)
