"""A multilayer perceptron: two dense hidden layers over the 784 pixel values.

Source: R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapter 1, listing 1.3.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES, SIDE
from language import N_
from models.network import Network

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (SIDE * SIDE,)


def build(units: int = 256, dropout: float = 0.45) -> keras.Model:
    """784-units-units-10 with ReLU, dropout after each hidden layer; 269,322 parameters with 256 units."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="pixels")
    x = inputs
    for i in (1, 2):
        x = layers.Dense(units, name=f"hidden_{i}")(x)
        x = layers.Activation("relu", name=f"relu_{i}")(x)
        x = layers.Dropout(dropout, name=f"dropout_{i}")(x)
    x = layers.Dense(CLASSES, name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="mlp")


NETWORK = Network(
    key="mlp",
    title="MLP",
    source="Atienza 2020, listing 1.3.2",
    idea=N_("sees 784 numbers in a row"),
    input_shape=INPUT_SHAPE,
    build=build,
    book_accuracy=98.5,
)
