"""The printed tables of chapter 1: their rows, and the network that each row describes.

How the printed tables are read: training uses all 60,000 training digits, and accuracy is that of the last epoch's
weights, as in the listings. Table 1.3.3 gives three widths for each row, while listing 1.3.2 has two hidden layers;
here the rows have three hidden layers, as 256-512-256 can hardly mean two, and the listing's own network, with 269,322
parameters, has a row of its own. The number of epochs is not printed; here it is the listing's, 20 (10 for the CNN),
with Keras's default learning rates, with which SGD stays behind the printed MLPs. Two SGD rows are repeated at the end
with 100 epochs and come much closer. Seconds are the median epoch's, times the number of epochs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
from keras import layers, regularizers

from digits import CLASSES
from models import cnn, mlp, rnn
from models.network import Network


@dataclass(frozen=True)
class Row:
    """A printed configuration with its accuracies in percent, and how to build it.

    layers, regularizer, optimizer, activation: as printed. network: determines the inputs. build: a new Keras model.
    """

    layers: str
    regularizer: str
    optimizer: str
    activation: str
    book_train: float
    book_test: float
    network: Network
    build: Callable[[], keras.Model]
    epochs: int


def perceptron(widths: tuple[int, ...], relu: bool = True, dropout: float = 0, l2: float = 0) -> keras.Model:
    """A multilayer perceptron with hidden layers of these widths, each with ReLU and dropout if given."""
    x = inputs = keras.Input(mlp.INPUT_SHAPE)
    for width in widths:
        x = layers.Dense(width, kernel_regularizer=regularizers.L2(l2) if l2 else None)(x)
        if relu:
            x = layers.Activation("relu")(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(x))


def _mlp(
    widths: str, regularizer: str, optimizer: str, train: float, test: float, relu: bool = True, epochs: int = 20
) -> Row:
    kind, _, amount = regularizer.partition(" ")
    settings = {"dropout": float(amount)} if kind == "dropout" else {"l2": float(amount)} if kind == "L2" else {}
    sizes = tuple(map(int, widths.split("-")))
    words = widths if epochs == 20 else f"{widths}, {epochs} epochs"
    return Row(
        *(words, regularizer, optimizer, "ReLU" if relu else "none", train, test),
        *(mlp.NETWORK, lambda: perceptron(sizes, relu, **settings), epochs),
    )


def _cnn(optimizer: str, dropout: float, train: float, test: float) -> Row:
    row = ("64-64-64", f"dropout {dropout:g}", optimizer, "ReLU", train, test)
    return Row(*row, cnn.NETWORK, lambda: cnn.build(dropout=dropout), 10)


def _rnn(units: int, optimizer: str, train: float, test: float) -> Row:
    row = (str(units), "dropout 0.2", optimizer, "tanh", train, test)
    return Row(*row, rnn.NETWORK, lambda: rnn.build(units=units), 20)


TABLES: dict[str, list[Row]] = {
    "1.3.3": [
        _mlp("256-256-256", "none", "SGD", 93.65, 92.5, relu=False),
        _mlp("256-256-256", "L2 0.001", "SGD", 99.35, 98.0),
        _mlp("256-256-256", "L2 0.01", "SGD", 96.90, 96.7),
        _mlp("256-256-256", "none", "SGD", 99.93, 98.0),
        _mlp("256-256-256", "dropout 0.4", "SGD", 98.23, 98.1),
        _mlp("256-256-256", "dropout 0.45", "SGD", 98.07, 98.1),
        _mlp("256-256-256", "dropout 0.5", "SGD", 97.68, 98.1),
        _mlp("256-256-256", "dropout 0.6", "SGD", 97.11, 97.9),
        _mlp("256-512-256", "dropout 0.45", "SGD", 98.21, 98.2),
        _mlp("512-512-512", "dropout 0.2", "SGD", 99.45, 98.3),
        _mlp("512-512-512", "dropout 0.4", "SGD", 98.95, 98.3),
        _mlp("512-1024-512", "dropout 0.45", "SGD", 98.90, 98.2),
        _mlp("1024-1024-1024", "dropout 0.4", "SGD", 99.37, 98.3),
        _mlp("256-256-256", "dropout 0.6", "Adam", 98.64, 98.2),
        _mlp("256-256-256", "dropout 0.55", "Adam", 99.02, 98.3),
        _mlp("256-256-256", "dropout 0.45", "Adam", 99.39, 98.5),
        Row(
            *("256-256, listing 1.3.2", "dropout 0.45", "Adam", "ReLU", 99.39, 98.5),
            *(mlp.NETWORK, mlp.build, 20),
        ),
        _mlp("256-256-256", "dropout 0.45", "RMSprop", 98.75, 98.1),
        _mlp("128-128-128", "dropout 0.45", "Adam", 98.70, 97.7),
        _mlp("256-256-256", "none", "SGD", 99.93, 98.0, epochs=100),
        _mlp("256-256-256", "dropout 0.45", "SGD", 98.07, 98.1, epochs=100),
    ],
    "1.4.1": [
        _cnn("SGD", 0.2, 97.76, 98.50),
        _cnn("RMSprop", 0.2, 99.11, 99.00),
        _cnn("Adam", 0.2, 99.75, 99.40),
        _cnn("Adam", 0.4, 99.64, 99.30),
    ],
    "1.5.1": [
        _rnn(256, "SGD", 97.26, 98.00),
        _rnn(256, "RMSprop", 96.72, 97.60),
        _rnn(256, "Adam", 96.79, 97.40),
        _rnn(512, "SGD", 97.88, 98.30),
    ],
}
