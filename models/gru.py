"""A gated recurrent unit: two gates instead of the LSTM's three, and no separate cell state.

Sources: K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014; R. Atienza, Advanced Deep
Learning with TensorFlow 2 and Keras, 2nd edition, chapter 1, listing 1.5.1, with another cell.
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
    """GRU over 28 rows of 28 values, dropout on its inputs; 222,218 parameters with 256 units."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="rows")
    x = layers.GRU(units, dropout=dropout, name="gru")(inputs)
    x = layers.Dense(CLASSES, name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="gru")


NETWORK = Network(
    key="gru",
    title="GRU",
    source="Cho et al. 2014; Atienza 2020, section 1.5",
    idea=N_("reads rows with a lighter memory"),
    input_shape=INPUT_SHAPE,
    build=build,
)
