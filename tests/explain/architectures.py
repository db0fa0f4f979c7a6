"""Small models with structures that diagrams must support, whether or not a network of the page has them."""

from __future__ import annotations

from functools import cache

from models import NETWORKS


def bottlenecks():
    """Two stages of residual blocks as in ResNet v2: normalisation before convolution."""
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
    """Two stages of blocks that concatenate input and output, with a transition between the stages."""
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
    """Two inputs, each with its own branch, concatenated at the end."""
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


def bidirectional():
    """A bidirectional LSTM, followed by a GRU."""
    from keras import Input, Model, layers

    inputs = Input((28, 28), name="rows")
    x = layers.Bidirectional(layers.LSTM(8, dropout=0.2, return_sequences=True), name="bidirectional")(inputs)
    x = layers.GRU(5, name="gru")(x)
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="bidirectional")


def shared_layer():
    """One layer, called for both inputs, and the difference of its outputs."""
    from keras import Input, Model, layers

    inputs = [Input((6,), name="first"), Input((6,), name="second")]
    layer = layers.Dense(4, activation="relu", name="same")
    x = layers.Subtract(name="difference")([layer(x) for x in inputs])
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="shared_layer")


def reentered_stage():
    """Two blocks of one stage, with a layer between them that belongs to no stage."""
    from keras import Input, Model, layers

    x = inputs = Input((6,), name="pixels")
    for name in ("stage1_block1_dense", "between", "stage1_block2_dense"):
        x = layers.Dense(6, name=name)(x)
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="reentered_stage")


def nested():
    """A Sequential used as a layer."""
    from keras import Input, Model, Sequential, layers

    inputs = Input((6,), name="pixels")
    x = Sequential([layers.Dense(4), layers.Dense(3)], name="inner_part")(inputs)
    return Model(inputs, layers.Dense(10, activation="softmax", name="softmax")(x), name="nested")


def sequential():
    """A plain Sequential."""
    from keras import Sequential, layers

    return Sequential([layers.Input((6,)), layers.Dense(4), layers.Dense(10, activation="softmax")])


EXAMPLES = (
    bottlenecks,
    densely_connected,
    two_branches,
    bidirectional,
    shared_layer,
    reentered_stage,
    nested,
    sequential,
)
BUILDERS = {key: network.build for key, network in NETWORKS.items()} | {build.__name__: build for build in EXAMPLES}


@cache
def built(name: str):
    """The model with this name, a key of BUILDERS."""
    return BUILDERS[name]()
