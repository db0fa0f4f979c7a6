"""A classifier: a trained network that maps digits to ten probabilities, without TensorFlow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.network import Network
from recognition import TensorFlowMissing
from recognition.card import ModelCard
from recognition.exported_model import PROBABILITIES, Architecture, InterpreterPool
from recognition.prediction import Prediction
from recognition.store import misfit, verified, verified_serving_file

if TYPE_CHECKING:
    import keras


class Classifier:
    """A network with its weights.

    network: the architecture; card: the card of the weights; interpreters: run the network.
    Safe to use from many threads at once.
    """

    def __init__(
        self, network: Network, card: ModelCard, interpreters: InterpreterPool, model: keras.Model | None = None
    ):
        self.network = network
        self.card = card
        self.interpreters = interpreters
        self._model = model
        self._building = threading.Lock()

    @classmethod
    def load(cls, network: Network, recipe: str) -> Classifier:
        """The network with the weights of a recipe; see recognition.load."""
        content, card = verified_serving_file(network.key, recipe)
        try:
            interpreters = InterpreterPool(content)
            expected = [network.input_shape] * network.input_count
            if interpreters.input_shapes != expected or PROBABILITIES not in interpreters.output_shapes:
                raise ValueError(f"input shapes {interpreters.input_shapes}, expected {expected}")
        except (ValueError, RuntimeError) as error:
            raise misfit(f"{network.key}.tflite", network.key, recipe, str(error)) from error
        return cls(network, card, interpreters)

    def predict(self, digits: np.ndarray) -> np.ndarray:
        """The calibrated probabilities: the logits are divided by the card's temperature before the softmax.

        digits: uint8 (n, 28, 28), white ink on black. Returns float32 (n, 10) from 0 to 1, each row with the sum 1.
        Raises ValueError for any other shape or dtype.
        Source: C. Guo et al., On Calibration of Modern Neural Networks, 2017.
        """
        return self.calibrate(self.raw(digits))

    def raw(self, digits: np.ndarray) -> np.ndarray:
        """The raw softmax, before calibration; digits and result as for predict."""
        return self.outputs(digits, [PROBABILITIES])[0]

    def probabilities(self, digits: np.ndarray, calibrated: bool = True) -> np.ndarray:
        """The result of predict, or of raw if not calibrated."""
        return self.predict(digits) if calibrated else self.raw(digits)

    def predict_one(self, digit: np.ndarray, calibrated: bool = True) -> Prediction:
        """Predict one digit, uint8 (28, 28); the result is shared by panels, history and other programs."""
        (probabilities,) = self.probabilities(digit[None], calibrated)
        return Prediction(self.network.key, self.card.recipe, probabilities, self.card, calibrated)

    def calibrate(self, raw: np.ndarray) -> np.ndarray:
        """Calibrate a raw softmax, float32 (n, 10), without changing the order of the probabilities."""
        scaled = raw.astype(np.float64) ** (1 / self.card.temperature)
        return (scaled / scaled.sum(axis=1, keepdims=True)).astype(np.float32)

    def outputs(self, digits: np.ndarray, names: Sequence[str]) -> list[np.ndarray]:
        """Named outputs of the LiteRT file, each float32 (n, ...), for digits, uint8 (n, 28, 28).

        Raises ValueError for any other shape or dtype, or for an output that the network does not have.
        """
        return self.interpreters.run(self.network.inputs(digits), names)

    @property
    def architecture(self) -> Architecture:
        """The network's layers, as its card describes them."""
        if self.card.serving is None:
            raise ValueError(f"the card of {self.network.key} does not describe a LiteRT file")
        return self.card.serving.architecture

    @property
    def model(self) -> keras.Model:
        """The Keras model with the same weights. The first use imports TensorFlow, which takes seconds.

        Raises TensorFlowMissing if it is not installed, recognition.store.WeightsError for a missing or altered
        file.
        """
        with self._building:
            if self._model is None:
                self._model = _build(self.network, self.card)
            return self._model


def _build(network: Network, card: ModelCard) -> keras.Model:
    path, _ = verified(card.network, card.recipe)
    try:
        model = network.build()
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("keras", "tensorflow"):
            raise TensorFlowMissing(
                "TensorFlow is not installed here; install it with: pip install -r requirements.txt"
            ) from error
        raise
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise misfit(path.name, network.key, card.recipe, str(error)) from error
    return model
