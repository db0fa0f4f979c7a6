"""Trained networks that answer: digits in, ten probabilities out, in about a millisecond.

Importing this imports TensorFlow; recognition.load does it when it is needed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from digits import check_digits
from models.network import Network
from recognition.card import Card
from recognition.store import WeightsError, training_command, verified, weights_path

T = TypeVar("T")
_threads = ThreadPoolExecutor(thread_name_prefix="ensemble")
BATCH = 512  # digits in one pass, which bounds the memory of the largest feature maps to about 100 MB


class Classifier:
    """A network with its weights.

    network: the architecture; card: what is known of the weights; model: the Keras model, which changes no more.
    Safe to use from many threads at once.
    """

    def __init__(self, network: Network, model: keras.Model, card: Card):
        self.network = network
        self.model = model
        self.card = card
        self._cache: dict[Hashable, Any] = {}
        self._building = threading.Lock()

    @classmethod
    def load(cls, network: Network, recipe: str) -> Classifier:
        """The network with the weights of a recipe; see recognition.load."""
        path, card = verified(network.key, recipe)
        model = network.build()
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise WeightsError(
                f"{weights_path(network.key, recipe)} does not fit the network in models/{network.key}.py ({error}); "
                f"train it again with: {training_command(network.key, recipe)}"
            ) from error
        return cls(network, model, card)

    def predict(self, digits: np.ndarray) -> np.ndarray:
        """The calibrated probabilities: the logits are divided by the card's temperature before the softmax.

        digits: uint8 (n, 28, 28), white ink on black. Returns float32 (n, 10) from 0 to 1, each row with the sum 1.
        Raises ValueError for any other shape or dtype.
        Source: C. Guo et al., On Calibration of Modern Neural Networks, 2017.
        """
        return self.calibrate(self.raw(digits))

    def raw(self, digits: np.ndarray) -> np.ndarray:
        """The network's own softmax, before calibration; digits and result as for predict."""
        return self._alone.raw(digits)[0]

    def probabilities(self, digits: np.ndarray, calibrated: bool = True) -> np.ndarray:
        """What predict returns, or, not calibrated, what raw returns."""
        return self.predict(digits) if calibrated else self.raw(digits)

    def calibrate(self, raw: np.ndarray) -> np.ndarray:
        """Makes the calibrated probabilities of a raw softmax, both float32 (n, 10); their order stays."""
        scaled = raw.astype(np.float64) ** (1 / self.card.temperature)
        return (scaled / scaled.sum(axis=1, keepdims=True)).astype(np.float32)

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """What make() returns, called at the first request with this key: for graphs, which take a second to compile.

        Threads that ask at the same time wait for the one that compiles.
        """
        with self._building:
            if key not in self._cache:
                self._cache[key] = make()
            return self._cache[key]

    @property
    def _alone(self) -> Ensemble:
        return self.cached("ensemble", lambda: Ensemble([self]))


class Ensemble:
    """Several classifiers that are asked at once, in one compiled graph, which is faster than one after another."""

    def __init__(self, classifiers: Sequence[Classifier]):
        self.classifiers = tuple(classifiers)
        self._answer = compiled([classifier.model for classifier in self.classifiers])

    def predict(self, digits: np.ndarray) -> list[np.ndarray]:
        """For each classifier what its own predict would return."""
        answers = zip(self.classifiers, self.raw(digits), strict=True)
        return [classifier.calibrate(raw) for classifier, raw in answers]

    def raw(self, digits: np.ndarray) -> list[np.ndarray]:
        """For each classifier what its own raw would return."""
        parts = [digits[start : start + BATCH] for start in range(0, len(check_digits(digits)), BATCH)]
        answers = [self._answer([member.network.inputs(part) for member in self.classifiers]) for part in parts]
        empty = [np.empty((0, member.model.output_shape[-1]), np.float32) for member in self.classifiers]
        return [np.concatenate([none, *(answer[i].numpy() for answer in answers)]) for i, none in enumerate(empty)]


def ask_in_parallel(ensembles: Sequence[Ensemble], digits: np.ndarray, raw: bool = False) -> list[list[np.ndarray]]:
    """What the predict, or the raw, of each of some ensembles would return, at least one.

    While TensorFlow calculates for one of them it leaves Python's lock to the others, so that all cores are at work.
    """
    first, *others = [ensemble.raw if raw else ensemble.predict for ensemble in ensembles]
    waiting = [_threads.submit(ask, digits) for ask in others]
    return [first(digits), *(answer.result() for answer in waiting)]


def compiled(models: Sequence[keras.Model]) -> Callable[[list[np.ndarray]], list]:
    """A function from each model's inputs, float32 (n, ...), to each one's outputs, without dropout and the like.

    Keras's own predict() spends 50 ms on a single digit; a traced function spends one or two. With the weights as
    constants TensorFlow folds batch normalisation into convolution, and threads share nothing that changes.
    """

    def constants(model: keras.Model) -> list[list[np.ndarray]]:
        return [[v.numpy() for v in kind] for kind in (model.trainable_variables, model.non_trainable_variables)]

    weights = [constants(model) for model in models]

    def answer(inputs: list[tf.Tensor]) -> list:
        asked = zip(models, weights, inputs, strict=True)
        return [model.stateless_call(*values, x, training=False)[0] for model, values, x in asked]

    signature = [tf.TensorSpec(model.input_shape, tf.float32) for model in models]
    return tf.function(answer, input_signature=[signature]).get_concrete_function()
