"""A bidirectional LSTM: one half reads the rows from the top down, the other from the bottom up.

Sources: M. Schuster and K. Paliwal, Bidirectional Recurrent Neural Networks, 1997; R. Atienza, Advanced Deep Learning
with TensorFlow 2 and Keras, 2nd edition, chapter 1, listing 1.5.1, with another cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES
from language import N_
from models.network import Network
from models.rnn import INPUT_SHAPE

if TYPE_CHECKING:
    import keras


def build(units: int = 128, dropout: float = 0.2) -> keras.Model:
    """Two LSTMs, one for each direction, over 28 rows of 28 values; 163,338 parameters with 128 units each."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="rows")
    x = layers.Bidirectional(layers.LSTM(units, dropout=dropout), name="bilstm")(inputs)
    x = layers.Dense(CLASSES, name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="bilstm")


NETWORK = Network(
    key="bilstm",
    title="Bi-LSTM",
    source="Schuster and Paliwal 1997; Atienza 2020, section 1.5",
    idea=N_("reads from both ends"),
    input_shape=INPUT_SHAPE,
    build=build,
)
