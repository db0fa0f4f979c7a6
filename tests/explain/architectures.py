"""Small models of every shape that the diagrams have to draw, and that no network of the page may have."""

from __future__ import annotations

from functools import cache

from models import NETWORKS


def bottlenecks():
    """Two stages of residual blocks as in the second ResNet: normalised before they are convolved."""
    from keras import Input, Model, layers

    def convolve(x, filters, kernel, name, normalise=True):
        if normalise:
            x = layers.BatchNormalization(name=f"{name}_norm")(x)
            x = layers.Activation("relu", name=f"{name}_relu")(x)
        return layers.Conv2D(filters, kernel, padding="same", name=f"{name}_conv")(x)

    x = inputs = Input((8, 8, 1), name="picture")
    x = layers.Activation("relu", name="stem_relu")(convolve(x, 4, 3, "stem", normalise=False))
    for stage, filters in ((1, 16), (2, 32)):
        for block in (1, 2):
            name = f"stage{stage}_block{block}"
            y = convolve(x, filters // 4, 1, f"{name}_a", normalise=(stage, block) != (1, 1))
            y = convolve(y, filters // 4, 3, f"{name}_b")
            y = convolve(y, filters, 1, f"{name}_c")
            if block == 1:
                x = convolve(x, filters, 1, f"{name}_shortcut", normalise=False)
            x = layers.Add(name=f"{name}_add")([x, y])
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Activation("relu", name="relu")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="bottlenecks")


def densely_connected():
    """Two stages of blocks that pass on their input beside their output, and a transition between the stages."""
    from keras import Input, Model, layers

    x = inputs = Input((8, 8, 1), name="picture")
    x = layers.BatchNormalization(name="stem_norm")(x)
    x = layers.Conv2D(4, 3, padding="same", name="stem_conv")(x)
    for stage in (1, 2):
        for block in (1, 2, 3):
            name = f"stage{stage}_block{block}"
            y = layers.BatchNormalization(name=f"{name}_norm")(x)
            y = layers.Activation("relu", name=f"{name}_relu")(y)
            y = layers.Conv2D(3, 3, padding="same", name=f"{name}_conv")(y)
            y = layers.Dropout(0.2, name=f"{name}_dropout")(y)
            x = layers.Concatenate(name=f"{name}_join")([x, y])
        if stage == 1:
            x = layers.BatchNormalization(name="transition_norm")(x)
            x = layers.Conv2D(6, 1, name="transition_conv")(x)
            x = layers.AveragePooling2D(2, name="transition_pool")(x)
    x = layers.Flatten(name="flatten")(layers.AveragePooling2D(4, name="pool")(x))
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="densely_connected")


def two_branches():
    """Two inputs, each with a branch of its own, put together at the end."""
    from keras import Input, Model, layers

    inputs, branches = [], []
    for side, dilation in (("left", 1), ("right", 2)):
        x = Input((8, 8, 1), name=f"{side}_picture")
        inputs.append(x)
        x = layers.Conv2D(4, 3, activation="relu", padding="same", dilation_rate=dilation, name=f"{side}_conv")(x)
        x = layers.Dropout(0.4, name=f"{side}_dropout")(x)
        branches.append(layers.MaxPooling2D(name=f"{side}_pool")(x))
    x = layers.Flatten(name="flatten")(layers.Concatenate(name="join")(branches))
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="two_branches")


def both_ways():
    from keras import Input, Model, layers

    inputs = Input((28, 28), name="rows")
    x = layers.Bidirectional(layers.LSTM(8, dropout=0.2, return_sequences=True), name="both")(inputs)
    x = layers.GRU(5, name="gru")(x)
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="both_ways")


def shared():
    """One layer, called for both inputs, which are then taken from each other."""
    from keras import Input, Model, layers

    inputs = [Input((6,), name="one"), Input((6,), name="other")]
    layer = layers.Dense(4, activation="relu", name="same")
    x = layers.Subtract(name="difference")([layer(x) for x in inputs])
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="shared")


def left_and_entered_again():
    """Blocks named as if they were a stage, but with a layer of no stage between them."""
    from keras import Input, Model, layers

    x = inputs = Input((6,), name="pixels")
    for name in ("stage1_block1_dense", "between", "stage1_block2_dense"):
        x = layers.Dense(6, name=name)(x)
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="left_and_entered_again")


def nested():
    """A Sequential as if it were a layer."""
    from keras import Input, Model, Sequential, layers

    inputs = Input((6,), name="pixels")
    x = Sequential([layers.Dense(4), layers.Dense(3)], name="inner_part")(inputs)
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="nested")


def one_after_another():
    from keras import Sequential, layers

    return Sequential([layers.Input((6,)), layers.Dense(4), layers.Dense(10, activation="softmax")])


MADE = (
    bottlenecks,
    densely_connected,
    two_branches,
    both_ways,
    shared,
    left_and_entered_again,
    nested,
    one_after_another,
)
BUILD = {key: network.build for key, network in NETWORKS.items()} | {make.__name__: make for make in MADE}


@cache
def built(name: str):
    """The model of this name, one of BUILD."""
    return BUILD[name]()
