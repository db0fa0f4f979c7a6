"""A long short-term memory network: like the simple RNN, but gates decide what to keep and what to forget.

Sources: S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, 1997; R. Atienza, Advanced Deep Learning with
TensorFlow 2 and Keras, 2nd edition, chapter 1, listing 1.5.1, with another cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES
from language import N_
from models.network import Network
from models.rnn import INPUT_SHAPE

if TYPE_CHECKING:
    import keras


def build(units: int = 256, dropout: float = 0.2) -> keras.Model:
    """LSTM over 28 rows of 28 values, dropout on its inputs; 294,410 parameters with 256 units."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="rows")
    x = layers.LSTM(units, dropout=dropout, name="lstm")(inputs)
    x = layers.Dense(CLASSES, name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="lstm")


NETWORK = Network(
    key="lstm",
    title="LSTM",
    source="Hochreiter and Schmidhuber 1997; Atienza 2020, section 1.5",
    idea=N_("reads rows with a long memory"),
    input_shape=INPUT_SHAPE,
    build=build,
)
