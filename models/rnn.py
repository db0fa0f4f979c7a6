"""A simple recurrent network: it reads a digit row by row, top to bottom, and predicts after the last row.

Source: R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapter 1, listing 1.5.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES, SIDE
from language import N_
from models.network import Network

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (SIDE, SIDE)


def build(units: int = 256, dropout: float = 0.2) -> keras.Model:
    """SimpleRNN over 28 rows of 28 values, dropout on its inputs; 75,530 parameters with 256 units."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="rows")
    x = layers.SimpleRNN(units, dropout=dropout, name="rnn")(inputs)
    x = layers.Dense(CLASSES, name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="rnn")


NETWORK = Network(
    key="rnn",
    title="RNN",
    source="Atienza 2020, listing 1.5.1",
    idea=N_("reads row by row"),
    input_shape=INPUT_SHAPE,
    build=build,
    book_accuracy=98.0,
)
