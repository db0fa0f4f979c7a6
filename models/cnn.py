"""A convolutional network: three 3x3 convolutions of 64 filters with max pooling between them.

Source: R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapter 1, listing 1.4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES, SIDE
from language import N_
from models.network import Network

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (SIDE, SIDE, 1)


def build(filters: int = 64, dropout: float = 0.2) -> keras.Model:
    """conv-pool-conv-pool-conv-flatten-dropout-dense; 80,266 parameters with 64 filters."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="picture")
    x = layers.Conv2D(filters, 3, activation="relu", name="conv_1")(inputs)
    x = layers.MaxPooling2D(2, name="pool_1")(x)
    x = layers.Conv2D(filters, 3, activation="relu", name="conv_2")(x)
    x = layers.MaxPooling2D(2, name="pool_2")(x)
    x = layers.Conv2D(filters, 3, activation="relu", name="conv_3")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(CLASSES, name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="cnn")


NETWORK = Network(
    key="cnn",
    title="CNN",
    source="Atienza 2020, listing 1.4.1",
    idea=N_("looks for edges, then shapes"),
    input_shape=INPUT_SHAPE,
    build=build,
    book_accuracy=99.4,
)
