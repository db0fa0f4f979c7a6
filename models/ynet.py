"""A Y-network: two branches of convolutions, one of them dilated, each with an input of its own, are joined.

Source: R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapter 2, listing 2.1.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES, SIDE
from language import N_
from models.network import Network

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (SIDE, SIDE, 1)
DILATIONS = {"left": 1, "right": 2}


def build(filters: int = 32, dropout: float = 0.4) -> keras.Model:
    """Three convolutions in each branch, with doubling filters; 208,394 parameters when starting with 32.

    Both inputs are given the same picture.
    """
    import keras
    from keras import layers

    inputs = [keras.Input(INPUT_SHAPE, name=f"{name}_picture") for name in DILATIONS]
    branches = []
    for x, (name, dilation) in zip(inputs, DILATIONS.items(), strict=True):
        for i in (1, 2, 3):
            x = layers.Conv2D(
                filters * 2 ** (i - 1),
                3,
                padding="same",
                activation="relu",
                dilation_rate=dilation,
                name=f"{name}_conv_{i}",
            )(x)
            x = layers.Dropout(dropout, name=f"{name}_dropout_{i}")(x)
            x = layers.MaxPooling2D(2, name=f"{name}_pool_{i}")(x)
        branches.append(x)
    x = layers.Concatenate(name="join")(branches)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(CLASSES, name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="ynet")


NETWORK = Network(
    key="ynet",
    title="Y-network",
    source="Atienza 2020, listing 2.1.2",
    idea=N_("looks twice, in two ways"),
    input_shape=INPUT_SHAPE,
    build=build,
    input_count=len(DILATIONS),
)
