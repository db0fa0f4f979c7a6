"""A residual network, version 1, depth 6n+2 with n=3: three stages of three blocks, 16, 32 and 64 filters.

Sources: K. He et al., Deep Residual Learning for Image Recognition, 2015, section 4.2;
R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapter 2, listing 2.2.1.
The book's network takes 32x32x3 and ends in an average pool of 8; with 28x28x1 the last feature maps are 7x7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES, SIDE
from language import N_
from models.network import Network

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (SIDE, SIDE, 1)
STAGES = (16, 32, 64)  # filters in each stage; the feature maps halve from one stage to the next
L2 = 1e-4  # weight decay of the convolution kernels


def build(blocks: int = 3) -> keras.Model:
    """ResNet v1 with the given number of blocks in each stage; 274,154 parameters with three."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="picture")
    x = _convolve(inputs, STAGES[0], "stem")
    for stage, filters in enumerate(STAGES, start=1):
        for block in range(1, blocks + 1):
            x = _block(x, filters, halve=stage > 1 and block == 1, name=f"stage{stage}_block{block}")
    x = layers.AveragePooling2D(SIDE // 4, name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(CLASSES, kernel_initializer="he_normal", name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="resnet")


def _block(x: keras.KerasTensor, filters: int, halve: bool, name: str) -> keras.KerasTensor:
    """Two convolutions and their shortcut; a 1x1 convolution adapts the shortcut when the shape changes."""
    from keras import layers

    strides = 2 if halve else 1
    y = _convolve(x, filters, f"{name}_a", strides=strides)
    y = _convolve(y, filters, f"{name}_b", activate=False)
    if halve:
        x = _convolve(x, filters, f"{name}_shortcut", kernel=1, strides=strides, activate=False, normalise=False)
    x = layers.Add(name=f"{name}_add")([x, y])
    return layers.Activation("relu", name=f"{name}_relu")(x)


def _convolve(
    x: keras.KerasTensor,
    filters: int,
    name: str,
    kernel: int = 3,
    strides: int = 1,
    activate: bool = True,
    normalise: bool = True,
) -> keras.KerasTensor:
    """Convolution, batch normalisation, ReLU, in this order."""
    from keras import layers, regularizers

    x = layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="same",
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.L2(L2),
        name=f"{name}_conv",
    )(x)
    if normalise:
        x = layers.BatchNormalization(name=f"{name}_norm")(x)
    if activate:
        x = layers.Activation("relu", name=f"{name}_relu")(x)
    return x


NETWORK = Network(
    key="resnet",
    title="ResNet",
    source="He et al. 2015; Atienza 2020, listing 2.2.1",
    idea=N_("makes many small corrections"),
    input_shape=INPUT_SHAPE,
    build=build,
)
