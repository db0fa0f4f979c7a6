"""A trained network that answers: digits in, ten probabilities out, in a millisecond or so.

Importing this imports TensorFlow; Network.load does it when it is needed.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from models.card import Card
from models.network import CLASSES, Network
from models.weights import WeightsError, verified, weights_path

BATCH = 512  # digits in one pass, which bounds the memory of the largest feature maps to about 100 MB


class Classifier:
    """A network with its weights.

    network: the architecture; card: what is known of the weights; model: the Keras model.
    Safe to use from many threads at once.
    """

    def __init__(self, network: Network, model: keras.Model, card: Card):
        self.network = network
        self.model = model
        self.card = card
        # Keras's own predict() spends 50 ms on a single digit; a traced function with a fixed signature spends one.
        self._answer = tf.function(
            lambda inputs: model(inputs, training=False),
            input_signature=[tf.TensorSpec((None, *network.input_shape), tf.float32)],
        ).get_concrete_function()

    @classmethod
    def load(cls, network: Network, recipe: str) -> Classifier:
        """The network with the weights of a recipe; see Network.load."""
        path, card = verified(network.key, recipe)
        model = network.build()
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise WeightsError(
                f"{weights_path(network.key, recipe)} does not fit the network in models/{network.key}.py ({error}); "
                f"train it again with: python -m training.train {network.key} --recipe {recipe}"
            ) from error
        return cls(network, model, card)

    def predict(self, digits: np.ndarray) -> np.ndarray:
        """The calibrated probabilities: the logits are divided by the card's temperature before the softmax.

        digits: uint8 (n, 28, 28), white ink on black. Returns float32 (n, 10) from 0 to 1, each row with the sum 1.
        Raises ValueError for any other shape or dtype.
        Source: C. Guo et al., On Calibration of Modern Neural Networks, 2017.
        """
        scaled = self.raw(digits).astype(np.float64) ** (1 / self.card.temperature)
        return (scaled / scaled.sum(axis=1, keepdims=True)).astype(np.float32)

    def raw(self, digits: np.ndarray) -> np.ndarray:
        """The network's own softmax, before calibration; digits and result as for predict."""
        inputs = self.network.inputs(digits)
        batches = [self._answer(inputs[start : start + BATCH]).numpy() for start in range(0, len(inputs), BATCH)]
        return np.concatenate(batches or [np.empty((0, CLASSES), np.float32)])
