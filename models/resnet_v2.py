"""A residual network, version 2, depth 9n+2 with n=2: batch normalisation and ReLU come before each convolution.

Sources: K. He et al., Identity Mappings in Deep Residual Networks, 2016;
R. Atienza, Advanced Deep Learning with TensorFlow 2 and Keras, 2nd edition, chapter 2, section 2.3.
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
WIDTHS = (16, 64, 128)  # filters of each stage's 3x3 convolutions
OUTPUTS = (64, 128, 256)  # filters at the end of each stage; the feature maps halve from one stage to the next
L2 = 1e-4  # weight decay of the convolution kernels


def build(blocks: int = 2) -> keras.Model:
    """ResNet v2 with the given number of bottleneck blocks in each stage; 573,802 parameters with two."""
    import keras
    from keras import layers

    inputs = keras.Input(INPUT_SHAPE, name="picture")
    x = _convolution(WIDTHS[0], 3, 1, "stem_conv")(inputs)
    x = _activated(x, "stem")
    for stage, (width, filters) in enumerate(zip(WIDTHS, OUTPUTS, strict=True), start=1):
        for block in range(1, blocks + 1):
            x = _block(x, width, filters, stage, block)
    x = _activated(x, "last")
    x = layers.AveragePooling2D(SIDE // 4, name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(CLASSES, kernel_initializer="he_normal", name="logits")(x)
    outputs = layers.Activation("softmax", name="softmax")(x)
    return keras.Model(inputs, outputs, name="resnet_v2")


def _block(x: keras.KerasTensor, width: int, filters: int, stage: int, block: int) -> keras.KerasTensor:
    """A bottleneck of 1x1, 3x3, 1x1 and its shortcut, which has a 1x1 convolution in each stage's first block."""
    from keras import layers

    name = f"stage{stage}_block{block}"
    strides = 2 if stage > 1 and block == 1 else 1
    y = x if (stage, block) == (1, 1) else _activated(x, f"{name}_a")  # the stem ends with the activation
    y = _convolution(width, 1, strides, f"{name}_a_conv")(y)
    y = _convolution(width, 3, 1, f"{name}_b_conv")(_activated(y, f"{name}_b"))
    y = _convolution(filters, 1, 1, f"{name}_c_conv")(_activated(y, f"{name}_c"))
    if block == 1:
        x = _convolution(filters, 1, strides, f"{name}_shortcut_conv")(x)
    return layers.Add(name=f"{name}_add")([x, y])


def _activated(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Batch normalisation, then ReLU."""
    from keras import layers

    return layers.Activation("relu", name=f"{name}_relu")(layers.BatchNormalization(name=f"{name}_norm")(x))


def _convolution(filters: int, kernel: int, strides: int, name: str) -> keras.Layer:
    from keras import layers, regularizers

    return layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="same",
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.L2(L2),
        name=name,
    )


NETWORK = Network(
    key="resnet_v2",
    title="ResNet v2",
    source="He et al. 2016; Atienza 2020, section 2.3",
    idea=N_("makes still more corrections"),
    input_shape=INPUT_SHAPE,
    build=build,
)
