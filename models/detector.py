"""The network of the outlier detector: five 3x3 convolutions with batch normalization, three poolings, a dense layer.

Deeper and wider than the book's CNN, because outliers are more varied than digits. Source: K. Simonyan and A.
Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2015; S. Ioffe and C. Szegedy, Batch
Normalization, 2015.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digits import CLASSES, SIDE

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (SIDE, SIDE, 1)
FILTERS = ((32,), (64, 64), (96, 96))  # of the convolutions before each pooling


def build(dropout: float = 0.2) -> keras.Model:
    """conv-pool-conv-conv-pool-conv-conv-pool-flatten-dropout-dense, each convolution with batch normalization.

    204,747 parameters; the last of its eleven outputs is for outliers.
    """
    import keras
    from keras import layers

    x = inputs = keras.Input(INPUT_SHAPE, name="picture")
    number = 0
    for block, filters in enumerate(FILTERS, start=1):
        for count in filters:
            number += 1
            x = layers.Conv2D(count, 3, padding="same", use_bias=False, name=f"conv_{number}")(x)
            x = layers.BatchNormalization(name=f"norm_{number}")(x)
            x = layers.Activation("relu", name=f"relu_{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool_{block}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(CLASSES + 1, name="logits")(x)
    return keras.Model(inputs, layers.Activation("softmax", name="softmax")(x), name="detector")
