"""A densely connected network, DenseNet-BC, depth 40: each layer gets the feature maps of all layers before it.

Sources: G. Huang et al., Densely Connected Convolutional Networks, 2017;
R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapter 2, listing 2.4.1.
The book's network has depth 100 and takes 32x32x3; with 28x28x1 the last feature maps are 7x7, so the last pool is 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES, SIDE
from language import N_
from models.network import Network

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (SIDE, SIDE, 1)
STAGES = 3


def build(depth: int = 40, growth: int = 12, compression: float = 0.5, dropout: float = 0.2) -> keras.Model:
    """DenseNet-BC with depth 6n+4 and growth new feature maps for each layer; 181,830 parameters at depth 40."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="picture")
    filters = 2 * growth
    x = _convolve(inputs, filters, 3, 0, "stem")
    x = layers.Concatenate(name="stem_join")([inputs, x])
    count = (depth - 4) // (2 * STAGES)
    for stage in range(1, STAGES + 1):
        for block in range(1, count + 1):
            name = f"stage{stage}_block{block}"
            y = _convolve(x, 4 * growth, 1, dropout, f"{name}_a")
            y = _convolve(y, growth, 3, dropout, f"{name}_b")
            x = layers.Concatenate(name=f"{name}_join")([x, y])
        if stage < STAGES:
            filters = int((filters + count * growth) * compression)
            x = layers.BatchNormalization(name=f"between{stage}_norm")(x)
            x = layers.Conv2D(filters, 1, padding="same", kernel_initializer="he_normal", name=f"between{stage}_conv")(
                x
            )
            if dropout:
                x = layers.Dropout(dropout, name=f"between{stage}_dropout")(x)
            x = layers.AveragePooling2D(2, name=f"between{stage}_pool")(x)
    x = layers.AveragePooling2D(SIDE // 4, name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(CLASSES, kernel_initializer="he_normal", name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="densenet")


def _convolve(x: keras.KerasTensor, filters: int, kernel: int, dropout: float, name: str) -> keras.KerasTensor:
    """Batch normalisation, ReLU, convolution, dropout, in this order."""
    from keras import layers

    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    x = layers.Activation("relu", name=f"{name}_relu")(x)
    x = layers.Conv2D(filters, kernel, padding="same", kernel_initializer="he_normal", name=f"{name}_conv")(x)
    return layers.Dropout(dropout, name=f"{name}_dropout")(x) if dropout else x


NETWORK = Network(
    key="densenet",
    title="DenseNet",
    source="Huang et al. 2017; Atienza 2020, listing 2.4.1",
    idea=N_("reuses everything it found"),
    input_shape=INPUT_SHAPE,
    build=build,
)
