"""Trains every configuration of the printed tables of chapter 1, and sets the results beside the printed ones.

    python -m training.tables 1.3.3 1.4.1 1.5.1

Each row is kept under training/runs as soon as it is done, and a later call goes on with the next one. Complete tables
are written to weights/tables.json, which the page shows, and to docs/tables.md.

How the print is read: all 60,000 training digits and the last epoch's weights, as the listings do it. Table 1.3.3 names
three widths a row, while listing 1.3.2 has two hidden layers: the rows are three hidden layers here, as 256-512-256 can
hardly be two, and the listing's own network, 269,322 parameters, has a row of its own beside the one of its settings.
The print does not say how many epochs a row had: it is the listing's 20 (10 for the CNN) here, and Keras's own learning
rates, with which SGD stays behind the printed MLPs. Seconds are the median epoch's, times the epochs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from models import cnn, mlp, rnn
from models.network import CLASSES, Network
from models.weights import WEIGHTS, write_atomically
from training import pool
from training.batches import one_hot
from training.data import DataError, Digits, mnist

SEED = 1
BATCH = 128
RUNS = Path(__file__).resolve().parent / "runs" / "tables"
DOCS = Path(__file__).resolve().parent.parent / "docs" / "tables.md"


@dataclass(frozen=True)
class Row:
    """One printed configuration: what it says, how it is built, and the printed accuracies in percent.

    layers, regularizer, optimizer, activation: as printed. network: whose inputs it takes. build: a new Keras model.
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
    """A multilayer perceptron with so many hidden layers, each with ReLU and dropout where given."""
    from keras import layers, regularizers

    x = inputs = keras.Input(mlp.INPUT_SHAPE)
    for width in widths:
        x = layers.Dense(width, kernel_regularizer=regularizers.L2(l2) if l2 else None)(x)
        if relu:
            x = layers.Activation("relu")(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(x))


def _mlp(widths: str, regularizer: str, optimizer: str, train: float, test: float, relu: bool = True) -> Row:
    kind, _, amount = regularizer.partition(" ")
    settings = {"dropout": float(amount)} if kind == "dropout" else {"l2": float(amount)} if kind == "L2" else {}
    sizes = tuple(map(int, widths.split("-")))
    return Row(
        *(widths, regularizer, optimizer, "ReLU" if relu else "none", train, test),
        *(mlp.NETWORK, lambda: perceptron(sizes, relu, **settings), 20),
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


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.tables", description=__doc__.split("\n")[0])
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(TABLES)} (default: all)")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of each row's own")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.tables) - set(TABLES))
    if unknown:
        print(f"unknown table {unknown[0]!r}; known: {', '.join(TABLES)}", file=sys.stderr)
        return 2
    try:
        digits = mnist()
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    train = pool.join([digits.train, digits.validation])
    jobs = [(table, place) for table in options.tables or TABLES for place in range(len(TABLES[table]))]
    progress = keras.utils.Progbar(len(jobs), unit_name="row")
    for table, place in jobs:
        measured(table, place, train, digits.test, options.epochs)
        progress.add(1)
    write(WEIGHTS / "tables.json", DOCS)
    return 0


def measured(table: str, place: int, train: Digits, test: Digits, epochs: int | None = None, runs: Path = RUNS) -> dict:
    """One row's training and test accuracy in percent, trained now, or kept from an earlier call."""
    row = TABLES[table][place]
    kept = runs / f"{table}-{place:02}{f'-{epochs}-epochs' if epochs else ''}.json"
    if not kept.exists():
        keras.utils.set_random_seed(SEED)
        model = row.build()
        model.compile(row.optimizer.lower(), loss="categorical_crossentropy", metrics=["accuracy"])
        inputs, targets = row.network.inputs(train.digits), one_hot(train.labels)
        clock = _Clock()
        model.fit(inputs, targets, batch_size=BATCH, epochs=epochs or row.epochs, callbacks=[clock], verbose=0)
        found = {
            "parameters": model.count_params(),
            "epochs": epochs or row.epochs,
            "train": _percent(model, inputs, train.labels),
            "test": _percent(model, row.network.inputs(test.digits), test.labels),
            "seconds": round(float(np.median(clock.seconds)) * len(clock.seconds), 1),
        }
        write_atomically(kept, lambda path: path.write_text(json.dumps(found)))
    return json.loads(kept.read_text())


class _Clock(keras.callbacks.Callback):
    """Times each epoch; of the median, a pause or other work for a while changes little."""

    def __init__(self):
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self._start)


def _percent(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> float:
    answers = model.predict(inputs, batch_size=512, verbose=0).argmax(axis=1)
    return round(100 * float((answers == labels).mean()), 2)


def write(file: Path, text: Path, runs: Path = RUNS) -> None:
    """Writes all complete tables, as JSON for the page and as Markdown to read."""
    printed = ("layers", "regularizer", "optimizer", "activation", "book_train", "book_test")
    tables = {}
    for table, rows in TABLES.items():
        paths = [runs / f"{table}-{place:02}.json" for place in range(len(rows))]
        if all(path.exists() for path in paths):
            tables[table] = [
                {name: getattr(row, name) for name in printed} | json.loads(path.read_text())
                for row, path in zip(rows, paths, strict=True)
            ]
    write_atomically(file, lambda path: path.write_text(json.dumps(tables, indent=1) + "\n"))
    write_atomically(text, lambda path: path.write_text(markdown(tables), encoding="utf-8"))


def markdown(tables: dict[str, list[dict]]) -> str:
    """The tables in Markdown: accuracies in percent, the book's, ours, and the difference in percentage points."""
    reading = __doc__[__doc__.index("How the print is read") :].strip()
    lines = ["# The book's tables, trained again", "", f"Written by `python -m training.tables`. {reading}", ""]
    for table, rows in tables.items():
        lines += [
            f"## Table {table}",
            "",
            "| layers | regularizer | optimizer | activation | parameters "
            "| train %, book | ours | test %, book | ours | difference | seconds |",
            "|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for row in rows:
            cells = [row["layers"], row["regularizer"], row["optimizer"], row["activation"], f"{row['parameters']:,}"]
            cells += [
                f"{row['book_train']:.2f}",
                f"{row['train']:.2f}",
                f"{row['book_test']:.2f}",
                f"{row['test']:.2f}",
            ]
            cells += [f"{row['test'] - row['book_test']:+.2f}", f"{row['seconds']:.0f}"]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
